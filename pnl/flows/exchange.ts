import type { AssetId } from '#core/asset.ts'
import { Decimal, ZERO, divide } from '#core/decimal.ts'
import type { Hour } from '#core/hour.ts'
import type { Leg } from './leg.ts'

/** The mark of an asset at an hour, in the base currency, or null where it is missing. */
export type MarkAt = (asset: AssetId, hour: Hour) => Decimal | null

/** What decided the value of an exchange, best first (docs/semantics.md, 3). */
export type ExchangeBasis = 'base' | 'price-in' | 'price-out' | 'mark-in' | 'mark-out' | 'missing'

/** An exchange valued: the value of each side, and of each leg (by its place in `legs`), unsigned, or null. */
export type ExchangeValue = {
  readonly basis: ExchangeBasis
  readonly value: Decimal | null
  readonly legs: readonly (Decimal | null)[]
}

/**
 * The one value of an exchange: all `buy` and `sell` legs, or all `convert` legs, of one `tx`. The base-currency leg;
 * else the own prices of what came in; else of what went out; else the marks of what came in; else of what went out;
 * else missing. A conversion is worth the mark of the leg given. Each side is divided over its legs in proportion to
 * their marks. Hourly PnL and lots both call this and nothing else.
 */
export function valueExchange(legs: readonly Leg[], base: AssetId, markAt: MarkAt): ExchangeValue {
  const incoming = legs.filter((leg) => leg.quantity.isPositive())
  const outgoing = legs.filter((leg) => leg.quantity.isNegative())
  const converts = legs[0]?.kind === 'convert'
  const [basis, value] = converts
    ? (markValue(outgoing, markAt, 'mark-out') ?? markValue(incoming, markAt, 'mark-in') ?? MISSING_VALUE)
    : (baseValue(legs, base) ??
      priceValue(incoming, 'price-in') ??
      priceValue(outgoing, 'price-out') ??
      markValue(incoming, markAt, 'mark-in') ??
      markValue(outgoing, markAt, 'mark-out') ??
      MISSING_VALUE)
  if (value === null) return { basis, value, legs: legs.map(() => null) }
  const shares = new Map([...divideSide(value, incoming, markAt), ...divideSide(value, outgoing, markAt)])
  return { basis, value, legs: legs.map((leg) => shares.get(leg) ?? null) }
}

type Valued = readonly [ExchangeBasis, Decimal | null]
const MISSING_VALUE: Valued = ['missing', null]

function baseValue(legs: readonly Leg[], base: AssetId): Valued | null {
  const cash = legs.filter((leg) => leg.asset === base)
  if (cash.length === 0) return null
  return ['base', cash.reduce((sum, leg) => sum.plus(leg.quantity), ZERO).abs()]
}

function priceValue(side: readonly Leg[], basis: ExchangeBasis): Valued | null {
  if (side.length === 0) return null
  let value = ZERO
  for (const leg of side) {
    if (leg.unitPrice === null) return null
    value = value.plus(leg.quantity.abs().times(leg.unitPrice))
  }
  return [basis, value]
}

function markValue(side: readonly Leg[], markAt: MarkAt, basis: ExchangeBasis): Valued | null {
  if (side.length === 0) return null
  let value = ZERO
  for (const leg of side) {
    const mark = markAt(leg.asset, leg.hour)
    if (mark === null) return null
    value = value.plus(leg.quantity.abs().times(mark))
  }
  return [basis, value]
}

/**
 * Divides a side's value over its legs: in proportion to their marks where all are known, equally where none is.
 * Where only some are known, those take their market value (never more than there is) and the others share the rest
 * equally. The last leg with a share takes what rounding leaves, so that the parts sum to the whole.
 */
function divideSide(value: Decimal, side: readonly Leg[], markAt: MarkAt): [Leg, Decimal][] {
  if (side.length <= 1) return side.map((leg) => [leg, value])
  const worths = side.map((leg) => markAt(leg.asset, leg.hour)?.times(leg.quantity.abs()) ?? null)
  const known = worths.reduce<Decimal>((sum, worth) => sum.plus(worth ?? ZERO), ZERO)
  const unknown = new Decimal(worths.filter((worth) => worth === null).length)
  const rest = unknown.isZero() || known.greaterThan(value) ? ZERO : value.minus(known)
  const shared = value.minus(rest)
  const parts = worths.map((worth) =>
    worth === null ? divide(rest, unknown) : known.isZero() ? ZERO : divide(shared.times(worth), known),
  )
  const last = parts.findLastIndex((part) => !part.isZero())
  const others = parts.reduce((sum, part, index) => (index === last ? sum : sum.plus(part)), ZERO)
  return side.map((leg, index) => [leg, index === last ? value.minus(others) : (parts[index] as Decimal)])
}
