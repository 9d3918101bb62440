import type { ChainRpc, Hex } from '../types.ts'
import { statesOf, type AccountState } from './account.ts'

/** A block in which an account's nonce or balance changed, with its states at the ends of the block before and its own. */
export type Change = { readonly block: number; readonly before: AccountState; readonly after: AccountState }
/** An account to look through: its states at two blocks, and blocks at which a change is likely. */
export type Span = {
  readonly wallet: Hex
  readonly from: number
  readonly to: number
  readonly before: AccountState
  readonly after: AccountState
  /** Ascending. They cost nothing unless something changed around them. */
  readonly likely: readonly number[]
  /** Ascending; looked at even where the states around them are equal. */
  readonly certain: readonly number[]
}

/** Parts that an interval is cut into: four take half the rounds of two for a half more calls. */
const PARTS = 4

type Interval = Omit<Span, 'certain'>

/**
 * Every block of (from, to] in which nonce or balance of the accounts changed, found by bisecting. All intervals of all
 * accounts go on together, so a round is one batch.
 *
 * Where both ends of an interval have the same nonce and the same balance, nothing happened in between to an account
 * without code: only its own transactions take from it, and each of them raises the nonce, which never falls; so the
 * balance could only have grown, and it did not. Code cannot have come and gone either: a delegation raises the nonce of
 * who signs it, a creation that of what it creates.
 *
 * An account with code can get and forward in between; for it this finds what is left of that at the ends, and exactly
 * what happened in the blocks given as `certain`.
 */
export async function changesOf(
  rpc: ChainRpc,
  spans: readonly Span[],
  signal: AbortSignal,
): Promise<Map<Hex, Change[]>> {
  const found = new Map<Hex, Change[]>(spans.map(({ wallet }) => [wallet, []]))
  let open = (await cutAt(rpc, spans, signal)).filter(isOpen)
  while (open.length > 0) {
    const wide: Interval[] = []
    for (const interval of open) {
      if (interval.to - interval.from > 1) wide.push(interval)
      else found.get(interval.wallet)?.push({ ...interval, block: interval.to })
    }
    const cuts = wide.map(cutsOf)
    open = (await split(rpc, wide, cuts, signal)).filter(isOpen)
  }
  for (const changes of found.values()) changes.sort((a, b) => a.block - b.block)
  return found
}

const isOpen = ({ before, after }: Interval): boolean =>
  before.nonce !== after.nonce || before.balance !== after.balance

/** Cuts spans before and after each block that is to be looked at in any case. */
function cutAt(rpc: ChainRpc, spans: readonly Span[], signal: AbortSignal): Promise<Interval[]> {
  const cuts = spans.map((span) => boundaries(span.certain, span))
  return split(rpc, spans, cuts, signal)
}

/** Blocks strictly within an interval that cut it around others. */
function boundaries(
  blocks: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): number[] {
  const cuts = new Set(blocks.flatMap((block) => [block - 1, block]))
  return [...cuts].filter((block) => block > from && block < to).sort((a, b) => a - b)
}

function cutsOf(interval: Interval): number[] {
  const near = boundaries(interval.likely, interval)
  if (near.length > 0) return evenly(near.length + 1).map((at) => near[at - 1] as number)
  return evenly(interval.to - interval.from).map((at) => interval.from + at)
}

/** Up to three places strictly within 0 … length that cut it into equal parts. */
function evenly(length: number): number[] {
  const places = Array.from({ length: PARTS - 1 }, (_, at) => Math.round((length * (at + 1)) / PARTS))
  return [...new Set(places)].filter((place) => place > 0 && place < length)
}

async function split(
  rpc: ChainRpc,
  intervals: readonly Interval[],
  cuts: readonly (readonly number[])[],
  signal: AbortSignal,
): Promise<Interval[]> {
  const queries = intervals.flatMap(({ wallet, before, after }, at) => {
    // Between equal nonces there is no other.
    const nonce = before.nonce === after.nonce ? before.nonce : null
    return (cuts[at] ?? []).map((block) => ({ wallet, block, nonce }))
  })
  const states = queries.length === 0 ? [] : await statesOf(rpc, queries, signal)
  let next = 0
  return intervals.flatMap((interval, at) => {
    const ends: { block: number; state: AccountState }[] = [{ block: interval.from, state: interval.before }]
    for (const block of cuts[at] ?? []) ends.push({ block, state: states[next++] as AccountState })
    ends.push({ block: interval.to, state: interval.after })
    return ends.slice(1).map(({ block, state }, index): Interval => {
      const begin = ends[index] as { block: number; state: AccountState }
      const inside = { from: begin.block, to: block }
      return {
        wallet: interval.wallet,
        ...inside,
        before: begin.state,
        after: state,
        likely: interval.likely.filter((each) => each > inside.from && each <= inside.to),
      }
    })
  })
}
