import { type Exact, NOUGHT, plusKnown } from './exact.ts'

/** What accumulates for one asset. Null once something missing went in. */
export type Sums = {
  realised: Exact | null
  realisedShort: Exact | null
  realisedLong: Exact | null
  unproven: Exact | null
  income: Exact | null
  costs: Exact | null
  fees: Exact | null
  transferred: Exact | null
  /** Quantity. */
  undocumented: Exact
}
export type SumName = Exclude<keyof Sums, 'undocumented'>

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
})

export function addTo(sums: Sums, name: SumName, amount: Exact | null): void {
  sums[name] = plusKnown(sums[name], amount)
}
