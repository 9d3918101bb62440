import type { Flow } from '#core/flow.ts'
import type { FlowImport, FlowImportResult } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import {
  ADD_FLOWS,
  CLASSIFY,
  COUNT_MONTHS,
  CREATE_STAGING,
  FIND_GONE,
  INDEX_STAGED,
  INSERT_STAGED_BY_PLACE,
  RETIRE_GONE,
  TOUCH_UNCHANGED,
} from './flow-import-sql.ts'
import { currentFlows, flowTable } from '../rows/flows.ts'
import { rowSum } from '../rows/checksum.ts'
import { int } from '../rows/row.ts'

/**
 * Puts the flows of one source into the ledger, as the port says. The rows are staged in a temporary table of a
 * connection of their own first: a million of them stream through in bounded memory, other writers wait only for the
 * last step, and an error while they are read leaves nothing behind.
 */
export async function importFlows(db: Db, change: FlowImport): Promise<FlowImportResult> {
  const side = db.sibling()
  try {
    side.read(() => side.sqlite.exec(CREATE_STAGING))
    for await (const piece of change.flows) stage(side, change, piece)
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

const COLUMNS = Object.values(flowTable.columns)

/** A flow belongs to the import that brings it, whatever it says itself. */
function stage(side: Db, { owner, book, source, file }: FlowImport, piece: readonly Flow[]): void {
  side.read(() => {
    for (const flow of piece) {
      const staged = { ...flow, owner, book, source, file, retired: null }
      const values = COLUMNS.map((column) => column(staged))
      side.run(INSERT_STAGED_BY_PLACE, [...values, rowSum(values)])
    }
  })
}

function classify(side: Db, change: FlowImport): FlowImportResult {
  const scope = { owner: change.owner, book: change.book, source: change.source }
  side.prepare(CLASSIFY).run(scope)
  side.prepare(FIND_GONE[change.mode]).run({ ...scope, file: change.file })
  const count = (sql: string): number => int(side.prepare(sql).get({})?.['n'])
  const staged = count('SELECT count(*) AS n FROM temp.incoming')
  const added = count("SELECT count(*) AS n FROM temp.fresh WHERE fate = 'add'")
  const sameAsOther = count("SELECT count(*) AS n FROM temp.fresh WHERE fate = 'other'")
  const byHand = count("SELECT count(*) AS n FROM temp.fresh WHERE fate = 'hand'")
  const goneCount = count('SELECT count(*) AS n FROM temp.gone')
  const retires = change.mode !== 'add'
  return {
    added,
    sameAsOther,
    unchanged: staged - added - sameAsOther - byHand,
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
