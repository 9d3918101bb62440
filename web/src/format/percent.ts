import { print } from './number.ts'

/** A change: 0.0123 is `+1.23%`. */
export function change(fraction: number): string {
  return print(plain(fraction), {
    ...{ style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 },
    ...{ signDisplay: 'exceptZero', roundingMode: 'halfEven' },
  })
}

/** A part of a whole. Rounded down, so that only all of it is 100 %. */
export function share(fraction: number, decimals = 1): string {
  if (fraction >= 1) return '100%'
  return print(plain(fraction), {
    ...{ style: 'percent', minimumFractionDigits: decimals, maximumFractionDigits: decimals },
    ...{ signDisplay: 'negative', roundingMode: 'trunc' },
  })
}

/** How many times something is of what it was, in per cent: 1.25 is `125%`. */
export function ratio(times: number, decimals = 2): string {
  return print(plain(times), {
    ...{ style: 'percent', maximumFractionDigits: decimals },
    ...{ signDisplay: 'negative', roundingMode: 'halfEven' },
  })
}

/** Without exponent, which `print` reads digits of. */
function plain(fraction: number): string {
  const text = String(fraction)
  return text.includes('e') ? fraction.toFixed(20) : text
}
