import type { AssetId, Quote } from './asset.ts'
import type { Hour } from './hour.ts'
import type { Month } from './month.ts'

/** Who a candle comes from: `coingecko`, `allium`, or `manual` for prices entered by hand. */
export type ProviderId = string

/**
 * Columns of hourly candles; index i is the i-th hour. NaN where there is nothing.
 * - `open high low close mean`: price in the quote currency
 * - `count`: samples seen; 0 says that the hour was asked for and held none, NaN that it was never asked for
 * - `first`, `last`: milliseconds from the start of the hour to the first and the last sample
 * - `covered`: milliseconds of the hour, from its start, that the answer covered (3,600,000 is the whole hour)
 */
export const CANDLE_COLUMNS = [
  'open',
  'high',
  'low',
  'close',
  'mean',
  'count',
  'first',
  'last',
  'covered',
] as const
export type CandleColumn = (typeof CANDLE_COLUMNS)[number]
export type CandleColumns = Readonly<Record<CandleColumn, Float64Array>>

/** Candles of consecutive hours from `from`: what one answer of a provider gave. */
export type CandleRun = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly provider: ProviderId
  readonly from: Hour
  readonly columns: CandleColumns
}

export type ChunkKey = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly provider: ProviderId
  readonly month: Month
}

/**
 * The candles of one asset, quote, provider and UTC month: the unit of storage.
 * `revision` moves only when a value in the chunk changes; `changed[i]` is the revision at which hour i last did.
 */
export type Chunk = ChunkKey & {
  readonly revision: number
  readonly columns: CandleColumns
  readonly changed: Float64Array
}

/** Columns of `length` hours without anything in them. */
export function emptyColumns(length: number): CandleColumns {
  const column = () => new Float64Array(length).fill(NaN)
  return {
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    mean: column(),
    count: column(),
    first: column(),
    last: column(),
    covered: column(),
  }
}
