import { monthEnd, monthOf, monthStart } from '#core/month.ts'
import type { BlockRef } from '#ingestion/evm/types.ts'
import type { ChainHistory } from '../ports.ts'

/** Requests for logs that one part takes at most, so that a crash loses no more than these. */
const PART_REQUESTS = 64

export type Boundary = {
  readonly until: BlockRef
  /** The last block of a month: what it holds then is kept, and a reading may go back to it. */
  readonly monthEnd: boolean
}

/**
 * Where the next part ends: at the end of a month, after as many blocks as the endpoint takes in a bounded number of
 * requests, or at the last final block. Every end is the last block with its time, since flows are told apart by time.
 * Ends lie on a grid, so that wallets which began at different blocks come to stand at the same one.
 */
export async function nextBoundary(
  history: ChainHistory,
  from: number,
  final: BlockRef,
  signal: AbortSignal,
): Promise<Boundary> {
  const most = Math.max(1, history.logSpan() * PART_REQUESTS)
  const near = Number.isFinite(most) ? (Math.floor(from / most) + 1) * most : Infinity
  const month = await monthEndAfter(history, from, Math.min(near, final.number), final, signal)
  if (month !== null && month.number <= near) return { until: month, monthEnd: true }
  if (near >= final.number) return { until: final, monthEnd: false }
  const { time } = await history.block(near, signal)
  const until = (await history.blockAt(time, signal)) ?? final
  return { until: until.number < final.number ? until : final, monthEnd: false }
}

/** The last block of the month in which a block stands, as far as that is final; null where the month goes on. */
async function monthEndAfter(
  history: ChainHistory,
  from: number,
  near: number,
  final: BlockRef,
  signal: AbortSignal,
): Promise<BlockRef | null> {
  const { time } = from + 1 === final.number ? final : await history.block(from + 1, signal)
  const mark = markFrom(time)
  if (mark > final.time) return null
  // Within the same month no search is needed, and there are many parts where an endpoint gives few blocks at a time.
  if (near < final.number && (await history.block(near, signal)).time < mark) return null
  const end = await history.blockAt(mark, signal)
  return end !== null && end.number > from && end.number <= final.number ? end : null
}

/** The first mark at which a month begins, at or after a time: a flow at the mark itself is still before it. */
function markFrom(time: number): number {
  const start = monthStart(monthOf(time))
  return start === time ? start : monthEnd(monthOf(time))
}

/** A chain that changes while it is asked for its last final block is asked again so many times. */
const LOOKS = 5

/** The last block that is final and the last with its time: others of that second may follow it still. */
export async function finalBlock(history: ChainHistory, signal: AbortSignal): Promise<BlockRef | null> {
  for (let look = 1; ; look++) {
    const final = await history.block('finalized', signal)
    const found = await lastOfItsTime(history, final, signal)
    // Blocks undone in between would make a search by time lead beyond what is final: up to the newest block.
    const stands = (await history.block(final.number, signal)).hash === final.hash
    if (stands && (found === null || found.number <= final.number)) return found
    if (look === LOOKS) return null
    history.forget()
  }
}

async function lastOfItsTime(
  history: ChainHistory,
  final: BlockRef,
  signal: AbortSignal,
): Promise<BlockRef | null> {
  const latest = await history.block('latest', signal)
  const next = final.number < latest.number ? await history.block(final.number + 1, signal) : latest
  return next.time > final.time ? final : history.blockAt(final.time - 1000, signal)
}
