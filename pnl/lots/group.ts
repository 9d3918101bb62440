import type { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { valueExchange } from '../flows/exchange.ts'
import type { Leg } from '../flows/leg.ts'
import type { Charge, ValueBasis } from './entry.ts'
import { type Exact, absolute, exactOf, portion, times } from './exact.ts'
import type { Valuer } from './valuer.ts'

/** A flow's own leg, and the leg of its fee where that is paid in a token. */
export type Row = { readonly flow: Flow; readonly main: Leg; readonly fee: Leg | null }

/** What a leg is worth, and by what. */
export type Worth = { readonly value: Exact | null; readonly by: ValueBasis }

/** All rows of one tx, in the order of entry, with what they say of one another. */
export type Group = {
  readonly key: string
  readonly rows: readonly Row[]
  readonly valuer: Valuer
  /** Own legs of its exchange or conversion, each with its share of the value. */
  readonly exchanged: ReadonlyMap<Leg, Worth>
}

const NO_WORTHS: ReadonlyMap<Leg, Worth> = new Map()
export const NO_CHARGES: readonly Charge[] = []

export function groupOfRows(key: string, rows: readonly Row[], valuer: Valuer): Group {
  return { key, rows, valuer, exchanged: exchangesOf(rows, valuer) }
}

function exchangesOf(rows: readonly Row[], { base, mark }: Valuer): ReadonlyMap<Leg, Worth> {
  const trades = legsOfKind(rows, 'buy', 'sell')
  const converts = legsOfKind(rows, 'convert')
  if (trades.length === 0 && converts.length === 0) return NO_WORTHS
  const worths = new Map<Leg, Worth>()
  for (const legs of [trades, converts]) {
    if (legs.length === 0) continue
    const { basis, legs: shares } = valueExchange(legs, base, mark)
    legs.forEach((leg, index) => worths.set(leg, { value: known(shares[index] ?? null), by: basis }))
  }
  return worths
}

export const legsOfKind = (rows: readonly Row[], ...kinds: Flow['kind'][]): Leg[] =>
  rows.filter(({ main }) => kinds.includes(main.kind)).map(({ main }) => main)

const known = (value: Decimal | null): Exact | null => (value === null ? null : exactOf(value))

/** The positive quantity of a leg. */
export const sizeOf = (leg: Leg): Exact => absolute(exactOf(leg.quantity))

/** The market value of a leg, by its mark; null where there is none. */
export function marketOf(leg: Leg, { mark }: Valuer): Exact | null {
  const price = mark(leg.asset, leg.hour)
  return price === null ? null : times(sizeOf(leg), exactOf(price))
}

/** A row's quantity at its own price; null where it gives none, or in a currency whose rate is missing. */
export const ownValue = (leg: Leg): Exact | null =>
  leg.unitPrice === null ? null : times(sizeOf(leg), exactOf(leg.unitPrice))

/**
 * Value of a row of its own kind (gas, fee, rebase, income): own price, else the mark, else the unit value of the leg of
 * the same token in the same tx. A price whose rate is missing is a missing price, not none; the base currency's is 1.
 */
export function worthOfRow(group: Group, { flow, main }: Row): Worth {
  if (main.asset === group.valuer.base) return { value: sizeOf(main), by: 'base' }
  if (flow.unitPrice !== null) return { value: ownValue(main), by: 'own-price' }
  return worthAtMarket(group, main)
}

/** Value of a fee column in a token: the mark, else the unit value of the leg of the same token in the same tx. */
export function worthAtMarket(group: Group, leg: Leg): Worth {
  const market = marketOf(leg, group.valuer)
  if (market !== null) return { value: market, by: 'mark' }
  for (const { main } of group.rows) {
    if (main === leg || main.asset !== leg.asset) continue
    const share = group.exchanged.get(main)?.value ?? (isPriced(main) ? ownValue(main) : null)
    if (share !== null) return { value: portion(share, sizeOf(leg), sizeOf(main)), by: 'same-tx' }
  }
  return { value: null, by: 'missing' }
}

/** Whether a row's own price is a price, and not the cost basis of what came in. */
const isPriced = ({ kind }: Leg): boolean =>
  kind === 'income' || kind === 'airdrop' || kind === 'rebase' || kind === 'gas' || kind === 'fee'
