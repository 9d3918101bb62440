import { type Exact, NOUGHT, plus } from './exact.ts'

/** What accumulates for one asset: sums of what is known, and which of them lack something. */
export type Sums = {
  realised: Exact
  realisedShort: Exact
  realisedLong: Exact
  unproven: Exact
  income: Exact
  costs: Exact
  fees: Exact
  transferred: Exact
  /** Quantity. */
  undocumented: Exact
  /** A bit for each sum, by its place in SUM_NAMES, that something missing went into. */
  partial: number
}
export type SumName = Exclude<keyof Sums, 'undocumented' | 'partial'>

export const SUM_NAMES: readonly SumName[] = [
  'realised',
  'realisedShort',
  'realisedLong',
  'unproven',
  'income',
  'costs',
  'fees',
  'transferred',
]

export const emptySums = (): Sums => ({
  realised: NOUGHT,
  realisedShort: NOUGHT,
  realisedLong: NOUGHT,
  unproven: NOUGHT,
  income: NOUGHT,
  costs: NOUGHT,
  fees: NOUGHT,
  transferred: NOUGHT,
  undocumented: NOUGHT,
  partial: 0,
})

const BITS = Object.fromEntries(SUM_NAMES.map((name, at) => [name, 1 << at])) as Record<SumName, number>

export function addTo(sums: Sums, name: SumName, amount: Exact | null): void {
  if (amount === null) sums.partial |= BITS[name]
  else sums[name] = plus(sums[name], amount)
}

export const isPartial = (sums: Sums, name: SumName): boolean => (sums.partial & BITS[name]) !== 0

/** A sum; null when something missing went into it. */
export const wholeSum = (sums: Sums, name: SumName): Exact | null =>
  isPartial(sums, name) ? null : sums[name]
