import { createHash, type Hash } from 'node:crypto'
import type { Month } from '#core/month.ts'
import { candleBytes } from './chunk-blob.ts'
import { chunkTable } from './chunks.ts'
import { coinTable, metaTable, tokenTable } from './coins.ts'
import { coverageTable } from './flow-coverage.ts'
import { flowTable } from './flows.ts'
import { gapTable, suspectTable } from './gaps.ts'
import { batchTable, pnlMonthTable } from './pnl.ts'
import { balanceTable, portfolioTable } from './portfolios.ts'
import { isContentRecord, recordTable } from './records.ts'
import type { Row, Shape } from './row.ts'
import { runTable, usageTable } from './runs.ts'
import { snapshotTable } from './snapshots.ts'

/** One table of a store as it is hashed and copied from one store to another. */
export type ContentPart = {
  readonly table: Shape
  /** Columns that give the canonical order; text by its UTF-8 bytes. */
  readonly order: readonly string[]
  /**
   * Columns that count for the canonical hash, blobs last. Left out is what tells how the content came about and not
   * what it is: revisions and fingerprints (they count writes), times of reading and trying, places on a machine, runs,
   * usage.
   */
  readonly hashed: readonly string[]
}

/** Months of a book with their counts; in the first store a table of its own. */
export const flowMonthTable: Shape = {
  name: 'flow_months',
  key: ['owner', 'book', 'month'],
  columns: { owner: null, book: null, month: null, revision: null, count: null },
}

const part = (
  table: Shape,
  hashed: readonly string[],
  order: readonly string[] = table.key,
): ContentPart => ({
  table,
  order,
  hashed,
})
const all = (table: Shape, without: readonly string[] = []): string[] =>
  Object.keys(table.columns).filter((name) => !without.includes(name))

/** Everything in a store but its leases, in the order in which it is hashed and copied. */
export const CONTENT: readonly ContentPart[] = [
  part(chunkTable, all(chunkTable, ['revision'])),
  part(suspectTable, all(suspectTable)),
  part(gapTable, all(gapTable, ['seen', 'tried', 'tries'])),
  part(coinTable, all(coinTable)),
  part(tokenTable, all(tokenTable)),
  part(portfolioTable, all(portfolioTable, ['flows_file'])),
  part(flowTable, all(flowTable, ['file', 'line', 'month', 'retired', 'edits', 'replaced_by']), [
    'owner',
    'book',
    'time',
    'id',
  ]),
  part(flowMonthTable, []),
  // How far it reaches is a time of reading.
  part(coverageTable, all(coverageTable, ['to_time'])),
  part(balanceTable, all(balanceTable)),
  part(recordTable, all(recordTable)),
  part(pnlMonthTable, all(pnlMonthTable, ['key'])),
  part(batchTable, all(batchTable, ['fingerprint'])),
  // Hour by hour, as they are written: a copy of many portfolios is read in the order of the file.
  part(snapshotTable, all(snapshotTable), ['time', 'owner', 'portfolio']),
  part(metaTable, []),
  part(runTable, []),
  part(usageTable, []),
]

/** Keys of `meta` that are content; the others tell of the file that they stand in. */
export const META_CONTENT: readonly string[] = ['coins_read_at', 'tokens_read_at']

export interface RowSource {
  /** Every row of a part, in its order, all from one moment of the store where it can do that. */
  rows(part: ContentPart): AsyncIterable<Row>
  /** Ends what was opened for reading. */
  close(): Promise<void>
}

export interface RowTarget {
  /** Puts rows in the place of those with the same keys, all of a call or none; when it returns they are on the disk. */
  put(part: ContentPart, rows: readonly Row[]): Promise<void>
  /** Called once when all parts are put. */
  finish(): Promise<void>
}

/** SHA-256, as hex, over the content of a store in a canonical order; equal for equal content in any two stores. */
export async function contentHash(source: RowSource): Promise<string> {
  const hash = createHash('sha256')
  for (const part of CONTENT) {
    if (part.hashed.length === 0) continue
    hash.update(`${part.table.name}\n`)
    for await (const row of source.rows(part)) if (counts(part, row)) addRow(hash, part, row)
  }
  return hash.digest('hex')
}

function counts(part: ContentPart, row: Row): boolean {
  // Retired flows stay in the ledger and out of what it says.
  if (part.table === flowTable) return row['retired'] === null
  return part.table !== recordTable || isContentRecord(row)
}

function addRow(hash: Hash, part: ContentPart, row: Row): void {
  const values = part.hashed.map((name) => row[name] ?? null)
  const last = values.at(-1)
  if (!(last instanceof Uint8Array)) {
    hash.update(`${JSON.stringify(values)}\n`)
    return
  }
  const data = part.table === chunkTable ? last.subarray(0, candleBytes(row['month'] as Month)) : last
  hash.update(`${JSON.stringify([...values.slice(0, -1), data.length])}\n`).update(data)
}
