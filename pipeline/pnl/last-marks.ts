import type { AssetId } from '#core/asset.ts'
import type { Hour } from '#core/hour.ts'
import { monthEnd, monthOf, monthStart } from '#core/month.ts'
import type { MarkLoader } from './marks.ts'

/** The last mark known before an hour, by asset; an asset without one is left out. */
export async function lastMarks(
  assets: readonly AssetId[],
  before: Hour,
  loader: MarkLoader,
): Promise<Map<AssetId, number>> {
  const found = new Map<AssetId, number>()
  for (const asset of assets) {
    const price = asset === loader.base ? 1 : await lastMark(asset, before, loader)
    if (price !== null) found.set(asset, price)
  }
  return found
}

async function lastMark(asset: AssetId, before: Hour, loader: MarkLoader): Promise<number | null> {
  const months = (await loader.candleMonths(asset)).filter((month) => month <= monthOf(before))
  for (const month of months.reverse()) {
    const end = Math.min(monthEnd(month), before) as Hour
    if (end <= monthStart(month)) continue
    const { price } = (await loader.load([asset], monthStart(month), end)).of(asset)
    const mark = price.findLast((value) => !Number.isNaN(value))
    if (mark !== undefined) return mark
  }
  return null
}
