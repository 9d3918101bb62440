import type { AssetId } from '#core/asset.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import type { EvmChain, Hex } from '#ingestion/evm/types.ts'
import type { CoinStore, LedgerStore, RecordStore } from '../ports.ts'
import { decisionsOf } from './known-tokens.ts'
import { lastSeen } from './last-seen.ts'
import { standingOf } from './standing.ts'

type Ports = CoinStore & LedgerStore & RecordStore

/** Contracts of a chain by the asset that they are. */
export type ContractsOf = (asset: AssetId) => readonly Hex[]

/**
 * Which tokens a wallet may hold on a chain, as far as the store tells: those that its history moved, those that a
 * provider reported, those seen there before, and those decided about by hand.
 */
export async function candidatesOf(
  store: Ports,
  { owner, wallet, chain }: { readonly owner: string; readonly wallet: Hex; readonly chain: EvmChain },
  contractsOf: ContractsOf,
): Promise<Set<Hex>> {
  const at = { owner, wallet, chain: chain.name }
  const scan = await standingOf(store, at)
  const seen = await lastSeen(store, at)
  const balances = await store.balances(owner, [wallet])
  const flows = await store.flowAssets(owner, [walletBook(wallet), asideBook(wallet)])
  const held = balances.filter((balance) => balance.chain === chain.name).map(({ asset }) => asset)
  const assets = new Set([...held, ...flows.map(({ asset }) => asset)])
  const contracts = [
    ...Object.keys(scan?.scan.expected ?? {}),
    ...(seen?.balances ?? []).map(({ token }) => token.contract),
    ...(await decisionsOf(store, owner, chain)).keys(),
    ...[...assets].flatMap(contractsOf),
  ]
  return new Set(contracts.filter(isContract))
}

/** The same of several wallets of one chain. */
export async function candidatesOfAll(
  store: Ports,
  owner: string,
  wallets: readonly Hex[],
  chain: EvmChain,
): Promise<ReadonlyMap<Hex, readonly Hex[]>> {
  const found = new Map<Hex, readonly Hex[]>()
  if (wallets.length === 0) return found
  const contractsOf = await contractsOfChain(store, chain)
  for (const wallet of wallets)
    found.set(wallet, [...(await candidatesOf(store, { owner, wallet, chain }, contractsOf))])
  return found
}

/** Reads which contracts of a chain are which asset. */
export async function contractsOfChain(store: CoinStore, chain: EvmChain): Promise<ContractsOf> {
  const index = new Map<AssetId, Hex[]>()
  for (const { asset, contract } of (await store.tokens({ chain: chain.caip2 })).tokens)
    if (isContract(contract)) index.set(asset, [...(index.get(asset) ?? []), contract])
  const prefix = `${chain.caip2}/erc20:`
  return (asset) =>
    asset.startsWith(prefix) ? [asset.slice(prefix.length) as Hex] : (index.get(asset) ?? [])
}

const isContract = (text: string): text is Hex => /^0x[0-9a-f]{40}$/.test(text)
