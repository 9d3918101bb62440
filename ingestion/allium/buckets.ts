import type { CandleColumns } from '#core/candle.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import type { Samples } from '#core/sample.ts'
import { coveredColumns } from '../candles.ts'
import type { Invalid } from '../price-reply.ts'
import { printable } from '../http/text.ts'
import { Bucket } from './schema.ts'
import { timeOf } from './tokens.ts'

/** Where the last price of a bucket is put: one second before its end. */
const CLOSE_OFFSET_MS = HOUR_MS - 1000

export type Buckets = {
  /** The opening price of each bucket, at its start. */
  readonly samples: Samples
  readonly candles: CandleColumns
  readonly invalid: readonly Invalid[]
  /** Buckets that could not be read at all. */
  readonly unusable: number
}

/**
 * Hourly buckets as candles: what an hour opened with is the price at its start (docs/semantics.md, 1); the mean is
 * the volume-weighted price. Hours without trades have no bucket and stay empty.
 */
export function bucketsOf(rows: readonly unknown[], from: Hour, to: number, coveredTo: number): Buckets {
  const candles = coveredColumns(from, coveredTo)
  const invalid: Invalid[] = []
  const opens = new Map<number, number>()
  let unusable = 0
  for (const raw of rows) {
    const bucket = Bucket.safeParse(raw)
    const time = bucket.success ? timeOf(bucket.data.timestamp) : null
    if (!bucket.success || time === null) {
      unusable += 1
      continue
    }
    if (time !== hourOf(time) || time < from || time >= Math.min(to, coveredTo)) continue
    const { open, high, low, close, price } = bucket.data
    if (typeof open !== 'number' || !(open > 0) || !Number.isFinite(open)) {
      const sent = printable(typeof open === 'string' ? open : String(JSON.stringify(open)), 80)
      invalid.push({ time, price: sent, reason: 'opening price is no number above 0' })
      continue
    }
    opens.set(time, open)
    const hour = (time - from) / HOUR_MS
    candles.open[hour] = open
    candles.high[hour] = high ?? open
    candles.low[hour] = low ?? open
    candles.close[hour] = close ?? open
    candles.mean[hour] = price ?? open
    candles.count[hour] = 1
    candles.first[hour] = 0
    candles.last[hour] = Math.min(CLOSE_OFFSET_MS, candles.covered[hour] as number)
  }
  const times = Float64Array.from(opens.keys()).sort()
  const prices = times.map((time) => opens.get(time) as number)
  return { samples: { times, prices }, candles, invalid, unusable }
}
