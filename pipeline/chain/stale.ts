import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import type { BlockRef, Hex } from '#ingestion/evm/types.ts'
import type { ChainHistory } from '../ports.ts'
import { sourceOf, type Standing } from './standing.ts'
import type { PartStore } from './store-part.ts'

/** What flows mean rests on it; where it has changed, they are read anew. */
export type Grounds = {
  readonly owner: string
  readonly isOwn: (address: string) => boolean
  /** Another text whenever `isOwn` may tell something else; without it flows are looked at each time. */
  readonly ownMark?: string | undefined
}
/** What a reading rested on, as it is kept with where it stands. */
export type Rested = Pick<Standing, 'assets' | 'own'>

/** What a reading rests on that has seen these contracts. */
export function restedOn(
  { assetOf }: Pick<ChainHistory, 'assetOf'>,
  contracts: readonly string[],
  { ownMark }: Pick<Grounds, 'ownMark'>,
): Rested {
  const assets = contracts
    .filter((contract) => contract !== 'native')
    .map((contract): [string, AssetId] => [contract, assetOf(contract as Hex)])
  return { assets: Object.fromEntries(assets), ...(ownMark === undefined ? {} : { own: ownMark }) }
}

/**
 * Why what is stored of a wallet on a chain is no longer what reading it now would bring: a list names a token by another
 * asset, or an address that it dealt with is an own wallet by now. What was edited by hand tells nothing.
 * @returns null where it is
 */
export async function staleBy(
  store: PartStore,
  standing: Standing,
  history: ChainHistory,
  grounds: Grounds,
): Promise<string | null> {
  const { assets, own } = standing
  const renamed = Object.entries(assets ?? {}).find(
    ([contract, asset]) => history.assetOf(contract as Hex) !== asset,
  )
  if (renamed !== undefined) return isNow(renamed[0], history.assetOf(renamed[0] as Hex))
  const { ownMark } = grounds
  if (assets !== undefined && ownMark !== undefined && own === ownMark) return null
  for (const flow of await flowsOf(store, standing, grounds.owner)) {
    const { asset } = flow
    // Records of before assets were kept with them: of tokens without a name the id tells the contract.
    const contract = assets === undefined ? contractOf(history, asset) : null
    const named = contract === null ? asset : history.assetOf(contract)
    if (contract !== null && named !== asset) return isNow(contract, named)
    const other = otherOf(flow)
    if (other !== null && grounds.isOwn(other) && flow.kind !== 'transfer' && flow.kind !== 'gas')
      return `${other} is a wallet of yours by now`
  }
  return null
}

/** The beginning of a reading that was begun before: what it brings replaces what stands, part by part. */
export async function beginAgain(
  { scan: { wallet, chain, first }, since }: Standing,
  block: (number: number) => Promise<BlockRef>,
): Promise<Standing> {
  const { number, time, hash } = await block(first - 1)
  const scan = { wallet, chain, first, until: { number, time }, expected: {}, checked: number }
  return { scan, hash, since, kept: -1, fresh: true, seen: time }
}

const isNow = (contract: string, asset: AssetId): string =>
  `the token ${contract} is known as ${asset} by now`

/** Flows of the wallet that the chain brought, without those that stand in the place of others. */
async function flowsOf(
  store: PartStore,
  { scan: { wallet, chain } }: Standing,
  owner: string,
): Promise<Flow[]> {
  const books = [walletBook(wallet), asideBook(wallet)]
  const source = sourceOf(chain)
  const edited = await store.editedFlows(owner, books)
  const made = new Set(edited.map(({ flow, replacement }) => `${flow.book} ${replacement ?? ''}`))
  const flows = await store.flows({ owner, books })
  return flows.filter((flow) => flow.source === source && !made.has(`${flow.book} ${flow.id}`))
}

function contractOf({ chain }: ChainHistory, asset: AssetId): Hex | null {
  const prefix = `${chain.caip2}/erc20:`
  return asset.startsWith(prefix) ? (asset.slice(prefix.length) as Hex) : null
}

const otherOf = ({ quantity, from, to }: Flow): string | null => (quantity.startsWith('-') ? to : from)
