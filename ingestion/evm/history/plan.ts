import type { ChainRpc, Hex } from '../types.ts'
import { askAll, hexOf, needQuantity } from './ask.ts'
import { transferFilters } from './transfers.ts'

/** How many calls a reading takes, told before it begins. */
export type ReadingPlan = {
  /** `eth_getLogs`, at least: an endpoint may cap results, too. */
  readonly logs: number
  /** Nonces, balances and code, about. */
  readonly states: number
  /** Blocks and receipts of the wallets' own transactions; what others send them comes on top. */
  readonly blocks: number
  readonly total: number
}

const LEVELS_PER_PART = 1.5
const CALLS_PER_ACCOUNT = 6
const CALLS_PER_OWN_TX = 2

/**
 * Plans the reading of wallets over the blocks (after, until]. Only one nonce a wallet is asked for; with no first block
 * known yet, `after` is −1 and the plan says the most.
 */
export async function planReading(
  rpc: ChainRpc,
  wallets: readonly { readonly wallet: Hex; readonly after: number }[],
  until: number,
  signal: AbortSignal,
): Promise<ReadingPlan> {
  const calls = wallets.flatMap(({ wallet, after }) =>
    [Math.max(after, 0), until].map((block) => ({
      method: 'eth_getTransactionCount',
      params: [wallet, hexOf(block)],
    })),
  )
  const oldest = wallets.reduce((least, { after }) => Math.min(least, Math.max(after, 0)), until)
  const nonces = await askAll(rpc, calls, { state: oldest }, signal)
  const nonce = (at: number) => Number(needQuantity(rpc, nonces[at], 'a nonce'))
  const spans = wallets.map(({ after }, at) => ({
    blocks: Math.max(until - after, 0),
    own: Math.max(nonce(2 * at + 1) - nonce(2 * at), 0),
  }))
  const logs = logCalls(wallets, until, rpc.logSpan())
  const states = spans.reduce((sum, span) => sum + statesFor(span), 0)
  const blocks = spans.reduce((sum, { own }) => sum + CALLS_PER_OWN_TX * own, 0)
  return { logs, states, blocks, total: logs + states + blocks }
}

/** Wallets that stand at the same block are read together. */
function logCalls(
  wallets: readonly { readonly wallet: Hex; readonly after: number }[],
  until: number,
  span: number,
): number {
  const groups = new Map<number, Hex[]>()
  for (const { wallet, after } of wallets) groups.set(after, [...(groups.get(after) ?? []), wallet])
  let calls = 0
  for (const [after, group] of groups) {
    const cuts = until > after ? Math.max(1, Math.ceil((until - after) / span)) : 0
    calls += cuts * transferFilters(group, []).length
  }
  return calls
}

/** Each change costs a way down to its block: nonce and balance at half more points than halving would need. */
function statesFor({ blocks, own }: { readonly blocks: number; readonly own: number }): number {
  const levels = Math.log2(Math.max(blocks / Math.max(own, 1), 2))
  return CALLS_PER_ACCOUNT + Math.ceil(2 * LEVELS_PER_PART * own * levels)
}
