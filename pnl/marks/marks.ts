import type { CandleColumns, ProviderId } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { CARRIED, ESTIMATED, MISSING, OK } from '#core/quality.ts'

/** A mark is the first sample of its hour if it fell in the first 30 minutes. */
const MARK_WINDOW_MS = 30 * 60_000
/** A second source counts with its record nearest to the hour, within 10 minutes. */
const NEAR_MS = 10 * 60_000

/** Provider of prices entered by hand; they never are better than `estimated`. */
export const MANUAL_PROVIDER: ProviderId = 'manual'

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

/** Candles of one provider, in pieces of consecutive hours, ascending. */
export type CandlePiece = { readonly from: Hour; readonly columns: CandleColumns }
export type SourceCandles = { readonly provider: ProviderId; readonly pieces: readonly CandlePiece[] }

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
): MarkSeries {
  const marks = emptyMarks(
    from,
    to,
    sources.map((source) => source.provider),
  )
  const lasts = sources.map(() => ({ time: -Infinity, price: NaN }))
  const length = marks.price.length
  const cursors = sources.map((source) => new Cursor(source.pieces))
  const begin = Math.min(
    from,
    ...sources.map((source) => Math.max(source.pieces[0]?.from ?? from, from - carryMs - HOUR_MS)),
  )
  for (let hour = Math.floor(begin / HOUR_MS) * HOUR_MS; hour < to; hour += HOUR_MS) {
    const index = (hour - from) / HOUR_MS
    let marked = index < 0
    for (let rank = 0; rank < sources.length; rank++) {
      const cursor = cursors[rank] as Cursor
      cursor.seek(hour)
      const last = lasts[rank] as { time: number; price: number }
      if (!marked)
        marked = markFrom(marks, index, hour, rank, cursor, last, (sources[rank] as SourceCandles).provider)
    }
    if (!marked && index < length) carry(marks, index, hour, lasts, carryMs)
    for (let rank = 0; rank < sources.length; rank++)
      (cursors[rank] as Cursor).remember(hour, lasts[rank] as Last)
  }
  return marks
}

type Last = { time: number; price: number }

/** Reads candles hour by hour over pieces. */
class Cursor {
  private readonly pieces: readonly CandlePiece[]
  private piece = 0
  private index = -1
  private columns: CandleColumns | null = null

  constructor(pieces: readonly CandlePiece[]) {
    this.pieces = pieces
  }

  /** Moves to an hour; hours must not go back. */
  seek(hour: number): void {
    for (;;) {
      const piece = this.pieces[this.piece]
      if (piece === undefined) break
      const index = (hour - piece.from) / HOUR_MS
      if (index >= piece.columns.count.length) {
        this.piece++
        continue
      }
      this.columns = index >= 0 && (piece.columns.count[index] as number) > 0 ? piece.columns : null
      this.index = index
      return
    }
    this.columns = null
  }

  get has(): boolean {
    return this.columns !== null
  }
  get open(): number {
    return this.columns?.open[this.index] as number
  }
  get first(): number {
    return this.columns?.first[this.index] as number
  }
  remember(hour: number, last: Last): void {
    if (this.columns === null) return
    last.time = hour + (this.columns.last[this.index] as number)
    last.price = this.columns.close[this.index] as number
  }
}

function markFrom(
  marks: MarkSeries,
  index: number,
  hour: number,
  rank: number,
  cursor: Cursor,
  last: Last,
  provider: ProviderId,
): boolean {
  if (rank === 0 && provider !== MANUAL_PROVIDER) {
    if (!cursor.has || cursor.first >= MARK_WINDOW_MS) return false
    set(marks, index, cursor.open, OK, rank, -cursor.first)
    return true
  }
  const after = cursor.has ? cursor.first : Infinity
  const before = hour - last.time
  if (Math.min(after, before) > NEAR_MS) return false
  if (after <= before) set(marks, index, cursor.open, ESTIMATED, rank, -after)
  else set(marks, index, last.price, ESTIMATED, rank, before)
  return true
}

function carry(
  marks: MarkSeries,
  index: number,
  hour: number,
  lasts: readonly Last[],
  carryMs: number,
): void {
  let best = -1
  for (let rank = 0; rank < lasts.length; rank++) {
    if ((lasts[rank] as Last).time > (best < 0 ? -Infinity : (lasts[best] as Last).time)) best = rank
  }
  if (best < 0) return
  const age = hour - (lasts[best] as Last).time
  if (age <= carryMs) set(marks, index, (lasts[best] as Last).price, CARRIED, best, age)
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
