import { Decimal } from './decimal.ts'

/** A double as the shortest plain text that gives the same double: no exponent, no `-0`. */
export function plain(value: number): string {
  if (value === 0) return '0'
  const text = String(value)
  return text.includes('e') ? new Decimal(text).toFixed() : text
}

/**
 * Money as it is printed: 12 significant digits, half-even on the shortest text of the double, plain,
 * without trailing zeros; a non-zero never becomes 0.
 */
export function money(value: number): string {
  if (value === 0) return '0'
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return String(value)
  const shortest = String(value)
  // Only a shortest text of 13 digits that ends in 5 is a tie; `toPrecision` would round it away from zero.
  const digits = shortest.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '')
  if (digits.length <= 12) return plain(value)
  if (digits.length === 13 && digits.endsWith('5')) {
    return new Decimal(shortest).toSignificantDigits(12, Decimal.ROUND_HALF_EVEN).toFixed()
  }
  return plain(Number(value.toPrecision(12)))
}

/** A share in 0…1 as a JSON number of at most 12 digits. */
export function share(value: number): number {
  return Number(value.toPrecision(12))
}
