import type { AssetId } from '#core/asset.ts'
import { type Decimal, ZERO } from '#core/decimal.ts'
import type { FlowKind } from '#core/flow.ts'
import type { Hour } from '#core/hour.ts'
import { type ExchangeValue, type MarkAt, valueExchange } from './exchange.ts'
import { type Leg, type LineId, byEntry, lineKey, transitLine } from './leg.ts'
import { pairTransfers } from './transit.ts'

/** How a leg counts in hourly PnL (docs/semantics.md, 3 and 4). */
type Role = 'exchange' | 'external' | 'income' | 'cost' | 'loss' | 'split'

/** What the flows of one interval (t−1, t] do to one line. Quantities and values are exact. */
export type Effect = {
  readonly hour: Hour
  /** Change of the quantity: all legs together. */
  change: Decimal
  /** Exchange legs of known value: their quantity, what was subtracted for it (signed), and the part that came in. */
  tradedQuantity: Decimal
  tradedValue: Decimal
  tradedIn: Decimal
  /** Value of purchases whose other side is not tracked: it came from outside. */
  paidIn: Decimal
  /** Exchange legs without a value: they count at the next mark. */
  unpricedQuantity: Decimal
  unpricedIn: Decimal
  externalQuantity: Decimal
  externalIn: Decimal
  incomeQuantity: Decimal
  costQuantity: Decimal
  lostQuantity: Decimal
  splitQuantity: Decimal
  /** Fees in the base currency, positive. */
  baseFees: Decimal
}

export function emptyEffect(hour: Hour): Effect {
  return {
    hour,
    change: ZERO,
    tradedQuantity: ZERO,
    tradedValue: ZERO,
    tradedIn: ZERO,
    paidIn: ZERO,
    unpricedQuantity: ZERO,
    unpricedIn: ZERO,
    externalQuantity: ZERO,
    externalIn: ZERO,
    incomeQuantity: ZERO,
    costQuantity: ZERO,
    lostQuantity: ZERO,
    splitQuantity: ZERO,
    baseFees: ZERO,
  }
}

/** A leg with the role it plays and the value subtracted for it (null: at the mark). For `--explain` too. */
export type CountedLeg = {
  readonly line: LineId
  readonly leg: Leg
  readonly role: Role
  readonly quantity: Decimal
  readonly value: Decimal | null
  readonly exchange: ExchangeValue | null
  /** Part of a move between own wallets: nothing came in from outside. */
  readonly internal: boolean
  /** An exchange whose other side is not tracked: what it was paid with came from outside. */
  readonly oneSided: boolean
  /** The row's own leg, which carries its base-currency fee; its mirror in transit does not. */
  readonly own: boolean
}

/**
 * Counts the legs of whole groups: exchanges valued, transfers paired.
 * @param legs in any order; all legs of a group must be there
 */
export function countLegs(legs: readonly Leg[], base: AssetId, markAt: MarkAt): CountedLeg[] {
  const counted: CountedLeg[] = []
  for (const group of groups(legs)) {
    const trades = group.filter((leg) => leg.kind === 'buy' || leg.kind === 'sell')
    const converts = group.filter((leg) => leg.kind === 'convert')
    if (trades.length > 0) counted.push(...exchange(trades, base, markAt))
    if (converts.length > 0) counted.push(...exchange(converts, base, markAt))
    const { paired, entries } = pairTransfers(group)
    for (const leg of group) {
      const role = roleOf(leg.kind, leg.quantity)
      if (role !== 'exchange') counted.push(plain(leg, leg, role, leg.quantity, paired.has(leg), true))
    }
    for (const { leg, role, quantity } of entries) {
      // What arrives beyond what left comes from outside, the mirrors do not.
      const surplus = role === 'external' && quantity.isPositive() && leg.quantity.isPositive()
      counted.push(plain(transitLine(leg), leg, role, quantity, !surplus, false))
    }
  }
  return counted
}

function* groups(legs: readonly Leg[]): Iterable<Leg[]> {
  const byGroup = new Map<string, Leg[]>()
  for (const leg of legs) {
    const key = leg.group ?? `row:${leg.flow.id}`
    const group = byGroup.get(key)
    if (group === undefined) byGroup.set(key, [leg])
    else group.push(leg)
  }
  for (const group of byGroup.values()) yield group.length === 1 ? group : group.sort(byEntry)
}

function exchange(legs: Leg[], base: AssetId, markAt: MarkAt): CountedLeg[] {
  const valued = valueExchange(legs, base, markAt)
  const oneSided = legs.every((leg) => leg.quantity.isPositive())
  return legs.map((leg, index) => {
    const share = valued.legs[index] ?? null
    const value = share === null ? null : leg.quantity.isNegative() ? share.negated() : share
    const { quantity } = leg
    return {
      line: leg,
      leg,
      role: 'exchange',
      quantity,
      value,
      exchange: valued,
      internal: false,
      oneSided,
      own: true,
    }
  })
}

function plain(
  line: LineId,
  leg: Leg,
  role: Role,
  quantity: Decimal,
  internal: boolean,
  own: boolean,
): CountedLeg {
  return { line, leg, role, quantity, value: null, exchange: null, internal, oneSided: false, own }
}

export function roleOf(kind: FlowKind, quantity: Decimal): Role {
  switch (kind) {
    case 'buy':
    case 'sell':
    case 'convert':
      return 'exchange'
    case 'income':
    case 'airdrop':
      return 'income'
    case 'rebase':
      return quantity.isNegative() ? 'cost' : 'income'
    case 'gas':
    case 'fee':
      return 'cost'
    case 'lost':
      return 'loss'
    case 'split':
      return 'split'
    case 'deposit':
    case 'opening':
    case 'withdraw':
    case 'gift':
    case 'transfer':
    case 'unexplained':
      return 'external'
  }
}

/** Effects by line, each line's ascending by hour. Lines are keyed by `lineKey`. */
export function effectsOf(counted: readonly CountedLeg[]): Map<string, Effect[]> {
  const lines = new Map<string, Map<Hour, Effect>>()
  for (const item of counted) {
    const key = lineKey(item.line)
    let hours = lines.get(key)
    if (hours === undefined) lines.set(key, (hours = new Map<Hour, Effect>()))
    let effect = hours.get(item.leg.hour)
    if (effect === undefined) hours.set(item.leg.hour, (effect = emptyEffect(item.leg.hour)))
    apply(effect, item)
  }
  return new Map(
    [...lines].map(([key, hours]) => [key, [...hours.values()].sort((a, b) => a.hour - b.hour)] as const),
  )
}

function apply(effect: Effect, { leg, role, quantity, value, internal, oneSided, own }: CountedLeg): void {
  effect.change = effect.change.plus(quantity)
  if (own && leg.baseFee !== null) effect.baseFees = effect.baseFees.plus(leg.baseFee)
  const incoming = quantity.isNegative() ? ZERO : quantity
  switch (role) {
    case 'exchange':
      if (value === null) {
        effect.unpricedQuantity = effect.unpricedQuantity.plus(quantity)
        if (oneSided) effect.externalIn = effect.externalIn.plus(incoming)
        else effect.unpricedIn = effect.unpricedIn.plus(incoming)
      } else {
        effect.tradedQuantity = effect.tradedQuantity.plus(quantity)
        effect.tradedValue = effect.tradedValue.plus(value)
        if (oneSided) effect.paidIn = effect.paidIn.plus(value)
        else if (!value.isNegative()) effect.tradedIn = effect.tradedIn.plus(value)
      }
      break
    case 'external':
      effect.externalQuantity = effect.externalQuantity.plus(quantity)
      if (!internal) effect.externalIn = effect.externalIn.plus(incoming)
      break
    case 'income':
      effect.incomeQuantity = effect.incomeQuantity.plus(quantity)
      break
    case 'cost':
      effect.costQuantity = effect.costQuantity.plus(quantity)
      break
    case 'loss':
      effect.lostQuantity = effect.lostQuantity.plus(quantity)
      break
    case 'split':
      effect.splitQuantity = effect.splitQuantity.plus(quantity)
      break
  }
}
