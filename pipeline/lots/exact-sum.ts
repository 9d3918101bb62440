import { Decimal, ZERO, formatDecimal } from '#core/decimal.ts'

/** An exact sum of decimal texts, which remembers whether something in it was missing. */
export class ExactSum {
  private total: Decimal = ZERO
  partial = false

  add(text: string | null, sign: 1 | -1 = 1): this {
    if (text === null) this.partial = true
    else this.total = sign === 1 ? this.total.plus(text) : this.total.minus(text)
    return this
  }

  /** The difference of two, where both are known. */
  addDifference(a: string | null, b: string | null, sign: 1 | -1 = 1): this {
    if (a === null || b === null) {
      this.partial = true
      return this
    }
    const difference = new Decimal(a).minus(b)
    this.total = sign === 1 ? this.total.plus(difference) : this.total.minus(difference)
    return this
  }

  /** What is known of it. */
  get known(): string {
    return formatDecimal(this.total)
  }

  /** All of it, null when something is missing. */
  get whole(): string | null {
    return this.partial ? null : this.known
  }
}
