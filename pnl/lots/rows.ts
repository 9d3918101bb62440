import type { Flow } from '#core/flow.ts'
import type { Lot } from './lot.ts'
import type { Place } from './place.ts'
import type {
  AllocationRow,
  AmountRow,
  BasisRow,
  DisposalRow,
  LeaveRow,
  MoveRow,
  ProblemRow,
} from './report.ts'

/** A row with where it stands among the others. */
export type Placed<T> = { readonly place: Place; readonly row: T }

/** What one stretch of entries brought about, each list in their order. */
export type Rows = {
  readonly lots: Lot[]
  readonly disposals: Placed<DisposalRow>[]
  readonly moves: Placed<MoveRow>[]
  readonly leaves: Placed<LeaveRow>[]
  readonly incomes: Placed<AmountRow>[]
  readonly costs: Placed<AmountRow>[]
  readonly bases: Placed<BasisRow>[]
  readonly allocation: Placed<AllocationRow>[]
  readonly problems: Placed<ProblemRow>[]
}

export const emptyRows = (): Rows => ({
  lots: [],
  disposals: [],
  moves: [],
  leaves: [],
  incomes: [],
  costs: [],
  bases: [],
  allocation: [],
  problems: [],
})

/** A flow's place for people: its file and line, else its tx, else its source. */
export function sourceOf({ file, line, tx, source }: Flow): string {
  if (file !== null && line !== null) return `${file}:${line}`
  return tx === null || tx === '' ? source : tx
}
