import type { AssetId, Quote } from './asset.ts'
import type { ProviderId } from './candle.ts'
import type { Hour } from './hour.ts'

/** Price samples of one answer, ascending in time; parallel arrays. A price that is no finite number is NaN. */
export type Samples = {
  /** Milliseconds since 1970. */
  readonly times: Float64Array
  readonly prices: Float64Array
}

/**
 * A sample kept aside (docs/semantics.md, 1): `pending` while fewer than three later samples were seen, `held` when
 * they did not confirm it, `released` when they did, `accepted` and `rejected` when decided by hand.
 */
export type SuspectState = 'pending' | 'held' | 'released' | 'accepted' | 'rejected'

export type Suspect = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly provider: ProviderId
  readonly time: number
  /** As the provider sent it. */
  readonly price: string
  readonly reason: string
  readonly state: SuspectState
}

/**
 * Hours for which a provider gave nothing, half-open, with the reason in a word. `disputed` hours have prices: two that
 * are too far apart; their provider is both names with a plus between them (`coingecko+defillama`).
 */
export type GapReason = 'plan-reach' | 'no-data' | 'suspect' | 'failed' | 'not-listed' | 'disputed'
export type Gap = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly provider: ProviderId
  readonly from: Hour
  readonly to: Hour
  readonly reason: GapReason
  readonly message: string
  /** When the gap was first seen and last tried, milliseconds since 1970, and how often. */
  readonly seen: number
  readonly tried: number
  readonly tries: number
}
