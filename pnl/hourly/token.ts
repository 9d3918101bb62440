import { Decimal, ZERO, formatDecimal, toDouble } from '#core/decimal.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { MISSING, OK } from '#core/quality.ts'
import { Sum } from '#core/sum.ts'
import { recordOf } from '#core/record-of.ts'
import type { MarkSeries } from '../marks/marks.ts'
import type { HourEvent, LineSpan } from './kernel.ts'

/** Sums of the attribution over a range; `price + … + residual` is the PnL at its end. */
export type AttributionSums = {
  readonly price: number
  readonly trading: number
  readonly income: number
  readonly fees: number
  readonly loss: number
  readonly residual: number
}

/** One token over the marks from `from` to `to`, both included. NaN and null are missing. */
export type TokenResult = {
  readonly quantity: readonly (string | null)[]
  readonly held: Float64Array
  readonly value: Float64Array
  readonly pnl: Float64Array
  readonly quality: Uint8Array
  readonly attribution: AttributionSums
  /** Net value of external flows, and of exchanges with their fees: value(to) − value(from) is PnL and these two. */
  readonly external: number
  readonly exchanged: number
  /** What came in by hour from outside, and by exchange; for per cents. */
  readonly externalIn: Float64Array
  readonly exchangeIn: Float64Array
  /** |value at `from`|, at the first mark where `from` has none. */
  readonly opening: number
  /** Where asked for. */
  readonly hourly?: HourlyParts
}

/** Δ of each hour and what it is made of (NaN where there is no mark), with what flowed and is left out of it. */
export type HourlyParts = Readonly<
  Record<'pnl' | keyof AttributionSums | 'external' | 'exchanged', Float64Array>
>

const PARTS = ['price', 'trading', 'income', 'fees', 'loss', 'residual'] as const
const HOURLY = ['pnl', ...PARTS, 'external', 'exchanged'] as const

const emptyParts = (length: number): HourlyParts => recordOf(HOURLY, () => new Float64Array(length))

/** Sums the lines of one token over a range. Lines come in their order, each month by month. */
export class TokenRange {
  private readonly from: Hour
  private readonly length: number
  private readonly marks: MarkSeries
  private readonly total: Float64Array
  private readonly lost: Float64Array
  private readonly missing: Uint8Array
  private readonly externalIn: Float64Array
  private readonly exchangeIn: Float64Array
  private readonly external = new Sum()
  private readonly exchanged = new Sum()
  private readonly parts = Object.fromEntries(PARTS.map((part) => [part, new Sum()])) as Record<
    (typeof PARTS)[number],
    Sum
  >
  private readonly changes: { index: number; line: string; quantity: Decimal | null }[] = []
  private readonly hourly: HourlyParts | null

  /**
   * @param marks of the asset at exactly the hours of the range
   * @param hourly whether the attribution is wanted hour by hour too
   */
  constructor(from: Hour, marks: MarkSeries, hourly = false) {
    this.hourly = hourly ? emptyParts(marks.price.length) : null
    this.from = from
    this.marks = marks
    this.length = marks.price.length
    this.total = new Float64Array(this.length)
    this.lost = new Float64Array(this.length)
    this.missing = new Uint8Array(this.length)
    this.externalIn = new Float64Array(this.length)
    this.exchangeIn = new Float64Array(this.length)
  }

  /**
   * Adds a line's span that begins at `at`; hours outside the range are passed over.
   * @param quantity exact, at the hour before the span (or null while unknown)
   */
  add(line: string, at: Hour, span: Omit<LineSpan, 'state'>, quantity: Decimal | null): void {
    const offset = (at - this.from) / HOUR_MS
    const begin = Math.max(0, -offset)
    const end = Math.min(span.delta.length, this.length - offset)
    if (end <= begin) return
    this.addQuantities(line, offset, begin, end, span, quantity)
    const events = new Map<number, HourEvent>(span.events.map((event) => [event.index, event]))
    for (let index = begin; index < end; index++) {
      const mark = offset + index
      const delta = span.delta[index] as number
      if (Number.isNaN(delta)) {
        this.missing[mark] = 1
        continue
      }
      // PnL is 0 at `from`: what happened up to it belongs to the range before.
      if (mark === 0) continue
      this.accumulate(mark, delta)
      this.attribute(mark, delta, events.get(index))
    }
  }

  private addQuantities(
    line: string,
    offset: number,
    begin: number,
    end: number,
    span: Omit<LineSpan, 'state'>,
    quantity: Decimal | null,
  ): void {
    const start = Math.max(begin, Math.min(span.unknown, end))
    if (start > begin) this.changes.push({ index: offset + begin, line, quantity: null })
    if (start >= end) return
    let before = quantity
    for (const [index, text] of span.steps) if (index <= start) before = new Decimal(text)
    this.changes.push({ index: offset + start, line, quantity: before })
    for (const [index, text] of span.steps) {
      if (index > start && index < end) {
        this.changes.push({ index: offset + index, line, quantity: new Decimal(text) })
      }
    }
  }

  /** Neumaier's sum, hour by hour over the lines in their order. */
  private accumulate(mark: number, delta: number): void {
    const total = this.total[mark] as number
    const next = total + delta
    const error = Math.abs(total) >= Math.abs(delta) ? total - next + delta : delta - next + total
    this.lost[mark] = (this.lost[mark] as number) + error
    this.total[mark] = next
  }

  private attribute(mark: number, delta: number, event: HourEvent | undefined): void {
    if (this.hourly !== null) addHour(this.hourly, mark, delta, event)
    if (event === undefined) {
      this.parts.price.add(delta)
      return
    }
    for (const part of PARTS) this.parts[part].add(event[part])
    this.external.add(event.external)
    this.exchanged.add(event.exchanged)
    this.exchangeIn[mark] = (this.exchangeIn[mark] as number) + event.exchangeIn
    this.externalIn[mark] = (this.externalIn[mark] as number) + event.externalIn
  }

  finish(): TokenResult {
    const { quantity, held } = this.quantities()
    const value = new Float64Array(this.length)
    const pnl = new Float64Array(this.length)
    const quality = new Uint8Array(this.length)
    const cumulative = new Sum()
    for (let mark = 0; mark < this.length; mark++) {
      const amount = held[mark] as number
      const price = this.marks.price[mark] as number
      value[mark] = amount === 0 ? 0 : amount * price
      quality[mark] =
        amount === 0 ? OK : Number.isNaN(amount) ? MISSING : (this.marks.quality[mark] as number)
      cumulative.add((this.total[mark] as number) + (this.lost[mark] as number))
      pnl[mark] = this.missing[mark] === 1 ? NaN : cumulative.value
    }
    return {
      quantity,
      held,
      value,
      pnl,
      quality,
      attribution: recordOf(PARTS, (part) => this.parts[part].value),
      external: this.external.value,
      exchanged: this.exchanged.value,
      externalIn: this.externalIn,
      exchangeIn: this.exchangeIn,
      opening: openingValue(held, this.marks.price),
      ...(this.hourly === null ? {} : { hourly: this.hours(this.hourly) }),
    }
  }

  /** Hours without a mark have no Δ and no parts, which is not the same as a Δ of 0. */
  private hours(hourly: HourlyParts): HourlyParts {
    for (let mark = 0; mark < this.length; mark++) {
      hourly.pnl[mark] = (this.total[mark] as number) + (this.lost[mark] as number)
      if (this.missing[mark] === 1) for (const part of HOURLY) hourly[part][mark] = NaN
    }
    return hourly
  }

  /** Exact quantities of the token: the sum over its lines, where all are known. */
  private quantities(): { quantity: (string | null)[]; held: Float64Array } {
    const quantity = new Array<string | null>(this.length)
    const held = new Float64Array(this.length)
    const lines = new Map<string, Decimal | null>()
    const changes = this.changes.sort((a, b) => a.index - b.index)
    let next = 0
    let text: string | null = '0'
    let amount = 0
    for (let mark = 0; mark < this.length; mark++) {
      let moved = false
      for (; next < changes.length && (changes[next] as { index: number }).index <= mark; next++) {
        const change = changes[next] as (typeof changes)[number]
        lines.set(change.line, change.quantity)
        moved = true
      }
      if (moved) {
        const sum = sumOf(lines.values())
        text = sum === null ? null : formatDecimal(sum)
        amount = sum === null ? NaN : toDouble(sum)
      }
      quantity[mark] = text
      held[mark] = amount
    }
    return { quantity, held }
  }
}

function addHour(hourly: HourlyParts, mark: number, delta: number, event: HourEvent | undefined): void {
  const add = (part: keyof HourlyParts, term: number) =>
    (hourly[part][mark] = (hourly[part][mark] as number) + term)
  if (event === undefined) {
    add('price', delta)
    return
  }
  for (const part of PARTS) add(part, event[part])
  add('external', event.external)
  add('exchanged', event.exchanged)
}

function sumOf(quantities: Iterable<Decimal | null>): Decimal | null {
  let sum = ZERO
  for (const quantity of quantities) {
    if (quantity === null) return null
    sum = sum.plus(quantity)
  }
  return sum
}

/** What was held at `from` counts at its mark, or at the first one there is. */
function openingValue(held: Float64Array, price: Float64Array): number {
  const amount = held[0] as number
  const mark = price.find((value) => !Number.isNaN(value))
  return Number.isNaN(amount) || mark === undefined ? 0 : Math.abs(amount * mark)
}

/** A constant quantity over a range (mode `snapshot`): pnl(t) = q·(p(t) − p(from)), from the first mark there is. */
export function snapshotToken(quantity: Decimal, marks: MarkSeries): TokenResult {
  const length = marks.price.length
  const amount = toDouble(quantity)
  const held = new Float64Array(length).fill(amount)
  const value = new Float64Array(length)
  const pnl = new Float64Array(length)
  const quality = new Uint8Array(length).fill(OK)
  const start = marks.price.find((price) => !Number.isNaN(price)) ?? NaN
  if (amount !== 0) {
    for (let mark = 0; mark < length; mark++) {
      const price = marks.price[mark] as number
      value[mark] = amount * price
      pnl[mark] = amount * (price - start)
      quality[mark] = marks.quality[mark] as number
    }
  }
  return {
    quantity: new Array<string>(length).fill(formatDecimal(quantity)),
    held,
    value,
    pnl,
    quality,
    attribution: { price: lastKnown(pnl), trading: 0, income: 0, fees: 0, loss: 0, residual: 0 },
    external: 0,
    exchanged: 0,
    externalIn: new Float64Array(length),
    exchangeIn: new Float64Array(length),
    opening: openingValue(held, marks.price),
  }
}

/** The hours of a constant quantity: each Δ is from the last mark before it, and all price effect. */
export function snapshotHours(token: TokenResult): HourlyParts {
  const hourly = emptyParts(token.pnl.length)
  let before = 0
  token.pnl.forEach((pnl, mark) => {
    hourly.pnl[mark] = hourly.price[mark] = pnl - before
    if (Number.isNaN(pnl)) for (const part of HOURLY) hourly[part][mark] = NaN
    else before = pnl
  })
  return hourly
}

/** The last value of a series that is not missing; 0 when all are. */
export function lastKnown(series: Float64Array): number {
  return series.findLast((value) => !Number.isNaN(value)) ?? 0
}
