import type { Database } from 'better-sqlite3'
import { monthLength, type Month } from '#core/month.ts'
import { chunkBytes, decodeChunk } from '../../rows/chunk-blob.ts'
import { flowMonth } from '../../rows/flows.ts'

export type WrongRow = { readonly table: string; readonly place: string; readonly found: string }

/** Rows that are whole each by itself but do not fit together: lengths, revisions, counts. */
export function* wrongRevisions(sqlite: Database): Generator<WrongRow> {
  yield* wrongChunks(sqlite)
  yield* wrongFlowMonths(sqlite)
  yield* misplacedFlows(sqlite)
}

type ChunkRow = {
  asset: string
  quote: string
  provider: string
  month: Month
  revision: number
  data: Uint8Array
}

function* wrongChunks(sqlite: Database): Generator<WrongRow> {
  const rows = sqlite.prepare<[], ChunkRow>(
    'SELECT asset, quote, provider, month, revision, data FROM chunks',
  )
  for (const row of rows.iterate()) {
    const place = `chunks ${row.asset} ${row.quote} ${row.provider} ${row.month}`
    if (row.data.length !== chunkBytes(row.month)) {
      const found = `${row.data.length} bytes, ${monthLength(row.month)} hours take ${chunkBytes(row.month)}`
      yield { table: 'chunks', place, found }
      continue
    }
    const newest = decodeChunk(row.month, row.data).changed.reduce((a, b) => Math.max(a, b), 0)
    if (newest !== row.revision)
      yield {
        table: 'chunks',
        place,
        found: `revision ${row.revision}, but its hours changed up to ${newest}`,
      }
  }
}

function* wrongFlowMonths(sqlite: Database): Generator<WrongRow> {
  const rows = sqlite.prepare<
    [],
    { owner: string; book: string; month: string; noted: number; counted: number }
  >(
    `SELECT owner, book, month, max(noted) AS noted, max(counted) AS counted FROM (
       SELECT owner, book, month, count AS noted, 0 AS counted FROM flow_months
       UNION ALL
       SELECT owner, book, month, 0, count(*) FROM flows WHERE retired IS NULL GROUP BY owner, book, month
     ) GROUP BY owner, book, month HAVING max(noted) <> max(counted)`,
  )
  for (const { owner, book, month, noted, counted } of rows.iterate())
    yield {
      table: 'flow_months',
      place: `flow_months ${owner} ${book} ${month}`,
      found: `says ${noted} flows, there are ${counted}`,
    }
}

function* misplacedFlows(sqlite: Database): Generator<WrongRow> {
  const rows = sqlite.prepare<[], { owner: string; book: string; id: string; time: number; month: string }>(
    'SELECT owner, book, id, time, month FROM flows',
  )
  for (const { owner, book, id, time, month } of rows.iterate())
    if (flowMonth(time) !== month)
      yield {
        table: 'flows',
        place: `flows ${owner} ${book} ${id}`,
        found: `stands in ${month}, not ${flowMonth(time)}`,
      }
}
