import type { Balance } from '#core/portfolio.ts'
import type { EvmChain, Hex, KnownToken } from '#ingestion/evm/types.ts'
import type { CoinStore, LedgerStore, RecordStore } from '../ports.ts'
import type { BalanceAsk, WalletOnChain } from './balances.ts'
import { contractsOfChain } from './candidates.ts'
import { lastSeen } from './last-seen.ts'
import { offlineTokens } from './offline-tokens.ts'

/**
 * What a wallet held when its chain last answered: what `balances` saw, or what `ingest` stored where that is newer.
 * Nothing later than the time asked for counts.
 * @returns null where nothing is stored
 */
export async function carried(
  store: CoinStore & LedgerStore & RecordStore,
  { owner, at, now }: Pick<BalanceAsk, 'owner' | 'at' | 'now'>,
  chain: EvmChain,
  wallet: Hex,
): Promise<WalletOnChain | null> {
  // Nobody can look up when the block was.
  if (at !== 'latest' && 'block' in at) return null
  const time = at === 'latest' ? now : at.time
  const stored = (await store.balances(owner, [wallet])).filter(
    (balance) => balance.chain === chain.name && balance.time <= time,
  )
  const newest = stored.reduce((last, balance) => Math.max(last, balance.time), -Infinity)
  const seen = await lastSeen(store, { owner, chain: chain.name, wallet })
  if (seen !== null && seen.time <= time && seen.time >= newest)
    return { ...seen, chain, wallet, age: time - seen.time }
  if (stored.length === 0) return null
  const tokenOf = await assetTokens(store, owner, chain)
  const balances = newestOfEach(stored).map(({ asset, quantity }) => ({
    ...{ token: tokenOf(asset), amount: null, quantity, reason: null },
  }))
  return { chain, wallet, time: newest, balances, age: time - newest }
}

/** The last balance of each asset. */
function newestOfEach(balances: readonly Balance[]): Balance[] {
  const last = new Map<string, Balance>()
  for (const balance of balances) {
    const known = last.get(balance.asset)
    if (known === undefined || known.time <= balance.time) last.set(balance.asset, balance)
  }
  return [...last.values()]
}

/** Stored balances name an asset; of several contracts that are the same one, the first stands for it. */
async function assetTokens(
  store: CoinStore & RecordStore,
  owner: string,
  chain: EvmChain,
): Promise<(asset: Balance['asset']) => KnownToken> {
  const tokens = await offlineTokens(store, owner, chain)
  const contractsOf = await contractsOfChain(store, chain)
  return (asset) => {
    const contract = asset === chain.coin ? undefined : contractsOf(asset)[0]
    if (contract !== undefined) return { ...tokens.of(contract), asset }
    const { symbol, decimals } = chain
    return { contract: 'native', asset, symbol, decimals, standing: 'listed', form: 'plain' }
  }
}
