import type { LedgerStore } from '#pipeline/ports.ts'
import { coverageTable, widened, type Coverage } from '../rows/flow-coverage.ts'
import type { Db } from './db.ts'
import { jsonList } from './sql.ts'

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
  const present = db.all(coverageTable, 'WHERE owner = @owner AND book = @book', { owner, book })
  const next = widened(present, added)
  if (next === null) return
  for (const range of next.touching)
    if (range.from !== next.range.from) db.remove(coverageTable, { owner, book, from_time: range.from })
  db.put(coverageTable, next.range)
}
