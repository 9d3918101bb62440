import { absolute, reaches, signOf } from './decimal.ts'
import { currencyStyle, type CurrencyName } from './money.ts'
import { formatOf, print, whole, type Shown } from './number.ts'

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉'

export type PriceStyle = {
  readonly currency: string
  readonly name?: CurrencyName
  /** Columns whose decimals stand below each other take no subscripts. */
  readonly plain?: boolean
}

/**
 * A price: two decimals from 1 on, four digits below, and below 0.0001 the zeros counted (`0.0₅4271`), with plain digits
 * for those who hear or copy it.
 */
export function price(text: string, { currency, name, plain = false }: PriceStyle): Shown {
  const style = {
    ...currencyStyle(currency, name),
    roundingMode: 'halfEven',
    signDisplay: 'negative',
  } as const
  const full = whole(text, style)
  if (signOf(text) === 0 || reaches(text, 0)) {
    return { text: print(text, { ...style, minimumFractionDigits: 2, maximumFractionDigits: 2 }), full }
  }
  const four = { minimumSignificantDigits: 4, maximumSignificantDigits: 4 }
  const rounded = formatOf({ ...four, useGrouping: false, roundingMode: 'halfEven' }).format(
    text as `${number}`,
  )
  // Rounding may have carried it to 1, where two decimals are shown.
  if (reaches(rounded, 0))
    return { text: print(rounded, { ...style, minimumFractionDigits: 2, maximumFractionDigits: 2 }), full }
  const digits = formatOf({ ...style, ...four }).format(text as `${number}`)
  if (plain || reaches(rounded, -4)) return { text: digits, full }
  return { text: digits.replace(absolute(rounded), counted(absolute(rounded))), full }
}

/** `0.000004271` as `0.0₅4271`. */
function counted(text: string): string {
  const [, zeros = '', digits = ''] = /^0\.(0+)(\d+)$/.exec(text) ?? []
  const count = [...String(zeros.length)].map((digit) => SUBSCRIPTS[Number(digit)]).join('')
  return `0.0${count}${digits}`
}
