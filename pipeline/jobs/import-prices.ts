import { byBytes } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { CANDLE_COLUMNS, emptyColumns } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import { HOUR_MS, formatTime, hourOf, hoursBetween } from '#core/hour.ts'
import { emptyChunk, mergeRun, type MergeCounts } from '#core/merge.ts'
import { monthLength, monthOf, monthStart, type Month } from '#core/month.ts'
import type { ManualPrice } from '#ingestion/prices-csv/read.ts'
import { MANUAL_PROVIDER } from '#pnl/marks/marks.ts'
import type { PriceWrite } from '../ports.ts'
import { candleAt, withSamples } from './hour-candle.ts'
import type { JobIo } from './io.ts'
import { MANUAL_LEASE, withLease } from './lease.ts'

type ImportIo = Pick<JobIo, 'store' | 'now' | 'holder' | 'newId'>

/** Prices of one asset and currency in one month: one chunk. */
type Part = { readonly month: Month; readonly prices: ManualPrice[] }

/**
 * Stores prices by hand as candles of provider `manual`, combined with those stored; importing again changes nothing,
 * another price at the same time replaces the one before.
 * @throws INPUT_INVALID for a price that is not above 0, or a time after now; nothing is stored then
 */
export async function importPrices(
  prices: readonly ManualPrice[],
  io: ImportIo,
  options: { readonly dryRun: boolean },
): Promise<MergeCounts> {
  refuseUnusable(prices, io.now())
  if (options.dryRun) return countsOf(await writesOf(prices, io))
  const write = async () => {
    const writes = await writesOf(prices, io)
    return total(await io.store.writePrices(writes.map(({ write }) => write)))
  }
  return withLease(io, new AbortController().signal, write, MANUAL_LEASE)
}

function refuseUnusable(prices: readonly ManualPrice[], now: number): void {
  for (const { asset, time, price } of prices) {
    const value = Number(price)
    const fault =
      time > now ? 'lies in the future' : value > 0 && Number.isFinite(value) ? null : `is ${price}`
    if (fault === null) continue
    throw new TidemarkError('INPUT_INVALID', {
      message: `The price of ${asset} at ${formatTime(time)} ${fault}.`,
      fix: 'Give prices above 0 at times that have passed.',
    })
  }
}

async function writesOf(
  prices: readonly ManualPrice[],
  io: ImportIo,
): Promise<{ write: PriceWrite; before: Chunk }[]> {
  const writes = []
  for (const part of partsOf(prices)) {
    const { asset, quote } = part.prices[0] as ManualPrice
    const { month } = part
    const stored = await io.store.chunks({ assets: [asset], quote, from: month, to: month })
    const key = { asset, quote, provider: MANUAL_PROVIDER, month }
    const before = stored.find((chunk) => chunk.provider === MANUAL_PROVIDER) ?? emptyChunk(key)
    const run = { asset, quote, provider: MANUAL_PROVIDER, from: monthStart(month) }
    writes.push({ write: { run: { ...run, columns: filled(part, before) }, suspects: [], gaps: [] }, before })
  }
  return writes
}

/** Columns of the month with only the hours that the prices touch. */
function filled({ month, prices }: Part, before: Chunk) {
  const columns = emptyColumns(monthLength(month))
  const hours = new Map<number, ManualPrice[]>()
  for (const price of prices) {
    const hour = hourOf(price.time)
    hours.set(hour, [...(hours.get(hour) ?? []), price])
  }
  for (const [hour, given] of hours) {
    const index = hoursBetween(monthStart(month), hourOf(hour))
    const samples = given.map(({ time, price }) => ({ offset: time - hour, price: Number(price) }))
    const candle = withSamples(candleAt(before.columns, index), samples, HOUR_MS)
    for (const name of CANDLE_COLUMNS) columns[name][index] = candle[name]
  }
  return columns
}

function partsOf(prices: readonly ManualPrice[]): Part[] {
  const parts = new Map<string, Part>()
  for (const price of prices) {
    const month = monthOf(price.time)
    const key = `${price.asset}|${price.quote}|${month}`
    const part = parts.get(key) ?? { month, prices: [] }
    part.prices.push(price)
    parts.set(key, part)
  }
  return [...parts].sort(([a], [b]) => byBytes(a, b)).map(([, part]) => part)
}

function countsOf(writes: readonly { write: PriceWrite; before: Chunk }[]): MergeCounts {
  return total(writes.map(({ write, before }) => mergeRun(before, write.run).counts))
}

function total(parts: readonly MergeCounts[]): MergeCounts {
  const sum = { added: 0, changed: 0, unchanged: 0 }
  for (const part of parts) {
    sum.added += part.added
    sum.changed += part.changed
    sum.unchanged += part.unchanged
  }
  return sum
}
