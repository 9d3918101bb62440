import { DAY_MS, HOUR_MS, hourOf } from '#core/hour.ts'
import { CARRIED, MISSING, OK } from '#core/quality.ts'
import { Sum } from '#core/sum.ts'
import type { LiveBasis } from '#pipeline/queries/live-basis.ts'
import type { PriceBook } from './price-book.ts'
import { asciiJson } from './quick-text.ts'

/** The figures of a portfolio at a moment. Money in its base currency, NaN where it is missing. */
export type Figures = {
  /** Of the newest price in it. */
  readonly asOf: number
  readonly total: number
  readonly quality: number
  readonly coverage: number
  /** Null where the day is not whole; `fraction` where there is nothing to divide by. */
  readonly change: { readonly pnl: number; readonly fraction: number | null } | null
}

/**
 * A portfolio as numbers, to be valued many times at little cost. What is newer than the newest computed hour T counts:
 *
 * total = Σ quantity now × price, price being the spot price where it is newer than T, else the last mark.
 * change over 24 h = PnL from the mark 24 hours before the hour that runs, to now
 *   = PnL of the hours up to T, as `pnl` has it, + Σ (value now − value at the last mark − exchanges − external flows since).
 * Per cent of |value at that mark| and what came in since (docs/semantics.md, 4).
 *
 * Where nothing is newer than T these are the figures that REST gives, to the last digit.
 */
export class Valuation {
  readonly basis: LiveBasis
  /** `"portfolio":…`, as messages name it. */
  readonly named: string
  /** Numbers of the assets in the book. */
  readonly numbers: Int32Array
  private readonly book: PriceBook
  private readonly start: Float64Array
  /** As valued last: price (the last known where it is missing), its quality, and quantity × price. */
  readonly price: Float64Array
  readonly quality: Uint8Array
  readonly worth: Float64Array
  /** Σ of what is worth something, for shares. */
  positive = 0

  constructor(basis: LiveBasis, book: PriceBook) {
    const { assets } = basis
    this.basis = basis
    this.named = `"portfolio":${asciiJson(basis.portfolio)}`
    this.book = book
    this.numbers = Int32Array.from(assets, ({ asset, symbol }) => book.numberOf(asset, symbol))
    this.start = Float64Array.from(assets.flatMap(rowOf))
    this.price = new Float64Array(assets.length)
    this.quality = new Uint8Array(assets.length)
    this.worth = new Float64Array(assets.length)
  }

  /** Values everything at the prices of the book. */
  value(): Figures {
    const newest = this.newest()
    this.priceAll(newest)
    const { start, price, quality, worth } = this
    const [total, priced, known, made, came] = [new Sum(), new Sum(), new Sum(), new Sum(), new Sum()]
    let [held, covered, priceable, worst, positive] = [0, 0, 0, OK as number, 0]
    for (let at = 0; at < worth.length; at++) {
      const row = at * WIDTH
      const mark = price[at] as number
      const amount = start[row + QUANTITY] as number
      const isMissing = quality[at] === MISSING
      if (!isMissing) this.addMade(row, mark, made, came)
      const own = (worth[at] = amount === 0 ? 0 : amount * mark)
      if (amount === 0) continue
      held++
      if (own === own) {
        total.add(own)
        known.add(Math.abs(own))
        priceable++
      }
      if (isMissing) continue
      covered++
      priced.add(Math.abs(own))
      worst = Math.min(worst, quality[at] as number)
      if (own > 0) positive += own
    }
    this.positive = positive
    const whole = held > 0 && covered === 0 ? MISSING : worst
    return {
      asOf: newest,
      total: held > 0 && priceable === 0 ? NaN : total.value,
      quality: whole,
      coverage: held === 0 ? 1 : shareOf(priced.value, known.value),
      change: whole === MISSING ? null : this.changeOf(newest, made.value, came.value),
    }
  }

  /** The time of the newest price in use: a spot price, or the newest hour. */
  private newest(): number {
    let newest: number = this.basis.hour
    for (const number of this.numbers) newest = Math.max(newest, this.book.time[number] as number)
    return newest
  }

  private priceAll(newest: number): void {
    const { hour } = this.basis
    const age = newest - hour
    const running = hourOf(newest) === hour
    for (let at = 0; at < this.numbers.length; at++) {
      const number = this.numbers[at] as number
      const row = at * WIDTH
      if ((this.book.time[number] as number) > hour && this.start[row + CARRY] !== Infinity) {
        this.price[at] = this.book.price[number] as number
        // Without a known quantity there is no value, whatever the price.
        const isKnown = !Number.isNaN(this.start[row + QUANTITY])
        this.quality[at] = isKnown ? (this.book.quality[number] as number) : MISSING
        continue
      }
      const quality = this.start[row + QUALITY] as number
      const carry = this.start[row + CARRY] as number
      this.price[at] = this.start[row + PRICE] as number
      // A mark of hours ago beside prices of now is carried, as long as a mark would be.
      this.quality[at] =
        running || carry === Infinity ? quality : age <= carry ? Math.min(quality, CARRIED) : MISSING
    }
  }

  /** PnL of one asset since its last settled mark, and what came in since. */
  private addMade(row: number, mark: number, made: Sum, came: Sum): void {
    const { start } = this
    const held = start[row + BASE_QUANTITY] as number
    const base = start[row + BASE_PRICE] as number
    const flowed = start[row + FLOWED] as number
    // No mark since the range began: what was held counts from this price on.
    if (base === base) made.add(held * (mark - base))
    const rest = (start[row + QUANTITY] as number) - held - flowed
    if (rest !== 0) made.add(rest * mark)
    made.add(-(start[row + FIXED] as number))
    came.add((start[row + CAME_VALUE] as number) + (start[row + CAME_QUANTITY] as number) * mark)
  }

  private changeOf(newest: number, made: number, came: number): Figures['change'] {
    const { hour, value, pnl, cameIn } = this.basis
    const end = pnl.length - 1
    const start = end - (DAY_MS - (hourOf(newest) - hour)) / HOUR_MS
    if (start < 0 || start > end) return null
    const total = (pnl[end] as number) - (pnl[start] as number) + made
    if (Number.isNaN(total)) return null
    const into = new Sum()
    for (let at = start + 1; at <= end; at++) into.add(cameIn[at] as number)
    const invested = Math.abs(value[start] as number) + (into.value + came)
    return { pnl: total, fraction: invested === 0 ? null : total / invested }
  }
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : Math.min(1, part / whole))

const [QUANTITY, PRICE, QUALITY, CARRY, BASE_QUANTITY, BASE_PRICE, FIXED, FLOWED, CAME_VALUE, CAME_QUANTITY] =
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const
const WIDTH = 10

function rowOf(asset: LiveBasis['assets'][number]): number[] {
  const { quantity, price, quality, carryMs, baseQuantity, basePrice } = asset
  const { fixed, flowed, cameInValue, cameInQuantity } = asset
  return [
    ...[quantity, price, quality, carryMs, baseQuantity, basePrice],
    ...[fixed, flowed, cameInValue, cameInQuantity],
  ]
}
