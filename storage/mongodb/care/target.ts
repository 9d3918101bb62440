import type { Month } from '#core/month.ts'
import { chunkTable } from '../../rows/chunks.ts'
import { metaTable } from '../../rows/coins.ts'
import { flowMonthTable, type ContentPart, type RowTarget } from '../../rows/content.ts'
import { coverageTable } from '../../rows/flow-coverage.ts'
import { flowTable } from '../../rows/flows.ts'
import { gapTable, suspectTable } from '../../rows/gaps.ts'
import { recordTable } from '../../rows/records.ts'
import { int, text, type Row, type Shape, type Table } from '../../rows/row.ts'
import { usageTable } from '../../rows/runs.ts'
import { bookHeads, bookId, emptyBook, sealedBook, type BookContent } from '../books.ts'
import type { ChunkData } from '../chunk-data.ts'
import type { Server } from '../connect.ts'
import { documentOf, grouped, idOfRow, putAll, type Documents } from '../documents.ts'
import { changedFlow, flowCollection, flowDocument, stands, type FlowDocument } from '../flow-documents.ts'
import { withHeads } from '../guard.ts'
import { putChunks, putGaps, putSuspects } from '../put-series.ts'
import { recordStore } from '../records.ts'
import { withRow } from '../row-head.ts'
import { collectionOf, type CollectionName } from '../schema.ts'

type Put = (rows: readonly Row[], part: ContentPart) => Promise<void>

/** Takes rows as they are, revisions and all. Rows of one series or book come in together; others each by itself. */
export function rowTarget(server: Server, data: ChunkData): RowTarget {
  const special = new Map<Shape, Put>([
    [
      chunkTable,
      (rows) =>
        putChunks(
          server,
          data,
          rows.map((row) => chunkTable.read(row)),
        ),
    ],
    [suspectTable, (rows) => putSuspects(server, rows)],
    [gapTable, (rows) => putGaps(server, rows)],
    [flowTable, (rows) => putFlows(server, rows)],
    [flowMonthTable, (rows) => putMonths(server, rows)],
    [coverageTable, (rows) => putCoverage(server, rows)],
    [
      recordTable,
      (rows) => recordStore(server).writeRecords({ put: rows.map((row) => recordTable.read(row)) }),
    ],
    [metaTable, (rows) => putHeads(server, 'meta', metaTable, rows, { key: '', value: '' })],
    [
      usageTable,
      (rows) => putHeads(server, 'usage', usageTable, rows, { provider: '', month: '', calls: 0 }),
    ],
  ])
  return {
    put: (part, rows) =>
      (special.get(part.table) ?? ((each, { table }) => putPlain(server, table, each)))(rows, part),
    finish: async () => undefined,
  }
}

async function putPlain(server: Server, table: Shape, rows: readonly Row[]): Promise<void> {
  const collection = collectionOf(server, table.name as CollectionName)
  await putAll(
    server,
    collection,
    rows.map((row) => documentOf(table, row)),
  )
}

async function putHeads<R>(
  server: Server,
  collection: CollectionName,
  table: Table<R>,
  rows: readonly Row[],
  empty: R,
): Promise<void> {
  for (const row of rows) {
    const place = { collection, table, id: idOfRow(table, row), empty }
    await withRow(server, place, () => ({ next: table.read(row), result: undefined }))
  }
}

/** Changes the heads of the books that rows belong to, each once. */
async function changeBooks(
  server: Server,
  rows: readonly Row[],
  change: (
    head: BookContent,
    own: readonly Row[],
    check: () => void,
  ) => Promise<Omit<BookContent, 'checksum'>>,
): Promise<void> {
  const books = grouped(rows, (row) => bookId(text(row['owner']), text(row['book'])))
  await withHeads(server, bookHeads(server), [...books.keys()], async ({ heads, check }) => {
    const next = new Map<string, BookContent>()
    for (const [id, own] of books)
      next.set(id, sealedBook(await change(heads.get(id) ?? emptyBook(id), own, check)))
    return { next, result: undefined }
  })
}

/** Rows come as documents of the next version, and those of the same ids that stand go with it. */
async function putFlows(server: Server, rows: readonly Row[]): Promise<void> {
  const flows = flowCollection(server)
  await changeBooks(server, rows, async (head, own, check) => {
    const { owner, book } = head
    const version = head.version + 1
    const ids = own.map((row) => text(row['id']))
    const where = head.version === 0 ? null : { owner, book, time: { $in: times(own) }, id: { $in: ids } }
    const present = where === null ? [] : ((await flows.find(where as never).toArray()) as FlowDocument[])
    const going = present
      .filter((document) => stands(document, head.version))
      .map((document) => changedFlow(document, {}, version))
    const coming = own.map((row) => flowDocument(row, version, row['retired'] === null ? null : version))
    check()
    await putAll(server, flows as unknown as Documents, [...going, ...coming])
    return { ...head, version }
  })
}

const times = (rows: readonly Row[]): number[] => [...new Set(rows.map((row) => int(row['time'])))]

async function putMonths(server: Server, rows: readonly Row[]): Promise<void> {
  await changeBooks(server, rows, async (head, own) => {
    const months = new Map(head.months.map((each) => [each.month as string, each]))
    for (const row of own) {
      const month = text(row['month']) as Month
      months.set(month, { month, revision: int(row['revision']), count: int(row['count']) })
    }
    return { ...head, months: [...months.values()] }
  })
}

async function putCoverage(server: Server, rows: readonly Row[]): Promise<void> {
  await changeBooks(server, rows, async (head, own) => {
    const coverage = new Map(head.coverage.map((range) => [range.from, range]))
    for (const row of own)
      coverage.set(int(row['from_time']), { from: int(row['from_time']), to: int(row['to_time']) })
    return { ...head, coverage: [...coverage.values()] }
  })
}
