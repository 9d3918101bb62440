import { HOUR_MS, type Hour } from '#core/hour.ts'
import { CARRIED, ESTIMATED, MISSING, OK } from '#core/quality.ts'
import { disputeAt, LOOK_BACK_HOURS } from './dispute.ts'
import {
  afterSamples,
  MARK_WINDOW_MS,
  NEAR_MS,
  tracksOf,
  type MarkRules,
  type SourceCandles,
  type Track,
} from './tracks.ts'

export { MANUAL_PROVIDER, MARK_WINDOW_MS, type CandlePiece, type SourceCandles } from './tracks.ts'

/**
 * Prices at consecutive hours from `from`. `price` is NaN where the mark is missing; `quality` holds the codes of
 * core/quality.ts; `source` is an index into `sources`, -1 where missing; `age` is milliseconds from the sample to
 * the hour (negative when the sample fell into the hour), NaN where missing.
 */
export type MarkSeries = {
  readonly from: Hour
  readonly price: Float64Array
  readonly quality: Uint8Array
  readonly source: Int8Array
  readonly age: Float64Array
  readonly sources: readonly string[]
}

/**
 * Marks of one asset over [from, to) hours (docs/semantics.md, 1). Pieces may begin before `from`: what lies before
 * is used for carried marks. Sources come in the configured order; the first is the primary one, whose marks are `ok`.
 * @param carryMs how old the last sample may be to be carried
 */
export function markSeries(
  from: Hour,
  to: Hour,
  sources: readonly SourceCandles[],
  carryMs: number,
  { disputeLimit = Infinity, estimated = [] }: MarkRules = {},
): MarkSeries {
  const names = sources.map((source) => source.provider)
  const marks = emptyMarks(from, to, names)
  const begin = from - Math.max(LOOK_BACK_HOURS, Math.ceil(carryMs / HOUR_MS + 1)) * HOUR_MS
  const tracks = tracksOf(sources, begin, to, estimated)
  const lead = (from - begin) / HOUR_MS
  // Past the last sample and what it can be carried to there are no marks: most of a month that is still running.
  const length = Math.min(lead + marks.price.length, afterSamples(tracks) + Math.ceil(carryMs / HOUR_MS) + 1)
  for (let at = 0; at < length; at++) {
    const hour = begin + at * HOUR_MS
    if (at >= lead) {
      const source = markAt(marks, at - lead, hour, tracks, at)
      if (source === null) carry(marks, at - lead, hour, tracks, carryMs)
      else if (tracks.length > 1) settle(marks, at - lead, at, source, tracks, disputeLimit)
    }
    for (const track of tracks) {
      const index = at - track.shift
      if (!((track.count[index] as number) > 0)) continue
      track.time = hour + (track.last[index] as number)
      track.price = track.close[index] as number
    }
  }
  return marks
}

/** The first source in the order that has a mark of its own gives it. */
function markAt(
  marks: MarkSeries,
  index: number,
  hour: number,
  tracks: readonly Track[],
  at: number,
): Track | null {
  for (const track of tracks) if (markFrom(marks, index, hour, track, at - track.shift)) return track
  return null
}

/** Where two sources differ and the first is the one that jumped, the mark is the other's. */
function settle(
  marks: MarkSeries,
  index: number,
  at: number,
  source: Track,
  tracks: readonly Track[],
  limit: number,
): void {
  const dispute = disputeAt(tracks, at, limit)
  if (dispute === null || !dispute.jumped || dispute.first !== source) return
  const { second } = dispute
  const place = at - second.shift
  set(marks, index, second.open[place] as number, ESTIMATED, second.rank, -(second.first[place] as number))
}

function markFrom(marks: MarkSeries, index: number, hour: number, track: Track, at: number): boolean {
  const after = (track.count[at] as number) > 0 ? (track.first[at] as number) : Infinity
  if (track.primary) {
    if (after >= MARK_WINDOW_MS) return false
    set(marks, index, track.open[at] as number, OK, track.rank, -after)
    return true
  }
  const before = hour - track.time
  if (Math.min(after, before) > NEAR_MS) return false
  if (after <= before) set(marks, index, track.open[at] as number, ESTIMATED, track.rank, -after)
  else set(marks, index, track.price, ESTIMATED, track.rank, before)
  return true
}

function carry(
  marks: MarkSeries,
  index: number,
  hour: number,
  tracks: readonly Track[],
  carryMs: number,
): void {
  let best: Track | null = null
  for (const track of tracks) if (track.time > (best?.time ?? -Infinity)) best = track
  if (best === null) return
  const age = hour - best.time
  if (age <= carryMs) set(marks, index, best.price, CARRIED, best.rank, age)
}

function set(
  marks: MarkSeries,
  index: number,
  price: number,
  quality: number,
  source: number,
  age: number,
): void {
  marks.price[index] = price
  marks.quality[index] = quality
  marks.source[index] = source
  marks.age[index] = age
}

/** A series of missing marks over [from, to). */
export function emptyMarks(from: Hour, to: Hour, sources: readonly string[] = []): MarkSeries {
  const length = Math.max(0, (to - from) / HOUR_MS)
  return {
    from,
    price: new Float64Array(length).fill(NaN),
    quality: new Uint8Array(length).fill(MISSING),
    source: new Int8Array(length).fill(-1),
    age: new Float64Array(length).fill(NaN),
    sources,
  }
}

/** Marks of the base currency: 1 at every hour. */
export function unitMarks(from: Hour, to: Hour): MarkSeries {
  const marks = emptyMarks(from, to, ['base'])
  marks.price.fill(1)
  marks.quality.fill(OK)
  marks.source.fill(0)
  marks.age.fill(0)
  return marks
}

/**
 * Marks of a currency by the ratio of one asset quoted in both: p(through, base) ÷ p(through, currency); `estimated`
 * at best, missing where either is. Both series cover the same hours.
 */
export function ratioMarks(inBase: MarkSeries, inCurrency: MarkSeries, name: string): MarkSeries {
  const length = inBase.price.length
  const marks = emptyMarks(inBase.from, (inBase.from + length * HOUR_MS) as Hour, [name])
  for (let index = 0; index < length; index++) {
    const price = (inBase.price[index] as number) / (inCurrency.price[index] as number)
    if (!Number.isFinite(price)) continue
    const quality = Math.min(ESTIMATED, inBase.quality[index] as number, inCurrency.quality[index] as number)
    set(
      marks,
      index,
      price,
      quality,
      0,
      Math.max(inBase.age[index] as number, inCurrency.age[index] as number),
    )
  }
  return marks
}

/** Where the mark at an index comes from, in words: `coingecko`, `carried:2h coingecko`, or null where missing. */
export function markSource(marks: MarkSeries, index: number): string | null {
  const source = marks.sources[marks.source[index] as number]
  if (source === undefined) return null
  if (marks.quality[index] !== CARRIED) return source
  return `carried:${Math.ceil((marks.age[index] as number) / HOUR_MS)}h ${source}`
}

/** The first series where it has a mark, else the second; both cover the same hours. */
export function firstOf(primary: MarkSeries, secondary: MarkSeries): MarkSeries {
  const sources = [...primary.sources, ...secondary.sources]
  const merged: MarkSeries = {
    from: primary.from,
    price: primary.price.slice(),
    quality: primary.quality.slice(),
    source: primary.source.slice(),
    age: primary.age.slice(),
    sources,
  }
  for (let index = 0; index < merged.price.length; index++) {
    if (merged.quality[index] !== MISSING || secondary.quality[index] === MISSING) continue
    const source = (secondary.source[index] as number) + primary.sources.length
    set(
      merged,
      index,
      secondary.price[index] as number,
      secondary.quality[index] as number,
      source,
      secondary.age[index] as number,
    )
  }
  return merged
}

/** The part of a series from one hour to another, both included; both must lie inside. */
export function sliceMarks(marks: MarkSeries, from: Hour, to: Hour): MarkSeries {
  const begin = (from - marks.from) / HOUR_MS
  const end = (to - marks.from) / HOUR_MS + 1
  return {
    from,
    price: marks.price.subarray(begin, end),
    quality: marks.quality.subarray(begin, end),
    source: marks.source.subarray(begin, end),
    age: marks.age.subarray(begin, end),
    sources: marks.sources,
  }
}
