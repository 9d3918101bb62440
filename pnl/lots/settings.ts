import type { AssetId } from '#core/asset.ts'

/** Which lots a disposal draws from (docs/semantics.md, 5). */
export const METHODS = ['fifo', 'lifo', 'hifo', 'lofo', 'average', 'uk', 'specific'] as const
export type Method = (typeof METHODS)[number]

/** A method for one asset, one calendar year (of the disposal, in `timeZone`), or both; null fits any. */
export type MethodRule = {
  readonly asset: AssetId | null
  readonly year: number | null
  readonly method: Method
}

/** From when on a part is `long`: calendar years by days, or spans of N × 24 hours. */
export type LongTerm = { readonly years: number } | { readonly days: number }

/** Everything that decides lots besides flows and prices. Plain data: it clones, and is part of every fingerprint. */
export type LotSettings = {
  /** Where no rule of `methods` fits. */
  readonly method: Method
  /** The narrowest rule that fits wins: asset and year, then asset, then year; of equals the last. */
  readonly methods: readonly MethodRule[]
  /** One pool an asset, or one per wallet and asset. */
  readonly scope: 'pooled' | 'wallet'
  /** With `pooled`: by wallet from this moment on (milliseconds); what is open then is allocated to wallets. Else null. */
  readonly walletFrom: number | null
  /** `basis`: fees of trades join cost and proceeds; `expense`: they are kept apart, in `costs` and `fees`. */
  readonly fees: 'basis' | 'expense'
  /** What happens when more leaves than there is. `refuse` throws `LOTS_REFUSED`. */
  readonly oversell: 'report' | 'refuse' | 'short'
  /** A gift given: a disposal at market, or it leaves at cost. */
  readonly gifts: 'market' | 'cost'
  /** A conversion: lots move with cost and dates, or it realises as an exchange. */
  readonly wraps: 'move' | 'realise'
  readonly longTerm: LongTerm
  /** IANA name of the zone whose days and years count. */
  readonly timeZone: string
}

export const DEFAULT_LOT_SETTINGS: LotSettings = {
  method: 'fifo',
  methods: [],
  scope: 'pooled',
  walletFrom: null,
  fees: 'basis',
  oversell: 'report',
  gifts: 'market',
  wraps: 'move',
  longTerm: { years: 1 },
  timeZone: 'UTC',
}

/** The method for an asset in a year. */
export function methodFor(settings: LotSettings, asset: AssetId, year: number): Method {
  let method = settings.method
  let best = 0
  for (const rule of settings.methods) {
    if ((rule.asset !== null && rule.asset !== asset) || (rule.year !== null && rule.year !== year)) continue
    const narrow = 1 + Number(rule.year !== null) + 2 * Number(rule.asset !== null)
    if (narrow < best) continue
    best = narrow
    method = rule.method
  }
  return method
}
