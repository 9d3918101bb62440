import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import { addHours, hourOf, type Hour } from '#core/hour.ts'
import { monthEnd, monthOf, monthStart, type Month } from '#core/month.ts'
import { MISSING, qualityName } from '#core/quality.ts'
import type { MarkSeries } from '#pnl/marks/marks.ts'
import type { LotMark } from '#pnl/lots/report.ts'
import { lastMarks } from '../pnl/last-marks.ts'
import type { MarkLoader } from '../pnl/marks.ts'

/** Marks at the hours asked for, in memory. */
export type FlowMarks = (asset: AssetId, hour: number) => LotMark | null

/** Reads the marks of flows, month by month, by the one way that hourly PnL reads them. */
export async function flowMarks(
  needed: ReadonlyMap<AssetId, ReadonlySet<Hour>>,
  loader: MarkLoader,
): Promise<FlowMarks> {
  const found = new Map<AssetId, Map<number, LotMark>>()
  for (const [month, assets] of [...byMonth(needed)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const from = monthStart(month)
    const book = await loader.load(assets.keys(), from, monthEnd(month))
    for (const [asset, hours] of assets) {
      const marks = found.get(asset) ?? new Map<number, LotMark>()
      found.set(asset, marks)
      const series = book.of(asset)
      for (const hour of hours) {
        const mark = markIn(series, (hour - from) / 3_600_000)
        if (mark !== null) marks.set(hour, mark)
      }
    }
  }
  return (asset, hour) => found.get(asset)?.get(hour) ?? null
}

function byMonth(needed: ReadonlyMap<AssetId, ReadonlySet<Hour>>): Map<Month, Map<AssetId, Hour[]>> {
  const months = new Map<Month, Map<AssetId, Hour[]>>()
  for (const [asset, hours] of needed) {
    for (const hour of hours) {
      const month = monthOf(hour)
      let assets = months.get(month)
      if (assets === undefined) months.set(month, (assets = new Map<AssetId, Hour[]>()))
      const list = assets.get(asset)
      if (list === undefined) assets.set(asset, [hour])
      else list.push(hour)
    }
  }
  return months
}

/** The mark at a place of a series; null where it is missing. */
export function markIn(series: MarkSeries, index: number): LotMark | null {
  const quality = series.quality[index]
  if (quality === undefined || quality === MISSING) return null
  return { price: new Decimal(series.price[index] as number), quality: qualityName(quality) }
}

/** Marks of the hour that a moment falls in; the last one known, as `missing`, where there is none. */
export async function marksAt(
  assets: readonly AssetId[],
  time: number,
  loader: MarkLoader,
): Promise<ReadonlyMap<AssetId, LotMark>> {
  const hour = hourOf(time)
  const marks = new Map<AssetId, LotMark>()
  const unmarked: AssetId[] = []
  for (const asset of assets) {
    const mark = markIn((await loader.load([asset], hour, addHours(hour, 1))).of(asset), 0)
    if (mark === null) unmarked.push(asset)
    else marks.set(asset, mark)
  }
  for (const [asset, price] of await lastMarks(unmarked, hour, loader))
    marks.set(asset, { price: new Decimal(price), quality: 'missing' })
  return marks
}
