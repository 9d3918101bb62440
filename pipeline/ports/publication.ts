/** Figures that others read past us. */
import type { AssetId, Quote } from '#core/asset.ts'
import type { Hour } from '#core/hour.ts'
import type { Month } from '#core/month.ts'
import type { Snapshot } from './snapshots.ts'

/**
 * Hourly figures of one token, or of the whole portfolio (`asset` null), for others to read: one row a mark. Money in the
 * quote currency; NaN is missing. What is `pnl`, and its parts, is of the hour that ends at the mark.
 */
export type PublishedSeries = {
  readonly asset: AssetId | null
  readonly hours: readonly Hour[]
  readonly columns: Readonly<Record<string, Float64Array>>
  /** Codes of `core/quality.ts`. */
  readonly quality: Uint8Array
}
export type PublishedMonth = {
  readonly owner: string
  readonly portfolio: string
  readonly quote: Quote
  readonly month: Month
  /** Of everything that the month was made from. */
  readonly hash: string
  readonly series: readonly PublishedSeries[]
}
/** A store that dashboards read past us. It is written after the truth, and can be made again from it at any time. */
export interface PublicationStore {
  /** Months of a portfolio that lie there whole, with the hashes that they were published with. */
  published(owner: string, portfolio: string, quote: Quote): Promise<{ month: Month; hash: string }[]>
  /** Puts a month in the place of what was published of it. */
  publish(month: PublishedMonth): Promise<void>
  /** Puts snapshots' totals in the place of those of the same owner, portfolio, quote and time. */
  publishValues(snapshots: readonly Snapshot[]): Promise<void>
}
