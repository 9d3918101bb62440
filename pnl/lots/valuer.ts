import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import type { Hour } from '#core/hour.ts'
import { legsOf, type RateAt, type WalletNames } from '../flows/leg.ts'
import type { Row } from './group.ts'
import type { LotMarkAt } from './report.ts'

/** How rows are read and valued: what every group of flows needs. */
export type Valuer = {
  readonly base: AssetId
  readonly row: (flow: Flow) => Row
  /** The mark at the hour that ends a flow's interval; null where it is missing. */
  readonly mark: (asset: AssetId, hour: Hour) => Decimal | null
}

const ONE = new Decimal(1)

export function valuerOf(input: {
  readonly base: AssetId
  readonly names: WalletNames
  readonly rateAt: RateAt
  readonly markAt: LotMarkAt
}): Valuer {
  const { base, names, rateAt, markAt } = input
  return {
    base,
    row(flow) {
      const [main, fee] = legsOf(flow, base, names, rateAt)
      if (main === undefined) throw new RangeError(`flow ${flow.id} has no leg`)
      return { flow, main, fee: fee ?? null }
    },
    mark(asset, hour) {
      if (asset === base) return ONE
      const mark = markAt(asset, hour)
      return mark === null || mark.quality === 'missing' ? null : mark.price
    },
  }
}
