import type { Flow } from '#core/flow.ts'
import type { FlowImport, FlowImportResult } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import {
  ADD_FLOWS,
  COUNT_MONTHS,
  CREATE_STAGING,
  FIND_GONE,
  INDEX_STAGED,
  insertStagedByPlace,
  KEEP_OTHERS,
  KEEP_OWN,
  RETIRE_GONE,
  TOUCH_UNCHANGED,
} from './flow-import-sql.ts'
import { currentFlows, flowTable, spanOf, type StoredFlow } from '../rows/flows.ts'
import { rowSum, type RowValue } from '../rows/checksum.ts'
import { int } from '../rows/row.ts'

/**
 * Puts the flows of one source into the ledger, as the port says. The rows are staged in a temporary table of a
 * connection of their own first: a million of them stream through in bounded memory, other writers wait only for the
 * last step, and an error while they are read leaves nothing behind.
 */
export async function importFlows(db: Db, change: FlowImport): Promise<FlowImportResult> {
  const side = db.sibling()
  try {
    side.sqlite.pragma(`cache_size = -${CACHE_KIB}`)
    side.read(() => side.sqlite.exec(CREATE_STAGING))
    const stage = stager(side, change)
    for await (const piece of change.flows) stage(piece)
    side.read(() => side.sqlite.exec(INDEX_STAGED))
    db.failpoint('importFlows:staged')
    if (change.dryRun === true) return side.read(() => classify(side, change))
    return side.write('importFlows', () => apply(side, change), changedAnything).result
  } finally {
    side.close()
  }
}

type Applied = { readonly result: FlowImportResult; readonly touched: number }

// Not the count of rows written, which those of the temporary tables are part of.
const changedAnything = ({ result, touched }: Applied): boolean => result.added + result.retired + touched > 0

// A million ids come in no order: where the index over them does not fit, each page of it is written and read many
// times. Small imports never take as much.
const CACHE_KIB = 131_072

type Column = (flow: StoredFlow) => RowValue

const ROWS_AT_ONCE = 8
const INSERT_MANY = insertStagedByPlace(ROWS_AT_ONCE)
const INSERT_ONE = insertStagedByPlace(1)

/** Stages pieces of flows. A flow belongs to the import that brings it, whatever it says itself. */
function stager(side: Db, { owner, book, source, file }: FlowImport): (piece: readonly Flow[]) => void {
  const place: Partial<Record<string, Column>> = {
    owner: () => owner,
    book: () => book,
    source: () => source,
    file: () => file,
    retired: () => null,
  }
  const columns = Object.entries(flowTable.columns).map(([name, column]) => place[name] ?? column)
  const append = (values: RowValue[], flow: Flow): void => {
    const row = columns.map((column) => column(flow as StoredFlow))
    const sum = rowSum(row)
    for (const value of row) values.push(value)
    values.push(sum)
  }
  return (piece) =>
    side.read(() => {
      const whole = piece.length - (piece.length % ROWS_AT_ONCE)
      for (let at = 0; at < piece.length; at += at < whole ? ROWS_AT_ONCE : 1) {
        const values: RowValue[] = []
        const end = at < whole ? at + ROWS_AT_ONCE : at + 1
        for (let each = at; each < end; each++) append(values, piece[each] as Flow)
        side.run(at < whole ? INSERT_MANY : INSERT_ONE, values)
      }
    })
}

function classify(side: Db, change: FlowImport): FlowImportResult {
  const scope = { owner: change.owner, book: change.book, source: change.source }
  side.prepare(KEEP_OWN).run({ owner: scope.owner, book: scope.book })
  side.prepare(KEEP_OTHERS).run(scope)
  const { mode, file } = change
  side.prepare(FIND_GONE[mode]).run({ ...scope, file, ...spanOf(change) })
  const count = (sql: string): number => int(side.prepare(sql).get({})?.['n'])
  const staged = count('SELECT count(*) AS n FROM temp.incoming')
  const kept = (fate: string): number => count(`SELECT count(*) AS n FROM temp.kept WHERE fate = '${fate}'`)
  const [unchanged, sameAsOther, byHand] = [kept('same'), kept('other'), kept('hand')]
  const goneCount = count('SELECT count(*) AS n FROM temp.gone')
  const retires = change.mode !== 'add'
  return {
    added: staged - unchanged - sameAsOther - byHand,
    sameAsOther,
    unchanged,
    retired: retires ? goneCount : 0,
    gone: retires ? [] : firstGone(side, scope.owner, scope.book),
    goneCount: retires ? 0 : goneCount,
    ...(byHand > 0 ? { byHand } : {}),
  }
}

function firstGone(side: Db, owner: string, book: string) {
  const tail = `WHERE owner = @owner AND book = @book AND id IN (SELECT id FROM temp.gone) ORDER BY time, id LIMIT 100`
  return side.all(currentFlows, tail, { owner, book })
}

function apply(side: Db, change: FlowImport): Applied {
  const scope = { owner: change.owner, book: change.book, source: change.source }
  const result = classify(side, change)
  const touched = side.prepare(TOUCH_UNCHANGED).run(scope).changes
  if (result.added > 0) side.prepare(ADD_FLOWS).run({})
  if (result.retired > 0) side.prepare(RETIRE_GONE).run({ ...scope, at: change.at })
  if (result.added + result.retired > 0)
    side.prepare(COUNT_MONTHS).run({ ...scope, retires: result.retired > 0 ? 1 : 0 })
  return { result, touched }
}
