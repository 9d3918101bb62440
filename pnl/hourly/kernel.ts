import { type Decimal, formatDecimal, toDouble } from '#core/decimal.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { Sum, sum } from '#core/sum.ts'
import type { Effect } from '../flows/effects.ts'
import { type LineState, addEffect } from './state.ts'

/** Why one Δ is what it is; `price + trading + income + fees + loss + residual` is Δ. Money in the base currency. */
export type HourEvent = {
  /** Hours from the start of the span. */
  readonly index: number
  readonly price: number
  readonly trading: number
  readonly income: number
  readonly fees: number
  readonly loss: number
  readonly residual: number
  /** Net value of external flows, and of exchanges with the fees on them: what Δ leaves out. */
  readonly external: number
  readonly exchanged: number
  /** What came in from outside (deposits, and purchases paid with what is not tracked), and by exchange; for per cents. */
  readonly externalIn: number
  readonly exchangeIn: number
}

/** The exact quantity from an hour on, as plain text. */
export type QuantityStep = readonly [index: number, quantity: string]

/**
 * One line over a span of hours; index i is the i-th hour. `delta` is NaN where there is no mark (the next Δ covers
 * the hole whole). Hours without an event have a Δ that is all price effect. `unknown` hours at the beginning of the
 * span come before the quantity is known; after them it is the one of the last step, or the one that the span began
 * with. `state` is the one at its last hour.
 */
export type LineSpan = {
  readonly delta: Float64Array
  readonly unknown: number
  readonly events: readonly HourEvent[]
  readonly steps: readonly QuantityStep[]
  readonly state: LineState
}

/** A share of Σ |terms| that counts as rounding (docs/semantics.md, 4). */
const ROUNDING = 1e-9

/**
 * Hourly PnL of one line (docs/semantics.md, 4): Δ(t) = q(t)·p(t) − q(t0)·p(t0) − what flowed in (t0, t], t0 being the
 * last mark before t. Written as its attribution, price effect and flows apart, in which q·p never has to cancel.
 * @param state at the hour before `from`
 * @param prices marks from `from` on, NaN where missing; decides the length of the span
 * @param effects flows by hour, ascending; those outside the span are passed over
 * @param knownFrom first hour at which the quantity is known; null when it always is
 */
export function lineSpan(
  state: LineState,
  from: Hour,
  prices: Float64Array,
  effects: readonly Effect[],
  knownFrom: Hour | null = null,
): LineSpan {
  const run = runEffects(state, from, prices, effects, knownFrom)
  quietHours(run.line, prices, run.index, prices.length, run.delta, run.events)
  return {
    delta: run.delta,
    unknown: run.unknown,
    events: run.events,
    steps: run.steps,
    state: run.line.state(),
  }
}

/**
 * The part of a span that its flows decide: up to the hour at which the last of them is settled. From there on the
 * line is a quantity times the marks, and nothing that comes later changes this part.
 */
export function settledSpan(
  state: LineState,
  from: Hour,
  prices: Float64Array,
  effects: readonly Effect[],
  knownFrom: Hour | null = null,
): LineSpan {
  const { line, index, delta, unknown, events, steps } = runEffects(state, from, prices, effects, knownFrom)
  let end = index
  for (; end < prices.length && line.isPending; end++) {
    delta[end] = line.settle(prices[end] as number, end, events)
  }
  return { delta: delta.slice(0, end), unknown, events, steps, state: line.state() }
}

function runEffects(
  state: LineState,
  from: Hour,
  prices: Float64Array,
  effects: readonly Effect[],
  knownFrom: Hour | null,
) {
  const length = prices.length
  const delta = new Float64Array(length)
  const events: HourEvent[] = []
  const steps: QuantityStep[] = []
  const unknown = knownFrom === null ? 0 : Math.min(length, Math.max(0, (knownFrom - from) / HOUR_MS))
  delta.fill(NaN, 0, unknown)
  const line = new Line(state, from)
  let index = unknown
  for (const effect of effects) {
    const at = (effect.hour - from) / HOUR_MS
    if (at < unknown || at >= length) continue
    quietHours(line, prices, index, at, delta, events)
    line.take(effect)
    steps.push([at, formatDecimal(line.exact)])
    delta[at] = line.settle(prices[at] as number, at, events)
    index = at + 1
  }
  return { line, index, delta, unknown, events, steps }
}

/** Hours [begin, end) without a flow: the quantity stands, Δ is the price effect. */
function quietHours(
  line: Line,
  prices: Float64Array,
  begin: number,
  end: number,
  delta: Float64Array,
  events: HourEvent[],
): void {
  let index = begin
  // What is pending is settled at the first mark; from there on nothing but the price moves the line.
  for (; index < end && !line.isQuiet; index++)
    delta[index] = line.settle(prices[index] as number, index, events)
  if (index >= end || line.quantity === 0) return
  priceEffects(prices, delta, index, end, line.quantity, line.basePrice)
  let last = end - 1
  while (last >= index && Number.isNaN(prices[last])) last--
  if (last >= index) line.rebase(prices[last] as number, last)
}

/**
 * Δ of a standing quantity. A missing mark (NaN, unequal to itself) leaves the price where it was: the loop remembers
 * where that is and not what it was, which keeps every number in it a plain double (a third of the time otherwise).
 */
function priceEffects(
  prices: Float64Array,
  delta: Float64Array,
  begin: number,
  end: number,
  quantity: number,
  base: number,
): void {
  let first = begin
  while (first < end && Number.isNaN(prices[first])) delta[first++] = NaN
  if (first === end) return
  delta[first] = quantity * ((prices[first] as number) - base)
  let known = first
  for (let index = first + 1; index < end; index++) {
    const mark = prices[index] as number
    delta[index] = quantity * (mark - (prices[known] as number))
    if (mark === mark) known = index
  }
}

/** The moving state of one line: exact quantity, base of the next Δ, what is pending. */
class Line {
  exact: Decimal
  quantity: number
  private baseHour: Hour | null
  private baseQuantity: number
  basePrice: number
  private pending: Effect | null
  private readonly from: Hour

  constructor(state: LineState, from: Hour) {
    this.exact = state.quantity
    this.quantity = toDouble(state.quantity)
    this.baseHour = state.base.hour
    this.baseQuantity = state.base.quantity
    this.basePrice = state.base.price
    this.pending = state.pending
    this.from = from
  }

  /** Nothing pending, and a base price where one is needed. */
  get isQuiet(): boolean {
    return this.pending === null && (this.quantity === 0 || this.basePrice === this.basePrice)
  }

  get isPending(): boolean {
    return this.pending !== null
  }

  take(effect: Effect): void {
    this.exact = this.exact.plus(effect.change)
    this.quantity = toDouble(this.exact)
    this.pending = addEffect(this.pending, effect)
  }

  rebase(price: number, index: number): void {
    this.baseHour = (this.from + index * HOUR_MS) as Hour
    this.baseQuantity = this.quantity
    this.basePrice = price
  }

  /** Δ at a mark, or NaN where it is missing and needed. */
  settle(mark: number, index: number, events: HourEvent[]): number {
    const pending = this.pending
    const price = Number.isNaN(mark) && this.exact.isZero() ? this.priceOfNothing() : mark
    if (Number.isNaN(price)) return NaN
    const base = Number.isNaN(this.basePrice) ? price : this.basePrice
    const effect = this.baseQuantity * (price - base)
    let delta = effect
    if (pending !== null) {
      const event = explain(pending, index, effect, price)
      delta = sum([event.price, event.trading, event.income, event.fees, event.loss])
      const residual = this.residual(price, base, pending, delta)
      events.push({ ...event, residual })
      delta += residual
    }
    this.pending = null
    this.rebase(Number.isNaN(mark) ? NaN : price, index)
    return delta
  }

  /**
   * When nothing is held no mark is needed, unless flows of the hole wait for one. Which price stands in its place
   * changes no Δ, only how it splits: the base's, else what the trades of the hole were done at, else none.
   */
  private priceOfNothing(): number {
    const pending = this.pending
    if (pending === null) return this.baseQuantity === 0 ? 0 : NaN
    if (!pending.externalQuantity.plus(pending.unpricedQuantity).isZero()) return NaN
    if (!Number.isNaN(this.basePrice)) return this.basePrice
    if (this.baseQuantity !== 0) return NaN
    return pending.tradedQuantity.isZero()
      ? 0
      : toDouble(pending.tradedValue.div(pending.tradedQuantity).abs())
  }

  /** The definition of Δ, computed apart, against the attribution: 0 up to rounding, and reported if not. */
  private residual(price: number, base: number, pending: Effect, delta: number): number {
    const terms = [
      this.quantity * price,
      -(this.baseQuantity * base),
      -toDouble(pending.tradedValue),
      -(toDouble(pending.unpricedQuantity.plus(pending.externalQuantity)) * price),
      -toDouble(pending.baseFees),
    ]
    const difference = new Sum().add(sum(terms)).add(-delta).value
    const size = terms.reduce((total, term) => total + Math.abs(term), 0)
    return Math.abs(difference) <= ROUNDING * size ? 0 : difference
  }

  state(): LineState {
    return {
      quantity: this.exact,
      base: { hour: this.baseHour, quantity: this.baseQuantity, price: this.basePrice },
      pending: this.pending,
    }
  }
}

function explain(
  pending: Effect,
  index: number,
  priceEffect: number,
  price: number,
): Omit<HourEvent, 'residual'> {
  const worth = (quantity: Decimal) => (quantity.isZero() ? 0 : toDouble(quantity) * price)
  const traded = pending.tradedQuantity.isZero() && pending.tradedValue.isZero()
  return {
    index,
    price: priceEffect + worth(pending.splitQuantity),
    trading: traded ? 0 : worth(pending.tradedQuantity) - toDouble(pending.tradedValue),
    income: worth(pending.incomeQuantity),
    fees: worth(pending.costQuantity) - toDouble(pending.baseFees),
    loss: worth(pending.lostQuantity),
    external: worth(pending.externalQuantity),
    exchanged: toDouble(pending.tradedValue) + worth(pending.unpricedQuantity) + toDouble(pending.baseFees),
    externalIn: worth(pending.externalIn) + toDouble(pending.paidIn),
    exchangeIn: toDouble(pending.tradedIn) + worth(pending.unpricedIn),
  }
}
