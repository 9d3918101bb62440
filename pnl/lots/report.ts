import type { AssetId } from '#core/asset.ts'
import type { Decimal } from '#core/decimal.ts'
import type { FlowKind } from '#core/flow.ts'
import type { Quality } from '#core/quality.ts'

/**
 * What lots say. Plain data throughout (it clones to a worker and serialises): an exact decimal is plain text without
 * exponent, trailing zeros or `-0`, as the JSON contract prints it; a time is milliseconds since 1970; null is missing.
 */
export type DecimalText = string

/** A price in the base currency. Quality `missing` with a price: the last known one, which only coverage uses. */
export type LotMark = { readonly price: Decimal; readonly quality: Quality }

/**
 * The mark of an asset at a moment, or null where it never had one. Asked for p(t) of the t that ends a flow's interval
 * (a whole hour), and for the moment of the report.
 */
export type LotMarkAt = (asset: AssetId, time: number) => LotMark | null

export type Term = 'short' | 'long'

/** What decided that a part was drawn from its lot. */
export type PartRule =
  | 'fifo'
  | 'lifo'
  | 'hifo'
  | 'lofo'
  | 'average'
  | 'pool'
  | 'same-day'
  | '30-days'
  | 'named'
  | 'proportion'
  | 'none'

/** Where something came from: the flow, and its place for people (`flows.csv:12`, else its tx, else its source). */
export type Origin = { readonly flow: string; readonly source: string }

/** A lot, open or closed. A short lot has negative `quantity`, `remaining` and `remainingCost`. */
export type LotRow = {
  /** The id of the flow that put it there; `FLOW#2`, … for further lots that one arrival brought. */
  readonly id: string
  readonly asset: AssetId
  /** null under `pooled`; `in-transit` between the legs of a transfer. */
  readonly wallet: string | null
  /** Acquisition time; a lot that moved keeps it. */
  readonly opened: number
  /** In today's unit: splits restate it. */
  readonly quantity: DecimalText
  readonly remaining: DecimalText
  /** null: undocumented, or a purchase whose price is missing. Under `average` the pool's average. */
  readonly unitCost: DecimalText | null
  readonly remainingCost: DecimalText | null
  /** Came in without a cost basis. */
  readonly undocumented: boolean
  /** Kind of the flow that opened it first. */
  readonly kind: FlowKind
  /** The purchase that it goes back to, over all its moves. */
  readonly from: Origin
  /** The lot that it was part of before it moved here; null where `from` put it here. */
  readonly movedFrom: string | null
}

/** A part of a disposal: what was drawn from one lot. */
export type PartRow = {
  /** null: more was disposed of than there was. */
  readonly lot: string | null
  readonly quantity: DecimalText
  readonly cost: DecimalText | null
  readonly proceeds: DecimalText | null
  readonly gain: DecimalText | null
  readonly term: Term
  /** When its lot was acquired; null without a lot. */
  readonly opened: number | null
  /** No lot, or one without a cost basis: its cost counts as 0 and its gain is unproven. */
  readonly undocumented: boolean
  readonly rule: PartRule
}

/** A disposal; parts sum to it. A purchase that closes shorts is one too (proceeds are those of the short). */
export type DisposalRow = {
  readonly flow: string
  readonly source: string
  readonly asset: AssetId
  readonly wallet: string
  readonly time: number
  /** Kind of the flow; `fee` for a fee column and for what a transfer lost on its way. */
  readonly kind: FlowKind
  /** Positive. */
  readonly quantity: DecimalText
  /** After the fees that join it (`basis`). */
  readonly proceeds: DecimalText | null
  readonly cost: DecimalText | null
  readonly gain: DecimalText | null
  /** Quantity without a documented cost. */
  readonly undocumented: DecimalText
  /** Fees that lowered `proceeds` (or raised `cost`, where it closes a short); "0" under `expense`. */
  readonly fees: DecimalText | null
  readonly parts: readonly PartRow[]
}

/** A lot's way from one pool to another: a transfer between own wallets, or a conversion. Nothing is realised. */
export type MoveRow = {
  /** The flow that it left with, and the one that it arrived with. */
  readonly out: string
  readonly in: string
  readonly time: number
  readonly lot: string
  readonly asset: AssetId
  readonly quantity: DecimalText
  readonly toLot: string
  readonly toAsset: AssetId
  readonly toQuantity: DecimalText
  readonly cost: DecimalText | null
}

/** What left at cost: a withdrawal, an unpaired transfer out, a gift (setting). */
export type LeaveRow = {
  readonly flow: string
  readonly source: string
  readonly asset: AssetId
  readonly wallet: string
  readonly time: number
  readonly kind: FlowKind
  readonly quantity: DecimalText
  readonly cost: DecimalText | null
  /** Market value at the time; null without a mark. */
  readonly value: DecimalText | null
  /** What of it counts as transferred: value less cost, but for what left as a short. */
  readonly transferred: DecimalText | null
  readonly parts: readonly {
    readonly lot: string | null
    readonly quantity: DecimalText
    readonly cost: DecimalText | null
  }[]
}

/** Something that counts as income or as cost, with the asset under which it counts; null: the total's alone. */
export type AmountRow = {
  readonly flow: string
  readonly source: string
  readonly asset: AssetId | null
  readonly time: number
  /** `fee` for fees; else the kind of the flow. */
  readonly kind: FlowKind
  readonly amount: DecimalText | null
  /** A trade's fee that is kept apart (`expense`). */
  readonly ofTrade: boolean
}

/** What came in with a cost basis of its own, which `transferred` takes out of the agreement with hourly PnL. */
export type BasisRow = {
  readonly flow: string
  readonly asset: AssetId
  readonly time: number
  readonly cost: DecimalText | null
  readonly value: DecimalText | null
}

/** One lot's share for one wallet, on the day from which pools are by wallet. */
export type AllocationRow = {
  readonly time: number
  readonly asset: AssetId
  readonly lot: string
  readonly wallet: string
  readonly toLot: string
  readonly quantity: DecimalText
  readonly cost: DecimalText | null
}

export type AssetRow = {
  readonly asset: AssetId
  /** What its lots hold; negative when short. */
  readonly quantity: DecimalText
  /** Of the documented part; null when the price of a purchase is missing. */
  readonly cost: DecimalText | null
  readonly averageCost: DecimalText | null
  readonly mark: DecimalText | null
  readonly value: DecimalText | null
  readonly realised: DecimalText | null
  readonly realisedShort: DecimalText | null
  readonly realisedLong: DecimalText | null
  readonly unrealised: DecimalText | null
  readonly income: DecimalText | null
  /** Fees of their own, gas, negative rebases, and what `fees` holds. */
  readonly costs: DecimalText | null
  /** Fees of trades that are kept apart; part of `costs`. */
  readonly fees: DecimalText | null
  readonly transferred: DecimalText | null
  /** Gain without a documented cost; part of `realised`. */
  readonly unproven: DecimalText | null
  /** Quantity disposed of without a documented cost. */
  readonly undocumented: DecimalText
  readonly quality: Quality
}

/** Sums of what is known over assets, and of costs and income in the base currency. */
export type TotalRow = {
  readonly cost: DecimalText
  readonly value: DecimalText
  readonly realised: DecimalText
  readonly realisedShort: DecimalText
  readonly realisedLong: DecimalText
  readonly unrealised: DecimalText
  readonly income: DecimalText
  readonly costs: DecimalText
  readonly fees: DecimalText
  readonly transferred: DecimalText
  readonly unproven: DecimalText
  /** Share of |value at last known marks| that has a mark: 1 when nothing is held, 0 when nothing held was priced. */
  readonly coverage: number
  /** Names of the sums above that leave out something missing. */
  readonly partial: readonly string[]
}

export const PROBLEM_CODES = [
  'UNDOCUMENTED_DISPOSAL',
  'UNDOCUMENTED_TRANSFER',
  'UNDOCUMENTED_LOT',
  'UNPAIRED_TRANSFER',
  'MISSING_PRICE',
  'MISSING_MARK',
  'SPLIT_WITHOUT_LOTS',
] as const
export type ProblemCode = (typeof PROBLEM_CODES)[number]

export type ProblemRow = {
  readonly code: ProblemCode
  readonly asset: AssetId
  readonly wallet: string | null
  readonly flow: string | null
  readonly source: string | null
  readonly time: number
  readonly quantity: DecimalText
  readonly message: string
  readonly fix: string
}

/** Rows are in order of time, then of entry; assets by the bytes of their ids. */
export type LotReport = {
  /** Flows up to and including this moment count. */
  readonly at: number
  readonly lots: readonly LotRow[]
  readonly disposals: readonly DisposalRow[]
  readonly assets: readonly AssetRow[]
  readonly total: TotalRow
  readonly problems: readonly ProblemRow[]
  readonly moves: readonly MoveRow[]
  readonly leaves: readonly LeaveRow[]
  readonly incomes: readonly AmountRow[]
  readonly costs: readonly AmountRow[]
  readonly bases: readonly BasisRow[]
  readonly allocation: readonly AllocationRow[]
  /** A part is undocumented, or a held asset is `missing`: the command ends with 3. */
  readonly incomplete: boolean
}
