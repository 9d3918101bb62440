import type { CandleColumns, ProviderId } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { recordOf } from '#core/record-of.ts'

/** A mark is the first sample of its hour if it fell in the first 30 minutes. */
export const MARK_WINDOW_MS = 30 * 60_000
/** A second source counts with its record nearest to the hour, within 10 minutes. */
export const NEAR_MS = 10 * 60_000

/** Provider of prices entered by hand; they never are better than `estimated`. */
export const MANUAL_PROVIDER: ProviderId = 'manual'

/** Candles of one provider, in pieces of consecutive hours, ascending. */
export type CandlePiece = { readonly from: Hour; readonly columns: CandleColumns }
export type SourceCandles = { readonly provider: ProviderId; readonly pieces: readonly CandlePiece[] }

export type MarkRules = {
  /** How far two sources may be apart, as a fraction; without it the first in the order always stands. */
  readonly disputeLimit?: number
  /** Providers whose marks are `estimated` at best, whatever their place in the order. */
  readonly estimated?: readonly ProviderId[]
}

/** What marks need of one source, hour by hour over the whole span, and its last sample so far. */
export type Track = {
  readonly provider: ProviderId
  readonly rank: number
  readonly primary: boolean
  readonly manual: boolean
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly count: Float64Array
  readonly first: Float64Array
  readonly last: Float64Array
  /** Where the columns begin, in hours from the start of the span. */
  readonly shift: number
  time: number
  price: number
}

/** Tracks of the sources that have candles at all, in their order. `begin` and `to` are milliseconds. */
export function tracksOf(
  sources: readonly SourceCandles[],
  begin: number,
  to: number,
  estimated: readonly ProviderId[] = [],
): Track[] {
  return sources
    .map((source, rank) => trackOf(source, rank, begin, to, estimated))
    .filter((track) => track !== null)
}

const TRACKED = ['open', 'high', 'low', 'close', 'count', 'first', 'last'] as const

function trackOf(
  { provider, pieces }: SourceCandles,
  rank: number,
  begin: number,
  to: number,
  estimated: readonly ProviderId[],
): Track | null {
  const [only, ...others] = pieces
  if (only === undefined) return null
  const columns = others.length === 0 ? only.columns : joined(pieces, begin, (to - begin) / HOUR_MS)
  const shift = others.length === 0 ? (only.from - begin) / HOUR_MS : 0
  const { open, high, low, close, count, first, last } = columns
  const manual = provider === MANUAL_PROVIDER
  const primary = rank === 0 && !manual && !estimated.includes(provider)
  const columnsAt = { open, high, low, close, count, first, last, shift }
  return { provider, ...columnsAt, rank, primary, manual, time: -Infinity, price: NaN }
}

/** One past the last hour with a sample of any source, in hours from the start of the span. */
export function afterSamples(tracks: readonly Track[]): number {
  let end = 0
  for (const { count, shift } of tracks) {
    let length = count.length
    while (length > 0 && !((count[length - 1] as number) > 0)) length--
    end = Math.max(end, shift + length)
  }
  return end
}

/** Several pieces as one, over the whole span. */
function joined(
  pieces: readonly CandlePiece[],
  begin: number,
  length: number,
): Pick<Track, (typeof TRACKED)[number]> {
  return recordOf(TRACKED, (name) => {
    const column = new Float64Array(length).fill(NaN)
    for (const piece of pieces) place(column, piece.columns[name], (piece.from - begin) / HOUR_MS)
    return column
  })
}

/** Puts a piece into a column at an offset; what lies outside is cut off. */
function place(column: Float64Array, piece: Float64Array, offset: number): void {
  const begin = Math.max(0, -offset)
  const end = Math.min(piece.length, column.length - offset)
  if (begin < end) column.set(piece.subarray(begin, end), offset + begin)
}
