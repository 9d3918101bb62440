import { emptyColumns, type CandleColumns } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import type { Samples } from '#core/sample.ts'
import { Sum } from '#core/sum.ts'

/** Hours that the part [from, coveredTo) of an answer touches; the last one may be covered in part. */
export function coveredHours(from: Hour, coveredTo: number): number {
  return Math.max(0, Math.ceil((coveredTo - from) / HOUR_MS))
}

/** Columns of hours that were asked for and held nothing yet: count 0, covered as far as the answer goes. */
export function coveredColumns(from: Hour, coveredTo: number): CandleColumns {
  const columns = emptyColumns(coveredHours(from, coveredTo))
  columns.count.fill(0)
  columns.covered.fill(HOUR_MS)
  const last = columns.covered.length - 1
  if (last >= 0) columns.covered[last] = coveredTo - from - last * HOUR_MS
  return columns
}

/**
 * Candles of the hours that [from, coveredTo) touches, from samples ascending in time; samples outside are not used.
 * An hour without samples has count 0 and NaN prices: it was asked for and held nothing.
 */
export function toCandles(
  samples: Samples,
  range: { readonly from: Hour; readonly coveredTo: number },
): CandleColumns {
  const { from, coveredTo } = range
  const columns = coveredColumns(from, coveredTo)
  const { times } = samples
  let index = 0
  while (index < times.length && (times[index] as number) < from) index++
  while (index < times.length && (times[index] as number) < coveredTo) {
    const hour = Math.floor(((times[index] as number) - from) / HOUR_MS)
    const start = from + hour * HOUR_MS
    const end = Math.min(start + HOUR_MS, coveredTo)
    const first = index
    while (index < times.length && (times[index] as number) < end) index++
    fill(columns, hour, samples, first, index, start)
  }
  return columns
}

function fill(
  columns: CandleColumns,
  hour: number,
  { times, prices }: Samples,
  first: number,
  end: number,
  start: number,
): void {
  let high = -Infinity
  let low = Infinity
  const total = new Sum()
  for (let index = first; index < end; index++) {
    const price = prices[index] as number
    if (price > high) high = price
    if (price < low) low = price
    total.add(price)
  }
  columns.open[hour] = prices[first] as number
  columns.high[hour] = high
  columns.low[hour] = low
  columns.close[hour] = prices[end - 1] as number
  columns.mean[hour] = total.value / (end - first)
  columns.count[hour] = end - first
  columns.first[hour] = (times[first] as number) - start
  columns.last[hour] = (times[end - 1] as number) - start
}
