import type { Limits } from '../../http/exchange.ts'
import type { Hex } from '../types.ts'
import type { Endpoint } from './endpoint.ts'
import type { Refusal } from './errors.ts'
import { RECENT_STATES } from './needs.ts'
import { hex, quantity } from './raw-log.ts'
import type { Answer } from './wire.ts'

export type StateFound =
  { readonly oldestState: number; readonly lies: boolean } | { readonly refusal: Refusal }

const NOBODY = '0x0000000000000000000000000000000000000000'
/** Of every block's hash since 2025: slot n % 8191 is written by block n + 1. */
const HISTORY = '0x0000f90827f1c53a10cb7a02335b175320002935'
const SLOTS = 8_191
const SAMPLES = 16

/**
 * How far back an endpoint has state, and whether what it says of old blocks is true.
 * @param head its newest block
 */
export async function stateReach(
  endpoint: Endpoint,
  head: number,
  limits: Partial<Limits>,
  signal: AbortSignal,
): Promise<StateFound> {
  const depths: number[] = []
  for (let depth = RECENT_STATES - 1; depth < head; depth *= 8) depths.push(depth)
  // The deepest that are given without a gap; the first block stands for an archive.
  const blocks = [...depths.map((depth) => head - depth), Math.min(1, head)]
  const calls = blocks.map((block) => ({ method: 'eth_getBalance', params: [NOBODY, hex(block)] }))
  const answers = await endpoint.ask(calls, limits, signal)
  const passing = answers.find((answer) => !answer.ok && PASSING.has(answer.refusal.kind))
  if (passing?.ok === false) return { refusal: passing.refusal }
  const refusedAt = answers.findIndex((answer) => !answer.ok)
  if (refusedAt === 0) return { oldestState: head, lies: false }
  const oldestState = refusedAt === -1 ? 0 : (blocks[refusedAt - 1] as number)
  if (oldestState > head - RECENT_STATES) return { oldestState, lies: false }
  return { oldestState, lies: await lies(endpoint, oldestState, head, limits, signal) }
}

const PASSING: ReadonlySet<Refusal['kind']> = new Set([
  'rate',
  'slow',
  'dead',
  'malformed',
  'quota',
  'credential',
  'closed',
])

/**
 * Whether old blocks are answered with a later state. A sender's count before its own transaction is what that
 * transaction says; a node that answers with a later state counts the transaction too. Chains without transactions in
 * the blocks looked at have, since Prague, the hashes of old blocks in their state.
 */
async function lies(
  endpoint: Endpoint,
  oldest: number,
  head: number,
  limits: Partial<Limits>,
  signal: AbortSignal,
): Promise<boolean> {
  const newest = head - RECENT_STATES
  const step = Math.max(1, Math.floor((newest - oldest) / SAMPLES))
  const blocks: number[] = []
  for (let at = newest; at > Math.max(oldest, 1) && blocks.length < SAMPLES; at -= step) blocks.push(at)
  const calls = blocks.map((block) => ({ method: 'eth_getBlockByNumber', params: [hex(block), false] }))
  for (const answer of await endpoint.ask(calls, limits, signal)) {
    const sent = await sentIn(endpoint, answer, limits, signal)
    if (sent === null) continue
    const before = [sent.from, hex(sent.block - 1)]
    const count = await endpoint.one('eth_getTransactionCount', before, limits, signal)
    const counted = count.ok ? quantity(count.result) : null
    if (counted !== null) return counted > sent.nonce
  }
  // Near enough that the newest state still has it.
  return liesAboutHashes(endpoint, Math.max(oldest, newest - 4_000), limits, signal)
}

/** A plain transaction of a block; those that a chain makes itself count nothing. */
async function sentIn(
  endpoint: Endpoint,
  block: Answer,
  limits: Partial<Limits>,
  signal: AbortSignal,
): Promise<{ from: Hex; nonce: number; block: number } | null> {
  const { transactions } = fields(block)
  if (!Array.isArray(transactions)) return null
  // A chain's own stand at the beginning of a block.
  for (const hash of [transactions.at(-1), transactions[0]] as unknown[]) {
    if (typeof hash !== 'string') continue
    const { from, nonce, type, blockNumber } = fields(
      await endpoint.one('eth_getTransactionByHash', [hash], limits, signal),
    )
    const [count, number] = [quantity(nonce), quantity(blockNumber)]
    const plain = type === undefined || (typeof type === 'string' && /^0x0?[0-4]$/.test(type))
    if (plain && typeof from === 'string' && count !== null && number !== null && number > 0)
      return { from: from as Hex, nonce: count, block: number }
  }
  return null
}

async function liesAboutHashes(
  endpoint: Endpoint,
  block: number,
  limits: Partial<Limits>,
  signal: AbortSignal,
): Promise<boolean> {
  const slot = hex(block % SLOTS)
  const calls = [
    { method: 'eth_getStorageAt', params: [HISTORY, slot, hex(block)] },
    { method: 'eth_getBlockByNumber', params: [hex(block), false] },
  ]
  const [stored, header] = (await endpoint.ask(calls, limits, signal)) as [Answer, Answer]
  return stored.ok && typeof stored.result === 'string' && stored.result === fields(header)['hash']
}

function fields(answer: Answer): Record<string, unknown> {
  return answer.ok && typeof answer.result === 'object' && answer.result !== null
    ? (answer.result as Record<string, unknown>)
    : {}
}
