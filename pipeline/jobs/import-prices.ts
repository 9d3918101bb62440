import { byBytes } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { CANDLE_COLUMNS, emptyColumns } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import { HOUR_MS, formatTime, hourOf, hoursBetween } from '#core/hour.ts'
import { emptyChunk, mergeRun, type MergeCounts } from '#core/merge.ts'
import { monthLength, monthOf, monthStart, type Month } from '#core/month.ts'
import type { Suspect } from '#core/sample.ts'
import type { ManualPrice } from '#ingestion/prices-csv/read.ts'
import { MANUAL_PROVIDER } from '#pnl/marks/marks.ts'
import type { PriceWrite } from '../ports.ts'
import { candleAt, withSamples } from './hour-candle.ts'
import { bySeries, screenManual, type ScreenedPrices } from './import-prices-screen.ts'
import type { JobIo } from './io.ts'
import { MANUAL_LEASE, withLease } from './lease.ts'

type ImportIo = Pick<JobIo, 'store' | 'now' | 'holder' | 'newId'>

/** Prices of one asset and currency in one month: one chunk, and what is kept aside of it. */
type Part = { readonly month: Month; readonly prices: ManualPrice[]; readonly suspects: Suspect[] }
type Write = { readonly write: PriceWrite; readonly before: Chunk }

/** What became of prices by hand: hours by what changed, and how many of the prices given are kept aside. */
export type ImportedPrices = MergeCounts & { readonly aside: number }

/**
 * Stores prices by hand as candles of provider `manual`, combined with those stored; importing again changes nothing,
 * another price at the same time replaces the one before. Suspect prices are kept aside, with their reason.
 * @throws INPUT_INVALID for a price that is not above 0, or a time after now; nothing is stored then
 */
export async function importPrices(
  prices: readonly ManualPrice[],
  io: ImportIo,
  options: { readonly dryRun: boolean },
): Promise<ImportedPrices> {
  refuseUnusable(prices, io.now())
  if (options.dryRun) {
    const { writes, aside } = await writesOf(prices, io)
    return { ...countsOf(writes), aside }
  }
  const write = async () => {
    const { writes, aside } = await writesOf(prices, io)
    return { ...total(await io.store.writePrices(writes.map(({ write }) => write))), aside }
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
  { store }: ImportIo,
): Promise<{ writes: Write[]; aside: number }> {
  const writes: Write[] = []
  let aside = 0
  const series = bySeries(prices).sort((a, b) => byBytes(a.asset, b.asset) || byBytes(a.quote, b.quote))
  for (const { asset, quote, prices: given } of series) {
    const screened = await screenManual(given, store)
    aside += screened.aside
    for (const part of partsOf(screened)) {
      const { month, suspects } = part
      const stored = await store.chunks({ assets: [asset], quote, from: month, to: month })
      const key = { asset, quote, provider: MANUAL_PROVIDER, month }
      const before = stored.find((chunk) => chunk.provider === MANUAL_PROVIDER) ?? emptyChunk(key)
      const run = { asset, quote, provider: MANUAL_PROVIDER, from: monthStart(month) }
      writes.push({ write: { run: { ...run, columns: filled(part, before) }, suspects, gaps: [] }, before })
    }
  }
  return { writes, aside }
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

function partsOf({ accepted, suspects }: ScreenedPrices): Part[] {
  const parts = new Map<Month, Part>()
  const partAt = (time: number) => {
    const month = monthOf(time)
    const part = parts.get(month) ?? { month, prices: [], suspects: [] }
    parts.set(month, part)
    return part
  }
  for (const price of accepted) partAt(price.time).prices.push(price)
  for (const suspect of suspects) partAt(suspect.time).suspects.push(suspect)
  return [...parts].sort(([a], [b]) => byBytes(a, b)).map(([, part]) => part)
}

function countsOf(writes: readonly Write[]): MergeCounts {
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
