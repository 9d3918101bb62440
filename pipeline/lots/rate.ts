import type { AssetId } from '#core/asset.ts'
import type { LotInput } from '#pnl/lots/lots.ts'

/** Rates of currencies are the marks of them: `eur` that of `fiat:eur`. */
export function rateBy(markAt: LotInput['markAt']): LotInput['rateAt'] {
  return (currency, hour) => {
    const rate = markAt(`fiat:${currency}` as AssetId, hour)
    return rate === null || rate.quality === 'missing' ? null : rate.price
  }
}
