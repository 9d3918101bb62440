import type { AssetId, Quote } from '#core/asset.ts'
import type { Chunk, ProviderId } from '#core/candle.ts'
import { addHours, hourOf, hoursBetween, type Hour } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import { qualityName, type Quality } from '#core/quality.ts'
import { markSource, type MarkSeries } from '#pnl/marks/marks.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { candleAt, type Candle } from '../jobs/hour-candle.ts'
import { MarkLoader } from '../pnl/marks.ts'
import type { SeriesReader } from '../ports.ts'
import { pageOf, type Page, type PageAsk } from './page.ts'

/** One hour of one asset: its mark, and the candle of the first provider in the configured order that has one. */
export type PriceRow = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly hour: Hour
  readonly mark: number | null
  readonly quality: Quality
  /** Where the mark comes from: a provider, `carried:2h coingecko`, a conversion, or null. */
  readonly source: string | null
  readonly provider: ProviderId | null
  readonly candle: Candle | null
}

export type PricesAsk = PageAsk & {
  /** All stored in the quote currency when none is named. */
  readonly assets?: readonly AssetId[] | undefined
  readonly quote: Quote
  /** Milliseconds since 1970, floored to the hour, both included. */
  readonly from: number
  readonly to: number
  readonly newestFirst?: boolean
}

/** Hourly marks and candles, asset by asset, each ascending unless asked otherwise. Only the page is read. */
export async function listPrices(
  store: SeriesReader,
  settings: MarkSettings,
  ask: PricesAsk,
): Promise<Page<PriceRow>> {
  const { quote } = ask
  const stored = (await store.series()).filter((series) => series.quote === quote)
  const assets = ask.assets ?? stored.map(({ asset }) => asset)
  const first = hourOf(ask.from)
  const each = hoursBetween(first, hourOf(ask.to)) + 1
  if (each <= 0) return { rows: [], total: 0 }
  const all = Array.from({ length: each }, (_, index) => addHours(first, index))
  const hours = ask.newestFirst === true ? all.reverse() : all
  const rows: PriceRow[] = []
  for (const [rank, asset] of assets.entries()) {
    const begin = Math.max(0, ask.offset - rank * each)
    const limit = Math.min(each, ask.offset + ask.limit - rank * each) - begin
    if (limit <= 0) continue
    const { rows: part } = pageOf(hours, { offset: begin, limit })
    rows.push(...(await rowsOf(store, settings, asset, quote, part)))
  }
  return { rows, total: each * assets.length }
}

async function rowsOf(
  store: SeriesReader,
  settings: MarkSettings,
  asset: AssetId,
  quote: Quote,
  hours: readonly Hour[],
): Promise<PriceRow[]> {
  const from = Math.min(...hours) as Hour
  const to = addHours(Math.max(...hours) as Hour, 1)
  const marks = (await new MarkLoader(store, quote, settings).load([asset], from, to)).of(asset)
  const months = { from: monthOf(from), to: monthOf(to - 1) }
  const chunks = await store.chunks({ assets: [asset], quote, ...months })
  return hours.map((hour) => ({
    asset,
    quote,
    hour,
    ...markOf(marks, hoursBetween(from, hour)),
    ...candleOf(chunks, settings.sources, hour),
  }))
}

function markOf(marks: MarkSeries, index: number): Pick<PriceRow, 'mark' | 'quality' | 'source'> {
  const mark = marks.price[index] as number
  return {
    mark: Number.isNaN(mark) ? null : mark,
    quality: qualityName(marks.quality[index] as number),
    source: markSource(marks, index),
  }
}

function candleOf(
  chunks: readonly Chunk[],
  sources: readonly ProviderId[],
  hour: Hour,
): Pick<PriceRow, 'provider' | 'candle'> {
  const month = monthOf(hour)
  const index = hoursBetween(monthStart(month), hour)
  for (const provider of sources) {
    const chunk = chunks.find((one) => one.provider === provider && one.month === month)
    const candle = chunk === undefined ? null : candleAt(chunk.columns, index)
    if (candle !== null) return { provider, candle }
  }
  return { provider: null, candle: null }
}
