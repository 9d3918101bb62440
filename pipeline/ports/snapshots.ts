/** What a portfolio was worth at an hour mark. */
import type { AssetId, Quote } from '#core/asset.ts'
import type { Hour } from '#core/hour.ts'
import type { Quality } from '#core/quality.ts'

/** One asset of one wallet on one chain in a snapshot. Money in the quote currency; null is missing. */
export type Position = {
  readonly asset: AssetId
  /** Its contract on the chain in lower case, `native` for the chain's own coin; null where that is not known. */
  readonly token: string | null
  /** Empty for what lives on none. */
  readonly chain: string
  readonly wallet: string
  /** Exact decimal as plain text; null while it is not known what was held. */
  readonly quantity: string | null
  readonly mark: number | null
  /** The double nearest to `quantity`, times `mark`: stores may leave it out and compute it again (core/position.ts). */
  readonly value: number | null
  readonly quality: Quality
}
/** What a portfolio was worth at an hour mark. No number in it is NaN, infinite or -0. */
export type Snapshot = {
  readonly owner: string
  readonly portfolio: string
  readonly quote: Quote
  readonly time: Hour
  /** Null where something is held and nothing of it was ever priced. */
  readonly value: number | null
  /** What was made in the 24 hours before, flows taken out, and as a fraction (0.01 is 1 %). */
  readonly change24h: { readonly amount: number; readonly fraction: number | null } | null
  readonly quality: Quality
  /** Shares from 0 to 1. */
  readonly coverage: number
  readonly coverageByCount: number
  /** Ordered by asset, wallet, chain. */
  readonly positions: readonly Position[]
}
export type SnapshotQuery = {
  readonly owner: string
  readonly portfolio: string
  /** Times in [from, to). */
  readonly from: Hour
  readonly to: Hour
}
export interface SnapshotStore {
  /**
   * Puts each snapshot in the place of the one of the same owner, portfolio and time; all of a call or none. Writing
   * equal ones again changes no byte. A call holds as many as fit in memory at once: up to a few thousand.
   */
  writeSnapshots(
    snapshots: readonly Snapshot[],
  ): Promise<{ added: number; changed: number; unchanged: number }>
  /** Snapshots of one portfolio, ascending in time. */
  snapshots(query: SnapshotQuery): Promise<Snapshot[]>
}
