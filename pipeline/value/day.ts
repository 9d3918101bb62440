import type { AssetId, Quote } from '#core/asset.ts'
import { addHours, type Hour } from '#core/hour.ts'
import type { MarkSeries } from '#pnl/marks/marks.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { DayPrices } from '#pnl/value/standing.ts'
import { lastMarks } from '../pnl/last-marks.ts'
import { MarkLoader } from '../pnl/marks.ts'
import type { SeriesReader } from '../ports.ts'

/** Hours of a day; it has one mark more. */
export const DAY = 24

/** The marks of one asset over the day, with the last one before it (NaN where there never was one). */
export type AssetDay = DayPrices & { readonly marks: MarkSeries; readonly before: number }

/** Assets whose chunks are in memory at once: a chunk is a month of candles, and of it a day is kept. */
const GROUP = 32

/**
 * Marks of the day that ends at `time`, in one quote currency: each asset is read once, when a portfolio first holds
 * it, and kept for all that follow.
 */
export class MarkDay {
  readonly loader: MarkLoader
  readonly start: Hour
  readonly time: Hour
  private readonly days = new Map<string, AssetDay>()

  constructor(io: SeriesReader, quote: Quote, settings: MarkSettings, time: Hour) {
    this.loader = new MarkLoader(io, quote, settings)
    this.start = addHours(time, -DAY)
    this.time = time
  }

  /** Reads the assets that were not asked for before. */
  async need(assets: Iterable<AssetId>): Promise<void> {
    const missing = new Set<AssetId>()
    for (const asset of assets) if (!this.days.has(asset)) missing.add(asset)
    const list = [...missing]
    for (let at = 0; at < list.length; at += GROUP) await this.read(list.slice(at, at + GROUP))
  }

  /** Marks of an asset that was needed before. */
  of(asset: AssetId): AssetDay {
    const day = this.days.get(asset)
    if (day === undefined) throw new RangeError(`${asset} was not read: call need() first`)
    return day
  }

  private async read(assets: readonly AssetId[]): Promise<void> {
    const book = await this.loader.load(assets, this.start, addHours(this.time, 1))
    const series = assets.map((asset) => [asset, book.of(asset)] as const)
    const bare = series.filter(([, { price }]) => Number.isNaN(price[0])).map(([asset]) => asset)
    const before = await lastMarks(bare, this.start, this.loader)
    for (const [asset, marks] of series) this.days.set(asset, dayOf(marks, before.get(asset) ?? NaN))
  }
}

function dayOf(marks: MarkSeries, before: number): AssetDay {
  const { price, quality } = marks
  const first = price.findIndex((mark) => !Number.isNaN(mark))
  const last = price.findLastIndex((mark) => !Number.isNaN(mark))
  const at = (index: number) => (index < 0 ? NaN : (price[index] as number))
  return {
    marks,
    before,
    mark: at(DAY),
    quality: quality[DAY] as number,
    first: at(first),
    last: at(last),
    moved: last > first,
    known: last < 0 ? before : at(last),
    knownBefore: first === 0 ? at(0) : before,
  }
}
