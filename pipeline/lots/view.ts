import type { AssetId } from '#core/asset.ts'
import type { LotMark, LotReport } from '#pnl/lots/report.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'

export type {
  AllocationRow,
  AmountRow,
  AssetRow,
  DisposalRow,
  LotReport,
  LotRow,
  PartRow,
  ProblemRow,
  Term,
  TotalRow,
} from '#pnl/lots/report.ts'
export { DEFAULT_LOT_SETTINGS, METHODS, type LongTerm, type LotSettings } from '#pnl/lots/settings.ts'

/** Lots of one portfolio, or of one file, by one set of settings. */
export type LotView = {
  /** Null for a calculation from files alone. */
  readonly portfolio: string | null
  readonly baseCurrency: string
  readonly settings: LotSettings
  /** Flows up to and including this moment count. Null: there is neither a flow nor a mark. */
  readonly at: number | null
  readonly report: LotReport
  /** The mark of an asset at `at`; of quality `missing` with a price: the last known one. */
  readonly markAt: (asset: AssetId) => LotMark | null
}
