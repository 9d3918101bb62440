import { CANDLE_COLUMNS, emptyColumns, type CandleColumn, type CandleColumns } from '#core/candle.ts'
import { HOUR_MS } from '#core/hour.ts'
import { sum } from '#core/sum.ts'

/** One hour of candles; the columns' names and units. */
export type Candle = Record<CandleColumn, number>
/** A sample by its place in the hour: milliseconds from its start. */
export type HourSample = { readonly offset: number; readonly price: number }

/** One hour out of columns, null when nothing was ever asked for it or it holds nothing. */
export function candleAt(columns: CandleColumns, index: number): Candle | null {
  if (!((columns.count[index] as number) > 0)) return null
  const values = CANDLE_COLUMNS.map((name) => [name, columns[name][index] as number] as const)
  return Object.fromEntries(values) as Candle
}

/** Columns of one hour. */
export function columnsOf(candle: Candle): CandleColumns {
  const columns = emptyColumns(1)
  for (const name of CANDLE_COLUMNS) columns[name][0] = candle[name]
  return columns
}

/**
 * The candle with samples put into it; putting in the same again changes nothing. A candle of one or two samples says
 * exactly which they were: there a sample at the same time replaces the one stored. Of three and more only the first
 * and the last are known; one in between that lies inside the candle's prices is taken as one of them.
 * @param covered milliseconds of the hour that are covered in the end, at least
 */
export function withSamples(
  candle: Candle | null,
  samples: readonly HourSample[],
  covered = HOUR_MS,
): Candle {
  if (candle !== null && candle.count > 2) return samples.reduce(withOne, candle)
  const known = new Map<number, number>()
  if (candle !== null) known.set(candle.first, candle.open).set(candle.last, candle.close)
  for (const { offset, price } of samples) known.set(offset, price)
  const all = [...known].sort(([a], [b]) => a - b)
  const prices = all.map(([, price]) => price)
  return {
    open: prices[0] as number,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1) as number,
    mean: sum(prices) / prices.length,
    count: prices.length,
    first: (all[0] as [number, number])[0],
    last: (all.at(-1) as [number, number])[0],
    covered: Math.max(covered, candle?.covered ?? 0),
  }
}

function withOne(candle: Candle, { offset, price }: HourSample): Candle {
  const inside = offset >= candle.first && offset <= candle.last
  if (inside && price >= candle.low && price <= candle.high) return candle
  return {
    ...candle,
    open: offset < candle.first ? price : candle.open,
    close: offset > candle.last ? price : candle.close,
    high: Math.max(candle.high, price),
    low: Math.min(candle.low, price),
    mean: (candle.mean * candle.count + price) / (candle.count + 1),
    count: candle.count + 1,
    first: Math.min(candle.first, offset),
    last: Math.max(candle.last, offset),
  }
}
