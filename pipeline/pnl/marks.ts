import { baseAsset, type AssetId, type Quote } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { monthOf, monthStart, previousMonth, type Month } from '#core/month.ts'
import { LOOK_BACK_HOURS } from '#pnl/marks/dispute.ts'
import { MANUAL_PROVIDER, MARK_WINDOW_MS } from '#pnl/marks/marks.ts'
import { carryMsOf, type MarkSettings } from '#pnl/settings.ts'
import type { SeriesReader } from '../ports.ts'
import { CandleBook, chunksByAsset, type MarkBook } from './candle-book.ts'

export type { MarkBook }

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

  /** Marks over [from, to) hours. */
  async load(assets: Iterable<AssetId>, from: Hour, to: Hour): Promise<MarkBook> {
    return (await this.candles(assets, from, to)).marks()
  }

  /** What marks over [from, to) hours are made of, with the candles before `from` that may be carried into them. */
  async candles(assets: Iterable<AssetId>, from: Hour, to: Hour): Promise<CandleBook> {
    const { base, quote, settings } = this
    const wanted = new Set(assets)
    const currencies = this.currencies(wanted)
    if (currencies.length > 0) wanted.add(settings.through)
    const own = await this.spanned([...wanted], quote, from, to)
    const converted = new Map<Quote, readonly Chunk[]>()
    for (const currency of currencies) {
      converted.set(currency, await this.spanned([settings.through], currency, from, to))
    }
    return new CandleBook({ own, converted }, { from, to, base, quote }, settings)
  }

  /** Chunks of some assets in one quote currency, with those of what is carried into the span. */
  private async spanned(
    assets: readonly AssetId[],
    quote: Quote,
    from: Hour,
    to: Hour,
  ): Promise<readonly Chunk[]> {
    const first = monthOf(from)
    const inside = await this.chunks(assets, quote, first, monthOf(to - HOUR_MS))
    const byAsset = chunksByAsset(inside)
    const bare = assets.filter((asset) => !this.opensMarked(byAsset.get(asset), from))
    const carried = bare.map((asset) => carryMsOf(this.settings, asset))
    const lead = monthOf(from - Math.max(LOOK_BACK_HOURS * HOUR_MS, ...carried) - HOUR_MS)
    if (bare.length === 0 || lead === first) return inside
    return [...(await this.chunks(bare, quote, lead, previousMonth(first))), ...inside]
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
   * nothing from the month before can be carried into it, and it need not be read. Unless another source has a sample
   * in the first hours: should the two differ, the hours before tell which of them jumped.
   */
  private opensMarked(chunks: readonly Chunk[] | undefined, from: Hour): boolean {
    if (from !== monthStart(monthOf(from))) return false
    const primary = chunks?.find(({ provider }) => provider === this.settings.sources[0])
    const others = chunks?.filter((chunk) => chunk !== primary && chunk.month === monthOf(from)) ?? []
    const alone = others.every(({ columns: { count } }) =>
      count.subarray(0, LOOK_BACK_HOURS).every((samples) => !(samples > 0)),
    )
    return (
      alone &&
      primary !== undefined &&
      primary.month === monthOf(from) &&
      primary.provider !== MANUAL_PROVIDER &&
      (primary.columns.count[0] as number) > 0 &&
      (primary.columns.first[0] as number) < MARK_WINDOW_MS
    )
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
