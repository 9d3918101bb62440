import { byBytes } from '#core/asset.ts'
import type { Month } from '#core/month.ts'
import { metaTable } from '../../rows/coins.ts'
import { flowMonthTable, META_CONTENT, type ContentPart, type RowSource } from '../../rows/content.ts'
import { chunkTable } from '../../rows/chunks.ts'
import { coverageTable } from '../../rows/flow-coverage.ts'
import { flowTable } from '../../rows/flows.ts'
import { gapTable, suspectTable } from '../../rows/gaps.ts'
import { recordTable } from '../../rows/records.ts'
import { toRow, type Row, type Shape } from '../../rows/row.ts'
import { bookHeads, checkBook, type BookHead } from '../books.ts'
import type { ChunkData } from '../chunk-data.ts'
import type { Server } from '../connect.ts'
import { checkedRow } from '../documents.ts'
import { flowCollection, stands, type FlowDocument } from '../flow-documents.ts'
import { recordHeads, recordsIn } from '../records.ts'
import { collectionOf, type CollectionName } from '../schema.ts'
import { allHeads, readChunks } from '../series.ts'

const ALL_MONTHS = { from: '0000-00' as Month, to: '9999-99' as Month }

/**
 * All rows of the store, each checked. There is no one moment of many documents: a series, a book and every other row
 * is whole by itself, and what others write meanwhile may be seen or not.
 */
export function rowSource(server: Server, data: ChunkData): RowSource {
  const special = new Map<Shape, (part: ContentPart) => AsyncIterable<Row>>([
    [chunkTable, () => chunkRows(server, data)],
    [suspectTable, () => headRows(server, 'suspects')],
    [gapTable, () => headRows(server, 'gaps')],
    [flowTable, () => flowRows(server)],
    [flowMonthTable, () => monthRows(server)],
    [coverageTable, () => coverageRows(server)],
    [recordTable, () => recordRows(server)],
    [metaTable, (part) => plainRows(server, part, { _id: { $in: META_CONTENT } })],
  ])
  return {
    rows: (part) => special.get(part.table)?.(part) ?? plainRows(server, part),
    close: async () => undefined,
  }
}

async function* plainRows(server: Server, part: ContentPart, where: object = {}): AsyncGenerator<Row> {
  const order = Object.fromEntries(part.order.map((name) => [name, 1 as const]))
  const found = collectionOf(server, part.table.name as CollectionName).find(where as never, {
    timeoutMode: 'iteration',
    allowDiskUse: true,
  })
  for await (const document of found.sort(order)) yield checkedRow(server, part.table, document)
}

async function* chunkRows(server: Server, data: ChunkData): AsyncGenerator<Row> {
  for (const { asset, quote } of await seriesKeys(server)) {
    const chunks = await readChunks(server, data, { assets: [asset], quote, ...ALL_MONTHS })
    for (const chunk of chunks) yield toRow(chunkTable, chunk)
  }
}

async function* headRows(server: Server, part: 'suspects' | 'gaps'): AsyncGenerator<Row> {
  for (const key of await seriesKeys(server)) {
    const [head] = await allHeads(server, key)
    yield* head?.[part] ?? []
  }
}

async function seriesKeys(server: Server) {
  const heads = await allHeads(server, {})
  return heads.map(({ asset, quote }) => ({ asset: asset, quote }))
}

/** Heads of all books, ordered by owner and book. */
export async function allBooks(server: Server): Promise<BookHead[]> {
  const heads = (await bookHeads(server).collection.find({}).toArray()) as BookHead[]
  for (const head of heads) checkBook(server, head)
  return heads.sort((a, b) => byBytes(a.owner, b.owner) || byBytes(a.book, b.book))
}

async function* flowRows(server: Server): AsyncGenerator<Row> {
  for (const { owner, book, version } of await allBooks(server)) {
    const found = flowCollection(server).find({ owner, book } as never, { timeoutMode: 'iteration' })
    // Rows that came again after they were retired stand side by side; the newest of them is the row.
    let last: Row | null = null
    for await (const document of found.sort({ time: 1, id: 1, since: 1 })) {
      const row = rowIn(server, document, version)
      if (row === null) continue
      if (last !== null && last['id'] !== row['id']) yield last
      last = row
    }
    if (last !== null) yield last
  }
}

/** The row of a flow in a version of its book; null for what is of a version that is not there. */
export function rowIn(server: Server, document: FlowDocument, version: number): Row | null {
  if (document.since > version) return null
  const row = checkedRow(server, flowTable, document)
  return stands(document, version) ? { ...row, retired: null, replaced_by: null } : row
}

async function* monthRows(server: Server): AsyncGenerator<Row> {
  for (const { owner, book, months } of await allBooks(server))
    for (const month of months) yield { owner, book, ...month }
}

async function* coverageRows(server: Server): AsyncGenerator<Row> {
  for (const { owner, book, coverage } of await allBooks(server))
    for (const { from, to } of coverage) yield toRow(coverageTable, { owner, book, from, to })
}

async function* recordRows(server: Server): AsyncGenerator<Row> {
  const heads = await recordHeads(server).collection.find({}).toArray()
  for (const head of heads.sort((a, b) => byBytes(a.owner, b.owner))) {
    const found = collectionOf(server, 'records').find(recordsIn(head) as never, {
      timeoutMode: 'iteration',
    })
    for await (const document of found.sort({ kind: 1, key: 1 }))
      yield checkedRow(server, recordTable, document)
  }
}
