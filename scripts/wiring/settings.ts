import type { Config } from '#config/config.ts'
import type { MarkSettings } from '#pnl/settings.ts'

/** What decides a mark, from the configuration: the order of sources, how long a price is carried, conversions. */
export function markSettings(config: Config): MarkSettings {
  return {
    sources: config.priceSources,
    carryHours: { ...config.carryHours, ...config.carryHoursByAsset },
    through: config.convertThrough,
    disputePercent: config.disputePercent,
    // Its points are records near an hour, of sources that it believes more or less.
    estimated: ['defillama'],
  }
}
