import type { LedgerStore } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import { int, jsonList, text, type Table } from './table.ts'

/** Flows of a book are complete in [from, to); rows of one book neither overlap nor touch. */
type Coverage = {
  readonly owner: string
  readonly book: string
  readonly from: number
  readonly to: number
}

const coverageTable: Table<Coverage> = {
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

export function coverageStore(db: Db): Pick<LedgerStore, 'coverFlows' | 'flowCoverage'> {
  return {
    async coverFlows(owner, book, from, to) {
      db.write('coverFlows', () => widen(db, { owner, book, from, to }))
    },
    async flowCoverage(owner, books) {
      const tail = `WHERE owner = @owner AND book IN (SELECT value FROM json_each(@books)) ORDER BY book, from_time`
      const rows = db.read(() => db.all(coverageTable, tail, { owner, books: jsonList(books) }))
      // The last row of each book is the one that reaches its newest time.
      return rows
        .filter((row, index) => rows[index + 1]?.book !== row.book)
        .map(({ book, from, to }) => ({ book, from, to }))
    },
  }
}

function widen(db: Db, added: Coverage): void {
  const { owner, book } = added
  if (added.from >= added.to) return
  const touching = db.all(
    coverageTable,
    'WHERE owner = @owner AND book = @book AND from_time <= @to AND to_time >= @from',
    added,
  )
  const from = Math.min(added.from, ...touching.map((range) => range.from))
  const to = Math.max(added.to, ...touching.map((range) => range.to))
  for (const range of touching)
    if (range.from !== from) db.remove(coverageTable, { owner, book, from_time: range.from })
  db.put(coverageTable, { owner, book, from, to })
}
