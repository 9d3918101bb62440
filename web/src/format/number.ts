import { absolute, signOf } from './decimal.ts'

/** All texts of the page are English, so its numbers are too. */
export const LOCALE = 'en-US'

/** What stands where something is missing; never 0. */
export const MISSING = '—'

/** A number as it is shown, and in full for those who hear or copy it. */
export type Shown = { readonly text: string; readonly full: string }

export type NumberStyle = Intl.NumberFormatOptions

const formats = new Map<string, Intl.NumberFormat>()

/** Making one takes a hundred times as long as using it. */
export function formatOf(style: NumberStyle): Intl.NumberFormat {
  const key = JSON.stringify(style)
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat(LOCALE, style)
  formats.set(key, made)
  return made
}

/**
 * Decimal text in a style. It goes in as text and keeps every digit; what is not 0 never reads as 0 (`<0.01`), and 0 has
 * no sign.
 */
export function print(text: string, style: NumberStyle): string {
  const sign = signOf(text)
  if (sign === 0) return formatOf(style).format(0)
  const parts = formatOf(style).formatToParts(text as `${number}`)
  if (parts.some(({ type, value }) => isDigits(type) && /[1-9]/.test(value)))
    return parts.map(({ value }) => value).join('')
  return below(sign, style)
}

function below(sign: -1 | 1, style: NumberStyle): string {
  const decimals = style.maximumFractionDigits ?? 0
  const power = decimals + (style.style === 'percent' ? 2 : 0)
  const least = power === 0 ? '1' : `0.${'0'.repeat(power - 1)}1`
  const size = formatOf({ ...style, minimumFractionDigits: decimals, signDisplay: 'never' })
  return `${signText(sign, style)}<${size.format(least as `${number}`)}`
}

function signText(sign: number, { signDisplay }: NumberStyle): string {
  if (sign < 0) return '-'
  return sign > 0 && signDisplay === 'exceptZero' ? '+' : ''
}

function isDigits(type: string): boolean {
  return type === 'integer' || type === 'fraction'
}

/** Decimal text with every digit it has, in groups of three. Browsers print 20 decimals at most, so these are put in. */
export function whole(text: string, style: NumberStyle = {}): string {
  const decimals = absolute(text).split('.')[1] ?? ''
  const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 }
  const parts = formatOf({ ...style, ...one, roundingMode: 'trunc', signDisplay: 'never' })
    .formatToParts(text as `${number}`)
    .map(({ type, value }) =>
      type === 'fraction' ? decimals : type === 'decimal' && decimals === '' ? '' : value,
    )
  return signText(signOf(text), style) + parts.join('')
}
