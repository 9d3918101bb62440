import type { Month } from '#core/month.ts'
import type { FlowMonth, FlowQuery, LedgerStore } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import { flowAssetsOf } from './flow-assets.ts'
import { importFlows } from './flow-import.ts'
import { currentFlows } from '../rows/flows.ts'
import { int, text } from '../rows/row.ts'
import { jsonList } from './sql.ts'

type FlowStore = Pick<
  LedgerStore,
  'importFlows' | 'flows' | 'flowCount' | 'flowAssets' | 'flowBooks' | 'flowMonths' | 'spanningTx'
>

const FLOW_BOOKS = `SELECT DISTINCT owner, book FROM flow_months
  WHERE owner BETWEEN @from AND @to AND count > 0 ORDER BY owner, book`

export function flowStore(db: Db): FlowStore {
  return {
    importFlows: (change) => importFlows(db, change),
    async flows(query) {
      const direction = query.newestFirst === true ? 'DESC' : 'ASC'
      const tail = `${whereOf(query)}
        ORDER BY time ${direction}, id ${direction}, book ${direction} LIMIT @limit OFFSET @offset`
      return db.read(() => db.all(currentFlows, tail, paramsOf(query)))
    },
    async flowCount(query) {
      const sql = `SELECT count(*) AS n FROM flows ${whereOf(query)}`
      return db.read(() => int(db.prepare(sql).get(paramsOf(query))?.['n']))
    },
    async flowBooks({ from, to }) {
      const rows = db.read(() => db.arrays(FLOW_BOOKS, { from, to }))
      return rows.map(([owner, book]) => ({ owner: text(owner), book: text(book) }))
    },
    async flowMonths(owner, books) {
      const sql = `SELECT book, month, revision, count FROM flow_months
        WHERE owner = @owner AND book IN (SELECT value FROM json_each(@books)) AND count > 0 ORDER BY book, month`
      const rows = db.read(() => db.prepare(sql).all({ owner, books: jsonList(books) }))
      return rows.map((row): FlowMonth => ({
        book: text(row['book']),
        month: text(row['month']) as Month,
        revision: int(row['revision']),
        count: int(row['count']),
      }))
    },
    async flowAssets(owner, books) {
      return db.read(() => flowAssetsOf(db, owner, books))
    },
    async spanningTx(owner, books) {
      const rows = db.read(() => db.prepare(SPANNING_TX).all({ owner, books: jsonList(books) }))
      return rows.map((row) => ({
        tx: text(row['tx']),
        months: (JSON.parse(text(row['months'])) as Month[]).sort(),
      }))
    },
  }
}

const OF_BOOKS = 'owner = @owner AND book IN (SELECT value FROM json_each(@books)) AND retired IS NULL'

// Answered from an index alone, without reading the flows.
const SPANNING_TX = `
SELECT tx, json_group_array(DISTINCT month) AS months FROM flows INDEXED BY flows_by_tx
WHERE ${OF_BOOKS} AND tx IS NOT NULL GROUP BY tx HAVING count(DISTINCT month) > 1 ORDER BY tx`

/** One book is asked for by `=`, so that rows come in the order of the table and need no sorting. */
function whereOf(query: FlowQuery): string {
  const terms = ['owner = @owner', 'retired IS NULL']
  terms.push(query.books.length === 1 ? 'book = @book' : 'book IN (SELECT value FROM json_each(@books))')
  if (query.asset !== undefined) terms.push('asset = @asset')
  if (query.kind !== undefined) terms.push('kind = @kind')
  if (query.after !== undefined) terms.push('time > @after')
  if (query.until !== undefined) terms.push('time <= @until')
  if (query.tx !== undefined) terms.push('tx IN (SELECT value FROM json_each(@tx))')
  if (query.ids !== undefined) terms.push('id IN (SELECT value FROM json_each(@ids))')
  return `WHERE ${terms.join(' AND ')}`
}

function paramsOf(query: FlowQuery) {
  return {
    owner: query.owner,
    book: query.books[0] ?? '',
    books: jsonList(query.books),
    asset: query.asset ?? '',
    kind: query.kind ?? '',
    after: query.after ?? 0,
    until: query.until ?? 0,
    tx: jsonList(query.tx ?? []),
    ids: jsonList(query.ids ?? []),
    limit: query.limit ?? -1,
    offset: query.offset ?? 0,
  }
}
