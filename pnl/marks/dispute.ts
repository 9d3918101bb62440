import type { ProviderId } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import {
  MARK_WINDOW_MS,
  NEAR_MS,
  tracksOf,
  type MarkRules,
  type SourceCandles,
  type Track,
} from './tracks.ts'

/**
 * How many hours before a disputed one are looked at for a price that nobody disputes. What is said of an hour rests on
 * these and its own candles alone, so that it is the same wherever a series begins.
 */
export const LOOK_BACK_HOURS = 3

/** The prices of two sources at one hour, NaN where one has none; `seen` is all that the second saw in that hour. */
export type Pair = {
  readonly first: number
  readonly second: number
  readonly seen?: { readonly low: number; readonly high: number }
}

/**
 * Whether the first price is further away than a limit, a fraction of the lower one, from every price that the second
 * source saw in the hour. False where one is missing.
 */
export function isDisputed({ first, second, seen }: Pair, limit: number): boolean {
  const nearest = seen === undefined ? second : Math.min(Math.max(first, seen.low), seen.high)
  return Math.abs(first - nearest) > limit * Math.min(first, nearest)
}

/**
 * Whether it is the first source that jumped: of the hours before, the newest that is not disputed has a price that
 * the first is further away from than the limit and the second is not. After three disputed hours the new level of
 * the first has confirmed itself.
 * @param before the pairs 1, 2 and 3 hours before, newest first
 */
export function firstJumped(at: Pair, before: readonly Pair[], limit: number): boolean {
  for (const pair of before) {
    const known = Number.isNaN(pair.first) ? pair.second : pair.first
    if (Number.isNaN(known) || isDisputed(pair, limit)) continue
    const moved = isDisputed({ first: at.first, second: known }, limit)
    return moved && !isDisputed({ first: at.second, second: known }, limit)
  }
  return false
}

type DisputeAt = {
  readonly first: Track
  readonly second: Track
  readonly pair: Pair
  readonly jumped: boolean
}

/** What two sources disagree about at an hour, and whether the first is the one that jumped; null where they agree. */
export function disputeAt(tracks: readonly Track[], at: number, limit: number): DisputeAt | null {
  const [first, second] = witnesses(tracks, at)
  if (first === undefined || second === undefined) return null
  const pair = pairAt(tracks, at)
  if (!isDisputed(pair, limit)) return null
  const before = Array.from({ length: LOOK_BACK_HOURS }, (_, index) => pairAt(tracks, at - 1 - index))
  return { first, second, pair, jumped: firstJumped(pair, before, limit) }
}

/** The first two sources with a price of their own in an hour. What was entered by hand bears no witness. */
function witnesses(tracks: readonly Track[], at: number): Track[] {
  const found: Track[] = []
  for (const track of tracks) {
    const index = at - track.shift
    if (track.manual || !((track.count[index] as number) > 0)) continue
    const offset = track.first[index] as number
    if (track.primary ? offset < MARK_WINDOW_MS : offset <= NEAR_MS) found.push(track)
    if (found.length === 2) break
  }
  return found
}

function pairAt(tracks: readonly Track[], at: number): Pair {
  const [first, second] = witnesses(tracks, at)
  const priceOf = (track: Track | undefined) => track?.open[at - track.shift] ?? NaN
  const pair = { first: priceOf(first), second: priceOf(second) }
  if (second === undefined) return pair
  const [low, high] = [second.low, second.high].map((column) => column[at - second.shift] as number)
  // A bucket opens with the price at its start; the other source's first sample may lie after a move that it saw too.
  return { ...pair, seen: { low: low ?? NaN, high: high ?? NaN } }
}

/** An hour at which two sources differ by more than the limit; `stands` is the place of the one that gives the mark. */
export type Dispute = {
  readonly hour: Hour
  readonly providers: readonly [ProviderId, ProviderId]
  readonly prices: readonly [number, number]
  readonly stands: 0 | 1
}

/** Hours of [from, to) at which the first two sources with a price of their own differ by more than the limit. */
export function disputesOf(
  from: Hour,
  to: Hour,
  sources: readonly SourceCandles[],
  { disputeLimit = Infinity, estimated = [] }: MarkRules,
): Dispute[] {
  const begin = from - LOOK_BACK_HOURS * HOUR_MS
  const tracks = tracksOf(sources, begin, to, estimated)
  const disputes: Dispute[] = []
  for (let at = LOOK_BACK_HOURS; tracks.length > 1 && begin + at * HOUR_MS < to; at++) {
    const dispute = disputeAt(tracks, at, disputeLimit)
    if (dispute === null) continue
    const { first, second, pair, jumped } = dispute
    disputes.push({
      hour: (begin + at * HOUR_MS) as Hour,
      providers: [first.provider, second.provider],
      prices: [pair.first, pair.second],
      stands: jumped ? 1 : 0,
    })
  }
  return disputes
}
