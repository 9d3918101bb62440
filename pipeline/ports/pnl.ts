/** Results that are kept so that only what changed is computed. */
import type { AssetId, Quote } from '#core/asset.ts'
import type { Month } from '#core/month.ts'

export type PnlMode = 'snapshot' | 'flows'
export type BatchKey = {
  readonly owner: string
  readonly portfolio: string
  readonly quote: Quote
  readonly month: Month
  readonly asset: AssetId
  readonly wallet: string
  readonly chain: string
}
/** Cached result for one asset of one wallet on one chain in one UTC month; the layout of `data` is `pnl/hourly/batch.ts`. */
export type Batch = BatchKey & {
  readonly fingerprint: string
  readonly data: Float64Array
  /** Exact quantities, as JSON `[[hour index, "0.5"], …]`. */
  readonly steps: string
}
/** What a portfolio's month was computed from, and the state of each of its lines at the end of it, as JSON. */
export type PnlMonth = {
  readonly owner: string
  readonly portfolio: string
  readonly quote: Quote
  readonly month: Month
  readonly key: string
  readonly states: string
}
export interface PnlStore {
  /** Keys of all months of a portfolio, ascending, without their states. */
  pnlKeys(owner: string, portfolio: string, quote: Quote): Promise<Pick<PnlMonth, 'month' | 'key'>[]>
  pnlMonth(owner: string, portfolio: string, quote: Quote, month: Month): Promise<PnlMonth | null>
  /** Ordered by month, asset, wallet, chain. */
  batches(owner: string, portfolio: string, quote: Quote, from: Month, to: Month): Promise<Batch[]>
  /** One transaction: batches and months replace those with the same keys; what is `dropped` goes. */
  writePnl(change: {
    readonly months: readonly PnlMonth[]
    readonly batches: readonly Batch[]
    readonly droppedBatches: readonly BatchKey[]
    readonly droppedMonths: readonly Pick<PnlMonth, 'owner' | 'portfolio' | 'quote' | 'month'>[]
  }): Promise<void>
}
