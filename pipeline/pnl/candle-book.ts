import { fiatAsset, type AssetId, type Quote } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { Decimal } from '#core/decimal.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart } from '#core/month.ts'
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
import { carryMsOf, markRulesOf, type MarkSettings } from '#pnl/settings.ts'

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

/** Candles of the span and of what may be carried into it; `converted` are those of `through` in other currencies. */
type Candles = {
  readonly own: readonly Chunk[]
  readonly converted: ReadonlyMap<Quote, readonly Chunk[]>
}
type Span = { readonly from: Hour; readonly to: Hour; readonly base: AssetId; readonly quote: Quote }

/** The candles that the marks of some assets over [from, to) hours are made of. */
export class CandleBook {
  private readonly candles: Candles
  private readonly span: Span
  private readonly settings: MarkSettings

  constructor(candles: Candles, span: Span, settings: MarkSettings) {
    this.candles = candles
    this.span = span
    this.settings = settings
  }

  /**
   * For each chunk the revision at which an hour before `hour` last changed. A mark rests on candles of its own hour
   * and earlier ones, so while this text stands, so does every mark before `hour`.
   */
  revisionsBefore(hour: Hour): string {
    const chunks = [this.candles.own, ...this.candles.converted.values()].flat()
    return chunks
      .map((chunk) => {
        const { asset, quote, provider, month } = chunk
        return `${asset}|${quote}|${provider}|${month}:${revisionBefore(chunk, hour)}`
      })
      .join(';')
  }

  /** Marks from an hour of the span to its end. */
  marks(from: Hour = this.span.from): MarkBook {
    const { base, quote, to } = this.span
    const { through } = this.settings
    const series = new Map<string, MarkSeries>([
      ...this.seriesOf(this.candles.own, from),
      [base, unitMarks(from, to)],
    ])
    const inBase = series.get(through)
    for (const [currency, chunks] of this.candles.converted) {
      const inCurrency = this.seriesOf(chunks, from).get(through)
      if (inCurrency === undefined || inBase === undefined) continue
      const asset = fiatAsset(currency) as AssetId
      const ratio = ratioMarks(inBase, inCurrency, `${through} ${quote}/${currency}`)
      const byHand = series.get(asset)
      series.set(asset, byHand === undefined ? ratio : firstOf(byHand, ratio))
    }
    return bookOf(series, from, to)
  }

  private seriesOf(chunks: readonly Chunk[], from: Hour): Map<AssetId, MarkSeries> {
    const series = new Map<AssetId, MarkSeries>()
    for (const [asset, own] of chunksByAsset(chunks)) {
      const carryMs = carryMsOf(this.settings, asset)
      const rules = markRulesOf(this.settings, asset)
      series.set(asset, markSeries(from, this.span.to, this.ranked(own), carryMs, rules))
    }
    return series
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
}

export function chunksByAsset(chunks: readonly Chunk[]): Map<AssetId, Chunk[]> {
  const byAsset = new Map<AssetId, Chunk[]>()
  for (const chunk of chunks) {
    const own = byAsset.get(chunk.asset)
    if (own === undefined) byAsset.set(chunk.asset, [chunk])
    else own.push(chunk)
  }
  return byAsset
}

function revisionBefore({ month, revision, changed }: Chunk, hour: Hour): number {
  if (hour >= monthEnd(month)) return revision
  const end = (hour - monthStart(month)) / HOUR_MS
  let latest = 0
  for (let index = 0; index < end; index++) latest = Math.max(latest, changed[index] as number)
  return latest
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
