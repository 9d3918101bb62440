import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { MarkRow } from '#ingestion/marks-csv/read.ts'

/** Prices of one asset, ascending in time; of one second the last row counts. */
type Column = { readonly times: number[]; readonly prices: (string | Decimal)[] }

/** Marks of a file: the price at any moment is that of the last row at or before it. */
export class MarkTable {
  private readonly columns = new Map<AssetId, Column>()
  /** The newest time in it, null when it is empty. */
  readonly latest: number | null = null

  constructor(rows: readonly MarkRow[]) {
    const sorted = rows.every((row, at) => at === 0 || (rows[at - 1] as MarkRow).time <= row.time)
    for (const { asset, time, price } of sorted ? rows : rows.toSorted((a, b) => a.time - b.time)) {
      let column = this.columns.get(asset)
      if (column === undefined) this.columns.set(asset, (column = { times: [], prices: [] }))
      column.times.push(time)
      column.prices.push(price)
      this.latest = time
    }
  }

  at(asset: AssetId, time: number): Decimal | null {
    const column = this.columns.get(asset)
    if (column === undefined) return null
    const { times, prices } = column
    let low = 0
    let high = times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((times[middle] as number) <= time) low = middle + 1
      else high = middle
    }
    const found = prices[low - 1]
    if (typeof found !== 'string') return found ?? null
    return (prices[low - 1] = new Decimal(found))
  }
}
