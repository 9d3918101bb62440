import { Decimal as DecimalJs } from 'decimal.js'

/**
 * Exact decimals. A thousand digits are more than any sum or product of quantities with 77 decimals
 * can reach, so `plus`, `minus` and `times` never round; only `div` does, and says where.
 */
export const Decimal = DecimalJs.clone({
  precision: 1000,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
})
export type Decimal = DecimalJs

export const ZERO: Decimal = new Decimal(0)

/** The most decimals a quantity or price may have: what an ERC-20 can declare and still fit 256 bits. */
export const MAX_DECIMALS = 77

const DECIMAL_TEXT = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/

/**
 * Reads decimal text, plain or with an exponent, never through a float.
 * @returns null when the text is not a decimal number, is longer than 400 characters, or has more than 77 decimals
 */
export function parseDecimal(text: string): Decimal | null {
  if (text.length > 400 || !DECIMAL_TEXT.test(text)) return null
  const value = new Decimal(text)
  return value.decimalPlaces() > MAX_DECIMALS || value.e > 100 ? null : value
}

/** Plain text without exponent, trailing zeros or `-0`. */
export function formatDecimal(value: Decimal): string {
  return value.isZero() ? '0' : value.toFixed()
}

/** The double nearest to an exact decimal (JavaScript reads decimal text correctly rounded). */
export function toDouble(value: Decimal): number {
  return Number(value.toString())
}

/** Division kept to 28 significant digits, half-even (docs/semantics.md, 5). */
export function divide(dividend: Decimal, divisor: Decimal): Decimal {
  return dividend.div(divisor).toSignificantDigits(28, DecimalJs.ROUND_HALF_EVEN)
}
