import { print, whole, type Shown } from './number.ts'

/** How many decimals a quantity has unless its column says otherwise. */
const DECIMALS = 5

export type QuantityStyle = {
  /** The same for all of a column. */
  readonly decimals?: number
  /** Every row of a column has all of them, so that the points stand below each other. */
  readonly aligned?: boolean
  /** A movement, which always says its direction. */
  readonly signed?: boolean
}

/** What is held, rounded down: nobody is shown more than there is. In full it has every digit. */
export function quantity(text: string, style: QuantityStyle = {}): Shown {
  const { decimals = DECIMALS, aligned = false, signed = false } = style
  return {
    text: print(text, {
      minimumFractionDigits: aligned ? decimals : 0,
      maximumFractionDigits: decimals,
      roundingMode: 'trunc',
      signDisplay: signed ? 'exceptZero' : 'negative',
    }),
    full: whole(text, { signDisplay: signed ? 'exceptZero' : 'negative' }),
  }
}
