import { Decimal } from '#core/decimal.ts'

/**
 * An exact decimal as a scaled integer: `digits` ÷ 10^`scale`. Sums and products never round; `quotient` does, and says
 * how. Twice to five times as fast as arbitrary decimals at what a ledger does most (docs/decisions/0014).
 */
export class Exact {
  readonly digits: bigint
  readonly scale: number

  constructor(digits: bigint, scale: number) {
    this.digits = digits
    this.scale = scale
  }
}

export const NOUGHT = new Exact(0n, 0)
export const UNIT = new Exact(1n, 0)

const powers: bigint[] = [1n]
function power(exponent: number): bigint {
  for (let next = powers.length; next <= exponent; next++) powers.push((powers[next - 1] as bigint) * 10n)
  return powers[exponent] as bigint
}

const PLAIN = /^-?\d+(\.\d+)?$/

/** Reads decimal text, plain or with an exponent. @throws when it is not a decimal number */
export function exact(text: string): Exact {
  const plain = PLAIN.test(text) ? text : new Decimal(text).toFixed()
  const point = plain.indexOf('.')
  if (point < 0) return new Exact(BigInt(plain), 0)
  return new Exact(BigInt(plain.slice(0, point) + plain.slice(point + 1)), plain.length - point - 1)
}

export const exactOf = (value: Decimal): Exact => exact(value.toFixed())

export function plus(a: Exact, b: Exact): Exact {
  if (a.scale === b.scale) return new Exact(a.digits + b.digits, a.scale)
  return a.scale > b.scale
    ? new Exact(a.digits + b.digits * power(a.scale - b.scale), a.scale)
    : new Exact(a.digits * power(b.scale - a.scale) + b.digits, b.scale)
}

export function minus(a: Exact, b: Exact): Exact {
  if (a.scale === b.scale) return new Exact(a.digits - b.digits, a.scale)
  return a.scale > b.scale
    ? new Exact(a.digits - b.digits * power(a.scale - b.scale), a.scale)
    : new Exact(a.digits * power(b.scale - a.scale) - b.digits, b.scale)
}

export const times = (a: Exact, b: Exact): Exact => new Exact(a.digits * b.digits, a.scale + b.scale)
export const negated = (a: Exact): Exact => new Exact(-a.digits, a.scale)
export const isZero = (a: Exact): boolean => a.digits === 0n
export const isNegative = (a: Exact): boolean => a.digits < 0n
export const absolute = (a: Exact): Exact => (a.digits < 0n ? negated(a) : a)

/** Less than 0, 0 or more than 0, as `a` is less than, equal to or more than `b`. */
export function compare(a: Exact, b: Exact): number {
  let left = a.digits
  let right = b.digits
  if (a.scale > b.scale) right *= power(a.scale - b.scale)
  else if (a.scale < b.scale) left *= power(b.scale - a.scale)
  return left < right ? -1 : left > right ? 1 : 0
}

export const least = (a: Exact, b: Exact): Exact => (compare(a, b) <= 0 ? a : b)

/** How many significant digits a division keeps (docs/semantics.md, 5). */
const KEPT = 28

function digitCount(value: bigint): number {
  const near = Number(value)
  // A double is right to a few parts in 10^16: only next to a power of ten does the guess need a look.
  if (near < 1e300) {
    const guess = Math.floor(Math.log10(near)) + 1
    if (guess > 0 && value >= power(guess)) return guess + 1
    return guess > 1 && value < power(guess - 1) ? guess - 1 : Math.max(guess, 1)
  }
  return value.toString().length
}

/** a ÷ b, kept to 28 significant digits, half-even. @throws RangeError when b is 0 */
export function quotient(a: Exact, b: Exact): Exact {
  if (a.digits === 0n) return NOUGHT
  const dividend = a.digits < 0n ? -a.digits : a.digits
  const divisor = b.digits < 0n ? -b.digits : b.digits
  const shift = Math.max(0, KEPT + 1 + digitCount(divisor) - digitCount(dividend))
  const shifted = dividend * power(shift)
  const whole = shifted / divisor
  const inexact = whole * divisor !== shifted
  const drop = digitCount(whole) - KEPT
  const unit = power(drop)
  let kept = whole / unit
  const twice = (whole - kept * unit) * 2n
  if (twice > unit || (twice === unit && (inexact || (kept & 1n) === 1n))) kept += 1n
  return trimmed(a.digits < 0n === b.digits < 0n ? kept : -kept, a.scale - b.scale + shift - drop)
}

/** a × b ÷ c, rounded once. */
export const portion = (a: Exact, b: Exact, c: Exact): Exact => quotient(times(a, b), c)

/** Without needless zeros behind the point, so that numbers stay short. */
function trimmed(digits: bigint, scale: number): Exact {
  if (scale < 0) return new Exact(digits * power(-scale), 0)
  let rest = digits
  let left = scale
  for (const step of [16, 8, 4, 2, 1]) {
    while (left >= step && rest % power(step) === 0n) {
      rest /= power(step)
      left -= step
    }
  }
  return new Exact(rest, left)
}

/** Plain text without exponent, trailing zeros or `-0`. */
export function textOf({ digits, scale }: Exact): string {
  if (scale === 0) return digits.toString()
  const negative = digits < 0n
  const all = (negative ? -digits : digits).toString().padStart(scale + 1, '0')
  let end = all.length
  const point = all.length - scale
  while (end > point && all.charCodeAt(end - 1) === 48) end--
  const text = end === point ? all.slice(0, point) : `${all.slice(0, point)}.${all.slice(point, end)}`
  return negative && text !== '0' ? `-${text}` : text
}

export const textOrNull = (value: Exact | null): string | null => (value === null ? null : textOf(value))

/** The double nearest to it. */
export const numberOf = (value: Exact): number => Number(textOf(value))

/** Sum where null is missing: one missing term makes the sum missing. */
export const plusKnown = (a: Exact | null, b: Exact | null): Exact | null =>
  a === null || b === null ? null : plus(a, b)
export const minusKnown = (a: Exact | null, b: Exact | null): Exact | null =>
  a === null || b === null ? null : minus(a, b)
