import type { AssetId } from './asset.ts'
import { parseDecimal } from './decimal.ts'

/** Kinds of flows and the sign that each may have (docs/semantics.md, 3): 1 only in, −1 only out, 0 either. */
export const FLOW_KINDS = {
  buy: 1,
  sell: -1,
  deposit: 1,
  opening: 1,
  withdraw: -1,
  gift: 0,
  transfer: 0,
  income: 1,
  airdrop: 1,
  rebase: 0,
  gas: -1,
  fee: -1,
  lost: -1,
  split: 0,
  convert: 0,
  unexplained: 0,
} as const satisfies Record<string, -1 | 0 | 1>
export type FlowKind = keyof typeof FLOW_KINDS

export function isFlowKind(text: string): text is FlowKind {
  return Object.hasOwn(FLOW_KINDS, text)
}

/**
 * A signed change of a holding. Quantities and prices are exact decimals as plain text.
 * Where it stands: `owner` whose it is, `book` the set of flows it belongs to (`portfolio:main`, or a wallet's id),
 * `source` what it was read from, `line` the line there (the header is line 1).
 */
export type Flow = {
  readonly id: string
  readonly owner: string
  readonly book: string
  readonly source: string
  readonly file: string | null
  readonly line: number | null
  /** Milliseconds since 1970, cut to whole seconds. */
  readonly time: number
  readonly asset: AssetId
  /** Signed; never contains the fee. */
  readonly quantity: string
  readonly kind: FlowKind
  readonly unitPrice: string | null
  /** ISO code of `unitPrice`, lower-case; null is the base currency. */
  readonly priceCurrency: string | null
  /** Positive, or null. */
  readonly fee: string | null
  /** What the fee is paid in; null is the base currency. */
  readonly feeAsset: AssetId | null
  /** Address or name as entered; a configured label stands for its wallet. */
  readonly wallet: string
  readonly chain: string | null
  readonly tx: string | null
  readonly logIndex: number | null
  readonly from: string | null
  readonly to: string | null
  /** Lots that a disposal names (method `specific`). */
  readonly lot: string | null
  readonly note: string
  /** Its place among equal rows of its file, from 0. */
  readonly ordinal: number
}

/** What a flow leaves empty unless it is known. */
export const UNDETAILED = {
  file: null,
  line: null,
  unitPrice: null,
  priceCurrency: null,
  fee: null,
  feeAsset: null,
  chain: null,
  tx: null,
  logIndex: null,
  from: null,
  to: null,
  lot: null,
  note: '',
  ordinal: 0,
} as const satisfies Partial<Flow>

/** Why a quantity does not go with its kind, or null when it does. */
export function signFault(kind: FlowKind, quantity: string): string | null {
  const value = parseDecimal(quantity)
  if (value === null) return `quantity "${quantity}" is not a decimal number`
  if (value.isZero()) return 'quantity is 0; a flow changes a holding'
  const sign = FLOW_KINDS[kind]
  if (sign === 1 && value.isNegative()) return `quantity ${quantity} is negative, but "${kind}" only adds`
  if (sign === -1 && !value.isNegative())
    return `quantity ${quantity} is positive, but "${kind}" only takes away`
  return null
}
