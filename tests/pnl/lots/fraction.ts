/** Exact fractions, for the second engine: nothing is ever rounded. */
export type Fraction = { readonly n: bigint; readonly d: bigint }

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

export function fraction(n: bigint, d = 1n): Fraction {
  if (d === 0n) throw new RangeError('division by 0')
  const sign = d < 0n ? -1n : 1n
  const common = gcd(n, d < 0n ? -d : d) || 1n
  return { n: (sign * n) / common, d: (sign * d) / common }
}

export const ZERO = fraction(0n)

/** From plain decimal text. */
export function read(text: string): Fraction {
  const [whole = '0', part = ''] = text.split('.')
  return fraction(BigInt(whole + part), 10n ** BigInt(part.length))
}

export const add = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d + b.n * a.d, a.d * b.d)
export const neg = (a: Fraction): Fraction => ({ n: -a.n, d: a.d })
export const sub = (a: Fraction, b: Fraction): Fraction => add(a, neg(b))
export const mul = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.n, a.d * b.d)
export const div = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d, a.d * b.n)
export const cmp = (a: Fraction, b: Fraction): number => {
  const difference = a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
export const min = (a: Fraction, b: Fraction): Fraction => (cmp(a, b) <= 0 ? a : b)
export const abs = (a: Fraction): Fraction => (a.n < 0n ? neg(a) : a)
export const isZero = (a: Fraction): boolean => a.n === 0n
export const sumOf = (terms: readonly Fraction[]): Fraction => terms.reduce(add, ZERO)

/** null is missing, and spoils what it goes into. */
export type Maybe = Fraction | null
export const addM = (a: Maybe, b: Maybe): Maybe => (a === null || b === null ? null : add(a, b))
export const subM = (a: Maybe, b: Maybe): Maybe => (a === null || b === null ? null : sub(a, b))
export const mulM = (a: Maybe, b: Maybe): Maybe => (a === null || b === null ? null : mul(a, b))
