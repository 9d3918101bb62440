import type { AssetId, Quote } from '#core/asset.ts'
import type { Hour } from '#core/hour.ts'
import type { CarriedPair } from '../chain/pair-times.ts'
import type { PnlMode } from '../ports.ts'

/**
 * Why a token's PnL is what it is over the whole range; sums to `pnl` at the end of the range.
 * Money in the base currency. `residual` is 0 up to rounding.
 */
export type Attribution = {
  readonly price: number
  readonly trading: number
  readonly income: number
  readonly fees: number
  readonly loss: number
  readonly residual: number
}

/** One token over the range. Arrays run parallel to `PnlReport.hours`; NaN and null are missing. */
export type TokenSeries = {
  readonly asset: AssetId
  readonly symbol: string
  readonly quantity: readonly (string | null)[]
  readonly mark: Float64Array
  readonly value: Float64Array
  /** Cumulative since `from`. */
  readonly pnl: Float64Array
  /** Codes of `core/quality.ts`. */
  readonly quality: Uint8Array
  /** Where each mark comes from: a provider's id, `carried:2h`, or null. */
  readonly source: readonly (string | null)[]
  readonly attribution: Attribution
  /** Net value of external flows in the range (deposits less withdrawals). */
  readonly external: number
  /** Net value of exchanges, with the fees on them: value(to) − value(from) = PnL + external + exchanged. */
  readonly exchanged: number
  /** PnL ÷ (|value at from| + what came in until then, by exchange too); NaN when that is 0 or PnL is missing. */
  readonly fraction: Float64Array
}

export type TotalSeries = {
  readonly value: Float64Array
  readonly pnl: Float64Array
  /** Share of |value at last known marks| that has a mark, and the share of held tokens that has one. */
  readonly coverage: Float64Array
  readonly coverageByCount: Float64Array
  readonly quality: Uint8Array
  readonly attribution: Attribution
  readonly external: number
  /** Exchanges within the portfolio cancel: what is left was paid with, or went into, money that is not tracked. */
  readonly exchanged: number
  readonly fraction: Float64Array
  /** PnL of the last 24 hours of the range and its fraction; null when the range is shorter. */
  readonly change24h: { readonly pnl: number; readonly percent: number | null } | null
}

/** Marks that a held token lacks, `from` to `to` both included, with the reason in words. */
export type PnlGap = {
  readonly asset: AssetId
  readonly from: Hour
  readonly to: Hour
  readonly reason: string
}

/** What `pnl` prints, in every format. `hours` are marks from `from` to `to`, both included, at the step asked for. */
export type PnlReport = {
  /** Null when no portfolio was named and one unit of each coin is valued instead. */
  readonly portfolio: string | null
  readonly baseCurrency: Quote
  readonly mode: PnlMode
  readonly from: Hour
  readonly to: Hour
  readonly hours: readonly Hour[]
  readonly tokens: readonly TokenSeries[]
  readonly total: TotalSeries
  readonly gaps: readonly PnlGap[]
  /** Wallets that nothing configured could read, with the reason. */
  readonly missingWallets: readonly { readonly wallet: string; readonly reason: string }[]
  /** Wallets on chains that were last read before `to`: what they hold since is what they held then. */
  readonly carriedWallets: readonly CarriedPair[]
  /** Batches recomputed, appended to and reused while the report was made. */
  readonly batches: { readonly computed: number; readonly reused: number }
}
