import type { BlockRef, ChainRpc } from '../types.ts'
import type { BlockTimes } from './times.ts'

export type BlockAtOptions = {
  /** Blocks whose times are known from earlier searches; what is found is put there once it is final. */
  readonly times: BlockTimes
  /** Where the search ends: `latest` also finds blocks that a reorganisation may still undo. */
  readonly until: 'finalized' | 'latest'
}
/** The two neighbours between which a time lies: `at` is at or before it, `next` after it. */
type Bracket = { readonly at: BlockRef; readonly next: BlockRef }

/**
 * The last block whose time is at or before `time`; of several with that very time, the last.
 * @param time milliseconds since 1970
 * @returns the newest block that may be found where `time` is after it; null where `time` is before the chain began
 * @throws what `ChainRpc.block` throws
 */
export async function blockAt(
  rpc: ChainRpc,
  time: number,
  { times, until }: BlockAtOptions,
  signal: AbortSignal,
): Promise<BlockRef | null> {
  const known = await times.near(time)
  if (known.at !== null && known.next?.number === known.at.number + 1) return known.at
  const final = await rpc.block('finalized', signal)
  const head = final.time <= time && until === 'latest' ? await rpc.block('latest', signal) : final
  if (head.time <= time) return head
  const at = final.time <= time ? final : (known.at ?? (await beginning(rpc, time, signal)))
  if (at === null) return null
  const next = known.next !== null && known.next.number < head.number ? known.next : head
  const found = await narrow(rpc, { at, next }, time, signal)
  await times.put([found.at, found.next].filter(({ number }) => number <= final.number))
  return found.at
}

/**
 * Where a search begins. Genesis of Ethereum says 1970, from where nothing can be interpolated, so the block after it
 * is taken where it is early enough.
 */
async function beginning(rpc: ChainRpc, time: number, signal: AbortSignal): Promise<BlockRef | null> {
  const genesis = await rpc.block(0, signal)
  if (genesis.time > time) return null
  if (genesis.time > 0) return genesis
  const first = await rpc.block(1, signal)
  return first.time <= time ? first : genesis
}

/**
 * Closes a bracket around a time. Each step looks where the pace of the last two blocks seen would have the time, one
 * block to the far side of it, so that a right guess closes the bracket from both sides in two steps; after two that
 * did not halve what is left, one in the middle.
 */
async function narrow(rpc: ChainRpc, bracket: Bracket, time: number, signal: AbortSignal): Promise<Bracket> {
  let { at, next } = bracket
  let pace = paceOf(at, next)
  let from = next
  let missed = 0
  while (next.number - at.number > 1) {
    const span = next.number - at.number
    const guess = missed > 1 ? at.number + Math.floor(span / 2) : guessFrom(from, at, pace, time, missed)
    const block = await rpc.block(clamp(guess, at.number + 1, next.number - 1), signal)
    pace = paceOf(block, from) || paceOf(at, next) || pace
    if (block.time <= time) at = block
    else next = block
    from = block
    missed = (next.number - at.number) * 2 > span ? missed + 1 : 0
  }
  return { at, next }
}

/** Milliseconds a block; 0 where they tell nothing. */
function paceOf(a: BlockRef, b: BlockRef): number {
  return a.number === b.number ? 0 : (b.time - a.time) / (b.number - a.number)
}

function guessFrom(from: BlockRef, at: BlockRef, pace: number, time: number, missed: number): number {
  if (!(pace > 0)) return from.number
  const estimate = Math.floor(from.number + (time - from.time) / pace)
  // From below the block after the time is looked for, from above the block at it; a miss goes a little further.
  const further = missed * Math.ceil(Math.abs(estimate - from.number) / 64)
  return from === at ? estimate + 1 + further : estimate - further
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))
