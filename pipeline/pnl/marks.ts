import { baseAsset, fiatAsset, type AssetId, type Quote } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { Decimal } from '#core/decimal.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { monthOf, monthStart, previousMonth, type Month } from '#core/month.ts'
import { MISSING } from '#core/quality.ts'
import {
  MANUAL_PROVIDER,
  MARK_WINDOW_MS,
  emptyMarks,
  firstOf,
  markSeries,
  ratioMarks,
  unitMarks,
  type MarkSeries,
  type SourceCandles,
} from '#pnl/marks/marks.ts'
import { carryMsOf, type MarkSettings } from '#pnl/settings.ts'
import type { SeriesReader } from '../ports.ts'

/** Marks of some assets over a span of hours, in the base currency. */
export type MarkBook = {
  readonly from: Hour
  /** One past the last hour. */
  readonly to: Hour
  /** Marks over the whole span; all missing for an asset without a series. */
  of(asset: string): MarkSeries
  /** One mark as an exact decimal, or null where it is missing or outside the span. */
  at(asset: string, hour: Hour): Decimal | null
}

const FEW_ASSETS = 16
const KEPT_READS = 48

/** Reads candles and makes marks of them: the base currency, other currencies by conversion, everything else. */
export class MarkLoader {
  private readonly io: SeriesReader
  readonly quote: Quote
  readonly base: AssetId
  readonly settings: MarkSettings
  private readonly recent = new Map<string, Promise<Chunk[]>>()

  constructor(io: SeriesReader, quote: Quote, settings: MarkSettings) {
    this.io = io
    this.quote = quote
    this.base = baseAsset(quote)
    this.settings = settings
  }

  /** Currencies among the assets that need a conversion, as quote codes. */
  private currencies(assets: Iterable<AssetId>): Quote[] {
    const fiat = [...assets].filter((asset) => asset.startsWith('fiat:') && asset !== this.base)
    return fiat.map((asset) => asset.slice('fiat:'.length) as Quote)
  }

  /** Marks over [from, to) hours, with the candles before `from` that may be carried into it. */
  async load(assets: Iterable<AssetId>, from: Hour, to: Hour): Promise<MarkBook> {
    const wanted = new Set(assets)
    const currencies = this.currencies(wanted)
    if (currencies.length > 0) wanted.add(this.settings.through)
    const own = await this.seriesOf([...wanted], this.quote, from, to)
    const series = new Map<string, MarkSeries>([...own, [this.base, unitMarks(from, to)]])
    for (const currency of currencies) {
      const { through } = this.settings
      const inCurrency = (await this.seriesOf([through], currency, from, to)).get(through)
      const inBase = series.get(this.settings.through)
      if (inCurrency === undefined || inBase === undefined) continue
      const asset = fiatAsset(currency) as AssetId
      const name = `${this.settings.through} ${this.quote}/${currency}`
      const ratio = ratioMarks(inBase, inCurrency, name)
      const byHand = series.get(asset)
      series.set(asset, byHand === undefined ? ratio : firstOf(byHand, ratio))
    }
    return bookOf(series, from, to)
  }

  /** Marks of some assets in one quote currency, with what is carried into the span. */
  private async seriesOf(
    assets: readonly AssetId[],
    quote: Quote,
    from: Hour,
    to: Hour,
  ): Promise<Map<AssetId, MarkSeries>> {
    const first = monthOf(from)
    const inside = await this.chunks(assets, quote, first, monthOf(to - HOUR_MS))
    const byAsset = group(inside)
    const bare = assets.filter((asset) => !this.opensMarked(byAsset.get(asset), from))
    const lead = monthOf(
      from - Math.max(0, ...bare.map((asset) => carryMsOf(this.settings, asset))) - HOUR_MS,
    )
    const before =
      bare.length === 0 || lead === first ? [] : await this.chunks(bare, quote, lead, previousMonth(first))
    const series = new Map<AssetId, MarkSeries>()
    for (const [asset, chunks] of group([...before, ...inside])) {
      series.set(asset, markSeries(from, to, this.ranked(chunks), carryMsOf(this.settings, asset)))
    }
    return series
  }

  /**
   * Chunks of a few assets are kept for the life of the loader, which a question or a computation makes for itself: a
   * report asks for the same ones to find its range and to value it. Of many assets they are not.
   */
  private async chunks(assets: readonly AssetId[], quote: Quote, from: Month, to: Month): Promise<Chunk[]> {
    if (assets.length > FEW_ASSETS) return this.io.chunks({ assets, quote, from, to })
    const all: Chunk[] = []
    for (const asset of assets) {
      const key = `${asset}|${quote}|${from}|${to}`
      const known = this.recent.get(key) ?? this.io.chunks({ assets: [asset], quote, from, to })
      this.recent.set(key, known)
      if (this.recent.size > KEPT_READS) this.recent.delete(this.recent.keys().next().value ?? '')
      all.push(...(await known))
    }
    return all
  }

  /**
   * Whether the primary source has a sample at the very start of the span, and the span begins with its month: then
   * nothing from the month before can be carried into it, and it need not be read.
   */
  private opensMarked(chunks: readonly Chunk[] | undefined, from: Hour): boolean {
    if (from !== monthStart(monthOf(from))) return false
    const primary = chunks?.find(({ provider }) => provider === this.settings.sources[0])
    return (
      primary !== undefined &&
      primary.month === monthOf(from) &&
      primary.provider !== MANUAL_PROVIDER &&
      (primary.columns.count[0] as number) > 0 &&
      (primary.columns.first[0] as number) < MARK_WINDOW_MS
    )
  }

  /** Providers in the configured order. One that is not configured gives no mark. The primary is always first. */
  private ranked(chunks: readonly Chunk[]): SourceCandles[] {
    return this.settings.sources.map((provider) => ({
      provider,
      pieces: chunks
        .filter((chunk) => chunk.provider === provider)
        .map(({ month, columns }) => ({ from: monthStart(month), columns })),
    }))
  }

  /** What the marks of the assets rest on, month by month, as text for fingerprints. */
  async keys(assets: Iterable<AssetId>): Promise<MarkKeys> {
    const wanted = new Set(assets)
    const currencies = this.currencies(wanted)
    const { through } = this.settings
    if (currencies.length > 0) wanted.add(through)
    const keys = new MarkKeys(this.settings)
    keys.add(await this.io.monthRevisions([...wanted], this.quote))
    for (const currency of currencies) keys.add(await this.io.monthRevisions([through], currency))
    return keys
  }

  /** Months in which an asset has candles (of a currency: those it is converted by), ascending. */
  async candleMonths(asset: AssetId): Promise<Month[]> {
    const listed = asset.startsWith('fiat:') ? this.settings.through : asset
    return (await this.io.monthRevisions([listed], this.quote)).map(({ month }) => month)
  }
}

/** The settings, and the revisions of the chunks of each month. */
export class MarkKeys {
  private readonly settings: string
  private readonly texts = new Map<Month, string>()

  constructor(settings: MarkSettings) {
    this.settings = JSON.stringify(settings)
  }

  add(rows: readonly { readonly month: Month; readonly revisions: string }[]): void {
    for (const { month, revisions } of rows)
      this.texts.set(month, `${this.texts.get(month) ?? ''}/${revisions}`)
  }

  /** The first month with a candle of anything, null where there is none. */
  get first(): Month | null {
    return [...this.texts.keys()].sort()[0] ?? null
  }

  month(month: Month): string {
    return this.settings + (this.texts.get(month) ?? '')
  }
}

function group(chunks: readonly Chunk[]): Map<AssetId, Chunk[]> {
  const byAsset = new Map<AssetId, Chunk[]>()
  for (const chunk of chunks) {
    const own = byAsset.get(chunk.asset)
    if (own === undefined) byAsset.set(chunk.asset, [chunk])
    else own.push(chunk)
  }
  return byAsset
}

function bookOf(series: ReadonlyMap<string, MarkSeries>, from: Hour, to: Hour): MarkBook {
  const nothing = emptyMarks(from, to)
  const of = (asset: string) => series.get(asset) ?? nothing
  return {
    from,
    to,
    of,
    at(asset, hour) {
      if (hour < from || hour >= to) return null
      const marks = of(asset)
      const index = (hour - from) / HOUR_MS
      return marks.quality[index] === MISSING ? null : new Decimal(marks.price[index] as number)
    },
  }
}
