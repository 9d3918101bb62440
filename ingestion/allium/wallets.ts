import { chainOf } from '#core/chain.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import { DAY_MS, formatTime } from '#core/hour.ts'
import type { Balance } from '#core/portfolio.ts'
import { BALANCES, HISTORY, TRANSACTIONS, type AlliumApi } from './api.ts'
import { balancesOf, type WalletPlace } from './balances.ts'
import { flowsOf } from './flows.ts'
import { plainAddress, timeOf, type ResolveToken } from './tokens.ts'

export type WalletQuestion = {
  readonly owner: string
  readonly address: string
  readonly chain: string
  readonly from: number
  readonly to: number
}
export type WalletReply = {
  readonly balances: Balance[]
  readonly flows: Flow[]
  readonly faults: string[]
}
export type Owned = {
  readonly resolve: ResolveToken
  /** Whether an address is one of the user's own wallets; in lower case for EVM chains. */
  readonly isOwn: (address: string) => boolean
}
/** One wallet being read: how, where, and over which time. */
type Reading = {
  readonly api: AlliumApi
  readonly place: WalletPlace
  readonly request: WalletQuestion
  readonly asked: readonly { readonly chain: string; readonly address: string }[]
  readonly signal: AbortSignal
  readonly faults: string[]
}

/** Balances now, their history and the flows of a wallet. Flows are complete where there is no fault. */
export async function readWallet(
  api: AlliumApi,
  { resolve, isOwn }: Owned,
  request: WalletQuestion,
  signal: AbortSignal,
): Promise<WalletReply> {
  const chain = chainOf(request.chain)
  // A chain that Allium does not know is no error there: the answer would be empty and read as an empty wallet.
  if (chain === null || !(await api.answers(BALANCES, chain, signal))) {
    throw api.failure('not-found', BALANCES, `the chain "${request.chain}" is not supported`)
  }
  const place = { owner: request.owner, address: request.address, chainName: request.chain, chain, resolve }
  const asked = [{ chain: chain.name, address: plainAddress(request.address) }]
  const faults: string[] = []
  const reading = { api, place, request, asked, signal, faults }
  const latest = await api.pages(BALANCES, asked, {}, signal)
  const history = await readHistory(reading)
  const { balances, faults: odd } = balancesOf(latest.items, history, place, latest.at)
  const flows = await readFlows(reading, isOwn)
  return { balances, flows, faults: [...odd, ...faults] }
}

async function readHistory({
  api,
  place,
  request,
  asked,
  signal,
  faults,
}: Reading): Promise<readonly unknown[]> {
  // Not every chain has one; the balance now and the transactions say as much.
  if (!(await api.answers(HISTORY, place.chain, signal))) return []
  const times = { start_timestamp: formatTime(request.from), end_timestamp: formatTime(request.to) }
  try {
    return (await api.pages(HISTORY, { addresses: asked, ...times }, { limit: '5000' }, signal)).items
  } catch (error) {
    faults.push(faultOf(error, `history of balances of ${request.address} on ${request.chain}`))
    return []
  }
}

/** All pages or none: a part of the flows would change what the wallet held before. */
async function readFlows(
  { api, place, request, asked, signal, faults }: Reading,
  isOwn: Owned['isOwn'],
): Promise<Flow[]> {
  const { from, to } = request
  const what = `transactions of ${request.address} on ${request.chain}`
  if (!(await api.answers(TRANSACTIONS, place.chain, signal))) {
    faults.push(`allium: ${what} are not supported`)
    return []
  }
  try {
    const days = Math.max(1, Math.ceil((api.now() - from) / DAY_MS) + 1)
    const query = { limit: '1000', lookback_days: String(days) }
    const rows = await api.pages(TRANSACTIONS, asked, query, signal, (item) => isBefore(item, from))
    const { flows, faults: odd } = flowsOf(rows.items, place, isOwn)
    faults.push(...odd)
    return flows.filter(({ time }) => time >= from && time < to)
  } catch (error) {
    faults.push(faultOf(error, what))
    return []
  }
}

function isBefore(item: unknown, from: number): boolean {
  const stamp =
    typeof item === 'object' && item !== null && 'block_timestamp' in item ? item.block_timestamp : null
  const time = typeof stamp === 'string' ? timeOf(stamp) : null
  return time !== null && time < from
}

function faultOf(error: unknown, what: string): string {
  if (!(error instanceof TidemarkError) || error.code === 'INTERRUPTED') throw error
  return `${what}: ${error.message}`
}
