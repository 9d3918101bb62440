import { baseAsset, fiatAsset, type AssetId, type Quote } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { Decimal } from '#core/decimal.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { monthOf, monthStart, type Month } from '#core/month.ts'
import { MISSING } from '#core/quality.ts'
import {
  emptyMarks,
  firstOf,
  markSeries,
  ratioMarks,
  unitMarks,
  type MarkSeries,
  type SourceCandles,
} from '#pnl/marks/marks.ts'
import { carryMsOf, type MarkSettings } from '#pnl/settings.ts'
import type { ChunkRevision, SeriesReader } from '../ports.ts'

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

/** Reads candles and makes marks of them: the base currency, other currencies by conversion, everything else. */
export class MarkLoader {
  private readonly io: SeriesReader
  readonly quote: Quote
  readonly base: AssetId
  readonly settings: MarkSettings

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
    const months = { from: monthOf(from - this.longestCarry(wanted) - HOUR_MS), to: monthOf(to - HOUR_MS) }
    const chunks = await this.io.chunks({ assets: [...wanted], quote: this.quote, ...months })
    const own = this.seriesOf(chunks, from, to)
    const series = new Map<string, MarkSeries>([...own, [this.base, unitMarks(from, to)]])
    for (const currency of currencies) {
      const through = await this.io.chunks({ assets: [this.settings.through], quote: currency, ...months })
      const inCurrency = this.seriesOf(through, from, to).get(this.settings.through)
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

  private longestCarry(assets: Iterable<AssetId>): number {
    return Math.max(0, ...[...assets].map((asset) => carryMsOf(this.settings, asset)))
  }

  private seriesOf(chunks: readonly Chunk[], from: Hour, to: Hour): Map<AssetId, MarkSeries> {
    const byAsset = new Map<AssetId, Map<string, Chunk[]>>()
    for (const chunk of chunks) {
      const providers = byAsset.get(chunk.asset) ?? new Map<string, Chunk[]>()
      byAsset.set(chunk.asset, providers)
      const pieces = providers.get(chunk.provider)
      if (pieces === undefined) providers.set(chunk.provider, [chunk])
      else pieces.push(chunk)
    }
    const series = new Map<AssetId, MarkSeries>()
    for (const [asset, providers] of byAsset) {
      series.set(asset, markSeries(from, to, this.ranked(providers), carryMsOf(this.settings, asset)))
    }
    return series
  }

  /** Providers in the configured order. One that is not configured gives no mark. The primary is always first. */
  private ranked(providers: ReadonlyMap<string, readonly Chunk[]>): SourceCandles[] {
    return this.settings.sources.map((provider) => ({
      provider,
      pieces: (providers.get(provider) ?? []).map((chunk) => ({
        from: monthStart(chunk.month),
        columns: chunk.columns,
      })),
    }))
  }

  /**
   * What the marks of each asset in a month rest on, as text for fingerprints: revisions of its chunks of that month
   * and the one before (for carried marks), and the settings.
   */
  async revisions(assets: Iterable<AssetId>): Promise<MarkKeys> {
    const wanted = new Set(assets)
    const currencies = this.currencies(wanted)
    if (currencies.length > 0) wanted.add(this.settings.through)
    const keys = new MarkKeys(this.settings, await this.io.revisions([...wanted], this.quote))
    for (const currency of currencies) {
      keys.convert(fiatAsset(currency) as AssetId, await this.io.revisions([this.settings.through], currency))
    }
    return keys
  }
}

/** Revisions of chunks by asset and month. */
export class MarkKeys {
  private readonly settings: MarkSettings
  private readonly byAsset = new Map<string, Map<Month, string>>()
  private readonly converted = new Map<string, Map<Month, string>>()
  readonly first: Month | null
  readonly last: Month | null

  constructor(settings: MarkSettings, revisions: readonly ChunkRevision[]) {
    this.settings = settings
    for (const revision of revisions) note(this.byAsset, revision.asset, revision)
    const months = revisions.map(({ month }) => month).sort()
    this.first = months[0] ?? null
    this.last = months.at(-1) ?? null
  }

  convert(asset: AssetId, revisions: readonly ChunkRevision[]): void {
    for (const revision of revisions) note(this.converted, asset, revision)
  }

  /** Months in which an asset has candles, ascending. */
  months(asset: string): Month[] {
    return [...(this.byAsset.get(asset)?.keys() ?? [])].sort()
  }

  /** @param months the month and the one before */
  key(asset: string, months: readonly Month[]): string {
    const own = months.map((month) => this.byAsset.get(asset)?.get(month) ?? '')
    const carry = carryMsOf(this.settings, asset as AssetId)
    if (!asset.startsWith('fiat:')) return [...own, carry, this.settings.sources].join(';')
    const other = months.map((month) => this.converted.get(asset)?.get(month) ?? '')
    const through = months.map((month) => this.byAsset.get(this.settings.through)?.get(month) ?? '')
    return [...own, ...other, ...through, carry, this.settings.through, this.settings.sources].join(';')
  }
}

function note(into: Map<string, Map<Month, string>>, asset: string, revision: ChunkRevision): void {
  const months = into.get(asset) ?? new Map<Month, string>()
  into.set(asset, months)
  const text = `${revision.provider}:${revision.revision}`
  const present = months.get(revision.month)
  months.set(revision.month, present === undefined ? text : `${present},${text}`)
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
