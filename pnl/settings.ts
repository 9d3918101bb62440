import { assetClass, type AssetId } from '#core/asset.ts'
import { isStablecoin } from '#core/stablecoin.ts'
import type { ProviderId } from '#core/candle.ts'
import { HOUR_MS } from '#core/hour.ts'
import type { MarkRules } from './marks/tracks.ts'

/** What decides a mark besides the candles. Part of every fingerprint. */
export type MarkSettings = {
  /** Providers in order of preference; the first one's marks are `ok`. */
  readonly sources: readonly ProviderId[]
  /** Hours that the last sample is carried, by asset id or by class (`crypto`, `stock`). */
  readonly carryHours: Readonly<Record<string, number>>
  /** The asset through which other currencies are converted. */
  readonly through: AssetId
  /** How far two sources may be apart, in per cent, by asset id or by `stable` and `other`; without it any distance. */
  readonly disputePercent?: Readonly<Record<string, number>>
  /** Providers whose marks are `estimated` at best. */
  readonly estimated?: readonly ProviderId[]
}

/** Chunks are read one month ahead of the hours asked for, so nothing is carried longer than the shortest month. */
export const MAX_CARRY_HOURS = 28 * 24

export const DEFAULT_SETTINGS: MarkSettings = {
  sources: ['coingecko', 'allium', 'manual'],
  carryHours: { crypto: 3, stock: 96 },
  through: 'bitcoin' as AssetId,
  disputePercent: { stable: 1, other: 5 },
  estimated: ['defillama'],
}

/** How old the last sample of an asset may be to be carried, in milliseconds. */
export function carryMsOf(settings: Pick<MarkSettings, 'carryHours'>, asset: AssetId): number {
  const { carryHours } = settings
  const own = Object.hasOwn(carryHours, asset) ? carryHours[asset] : undefined
  const hours = own ?? carryHours[assetClass(asset)] ?? carryHours['crypto'] ?? 3
  return Math.min(hours, MAX_CARRY_HOURS) * HOUR_MS
}

/** What decides an asset's marks beside its candles and how long they are carried. */
export function markRulesOf(settings: MarkSettings, asset: AssetId): MarkRules {
  const { disputePercent, estimated = [] } = settings
  const own =
    disputePercent !== undefined && Object.hasOwn(disputePercent, asset) ? disputePercent[asset] : undefined
  const percent = own ?? disputePercent?.[isStablecoin(asset) ? 'stable' : 'other']
  return { estimated, ...(percent === undefined ? {} : { disputeLimit: percent / 100 }) }
}
