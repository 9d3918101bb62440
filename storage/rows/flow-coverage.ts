import { int, text, type Table } from './row.ts'

/** Flows of a book are complete in [from, to); rows of one book neither overlap nor touch. */
export type Coverage = {
  readonly owner: string
  readonly book: string
  readonly from: number
  readonly to: number
}

export const coverageTable: Table<Coverage> = {
  name: 'flow_coverage',
  key: ['owner', 'book', 'from_time'],
  columns: {
    owner: (coverage) => coverage.owner,
    book: (coverage) => coverage.book,
    from_time: (coverage) => coverage.from,
    to_time: (coverage) => coverage.to,
  },
  read: (row) => ({
    owner: text(row['owner']),
    book: text(row['book']),
    from: int(row['from_time']),
    to: int(row['to_time']),
  }),
}

/** The one range that stands for `added` and the ranges `present` that it overlaps or touches; null when it is empty. */
export function widened(
  present: readonly Coverage[],
  added: Coverage,
): { touching: Coverage[]; range: Coverage } | null {
  if (added.from >= added.to) return null
  const touching = present.filter((range) => range.from <= added.to && range.to >= added.from)
  const from = Math.min(added.from, ...touching.map((range) => range.from))
  const to = Math.max(added.to, ...touching.map((range) => range.to))
  return { touching, range: { owner: added.owner, book: added.book, from, to } }
}
