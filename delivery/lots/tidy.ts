import { Decimal, formatDecimal } from '#core/decimal.ts'

/** Significant digits that divisions keep (docs/semantics.md, 5), and those that a long number is short within. */
const KEPT = 28
const SOUND = 24
const SHORT = 18

/**
 * A decimal as people read it. A price that was made by dividing a worth by a quantity keeps 28 digits, so that three
 * times a third of 100 is 99.99…97: where a number of 18 digits says the same within 24, that is meant and printed; any
 * other keeps 28 digits at most. The ledger, and what machines read, stay exact.
 */
export function tidy(text: string): string {
  const value = new Decimal(text)
  if (value.precision() <= SOUND) return text
  const near = value.toSignificantDigits(SOUND, Decimal.ROUND_HALF_EVEN)
  const meant = near.precision() <= SHORT ? near : value.toSignificantDigits(KEPT, Decimal.ROUND_HALF_EVEN)
  return formatDecimal(meant)
}

/** Proceeds less cost, as they are printed, so that a line adds up; null where either is missing. */
export function tidyGain(proceeds: string | null, cost: string | null): string | null {
  if (proceeds === null || cost === null) return null
  return tidy(formatDecimal(new Decimal(tidy(proceeds)).minus(tidy(cost))))
}
