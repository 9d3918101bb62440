import { assetClass, type AssetId } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { HOUR_MS } from '#core/hour.ts'

/** What decides a mark besides the candles. Part of every fingerprint. */
export type MarkSettings = {
  /** Providers in order of preference; the first one's marks are `ok`. */
  readonly sources: readonly ProviderId[]
  /** Hours that the last sample is carried, by asset id or by class (`crypto`, `stock`). */
  readonly carryHours: Readonly<Record<string, number>>
  /** The asset through which other currencies are converted. */
  readonly through: AssetId
}

/** Chunks are read one month ahead of the hours asked for, so nothing is carried longer than the shortest month. */
export const MAX_CARRY_HOURS = 28 * 24

export const DEFAULT_SETTINGS: MarkSettings = {
  sources: ['coingecko', 'allium', 'manual'],
  carryHours: { crypto: 3, stock: 96 },
  through: 'bitcoin' as AssetId,
}

/** How old the last sample of an asset may be to be carried, in milliseconds. */
export function carryMsOf(settings: MarkSettings, asset: AssetId): number {
  const { carryHours } = settings
  const hours = carryHours[asset] ?? carryHours[assetClass(asset)] ?? carryHours['crypto'] ?? 3
  return Math.min(hours, MAX_CARRY_HOURS) * HOUR_MS
}
