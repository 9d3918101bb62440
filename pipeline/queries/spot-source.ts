import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'

/** Whether a stock's market is open, and when that changes. */
export type MarketHours = {
  /** `market`, `extended`, `overnight` or `closed`, as the provider calls it; null where it does not say. */
  readonly currentPeriod: string | null
  readonly openNow: boolean
  /** Milliseconds since 1970; null where it is not known. */
  readonly nextChange: number | null
}

/** A price as a source gives it now. */
export type SourcePrice = {
  readonly price: number
  /** When the price was made, milliseconds since 1970. */
  readonly time: number
  /** False where the source itself does not vouch for it. */
  readonly sure: boolean
}

/** What a source answers about the present. An asset without a price is absent; what was wrong with one is a fault. */
export type SpotAnswer = {
  readonly prices: ReadonlyMap<AssetId, SourcePrice>
  readonly faults: readonly string[]
  readonly markets?: ReadonlyMap<AssetId, MarketHours>
}

/** A source of prices of this moment, of many assets in few calls. */
export interface SpotSource {
  readonly id: ProviderId
  supports(asset: AssetId, quote: Quote): boolean
  /** @param assets all of them supported @throws TidemarkError when none could be had */
  spot(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<SpotAnswer>
}

/** The source as one of prices of now; null where it is none. */
export function spotOf(source: object): SpotSource | null {
  return 'spot' in source && typeof source.spot === 'function' ? (source as SpotSource) : null
}
