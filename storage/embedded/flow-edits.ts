import type { FlowEdit, FlowEdits, FlowRestores, LedgerStore } from '#pipeline/ports.ts'
import { editedFlow, flowMonth, flowTable, withEdit, type StoredFlow } from '../rows/flows.ts'
import type { Db } from './db.ts'
import { jsonList } from './sql.ts'

type Place = { readonly owner: string; readonly book: string; readonly id: string }

/** Edits of flows by hand. The old version stays in its row, which says what was done and what stands in its place. */
export function editStore(db: Db): Pick<LedgerStore, 'editFlows' | 'restoreFlows' | 'editedFlows'> {
  return {
    async editFlows(change) {
      return db.write('editFlows', () => edit(db, change))
    },
    async restoreFlows(change) {
      return db.write('restoreFlows', () => restore(db, change))
    },
    async editedFlows(owner, books) {
      const tail = `WHERE owner = @owner AND book IN (SELECT value FROM json_each(@books)) AND replaced_by IS NOT NULL
        ORDER BY time, id`
      return db.read(() => db.all(flowTable, tail, { owner, books: jsonList(books) })).map(editedFlow)
    },
  }
}

function edit(db: Db, change: FlowEdits): boolean {
  const { owner, at } = change
  const found = change.edits.map(({ book, id }) => flowAt(db, { owner, book, id }))
  const free = change.edits.every(
    ({ book, put }) => put === null || flowAt(db, { owner, book, id: put.id })?.retired !== null,
  )
  if (!free || found.some((flow) => flow?.retired !== null)) return false
  for (const [nth, { put, id }] of change.edits.entries()) {
    const flow = found[nth] as StoredFlow
    const log = withEdit(flow.edits, noted(change, change.what, put?.id ?? null))
    putFlow(db, { ...flow, retired: at, edits: log, replacedBy: put?.id ?? '' })
    moveMonth(db, flow, -1)
    if (put === null) continue
    const made = { ...put, owner, book: flow.book, retired: null, replacedBy: null }
    const before = flowAt(db, { owner, book: flow.book, id: put.id })
    putFlow(db, { ...made, edits: withEdit(before?.edits, noted(change, 'made', id)) })
    moveMonth(db, made, 1)
  }
  return true
}

function restore(db: Db, change: FlowRestores): boolean {
  const { owner, at } = change
  const found = change.flows.map(({ book, id }) => flowAt(db, { owner, book, id }))
  if (!found.every((flow) => flow !== null && isPutAway(db, flow))) return false
  for (const flow of found as StoredFlow[]) {
    const stands = replacementOf(db, flow)
    if (stands !== null) {
      putFlow(db, { ...stands, retired: at })
      moveMonth(db, stands, -1)
    }
    const log = withEdit(flow.edits, noted(change, 'restored', stands?.id ?? null))
    putFlow(db, { ...flow, retired: null, replacedBy: null, edits: log })
    moveMonth(db, flow, 1)
  }
  return true
}

/** Whether it is as an edit left it: put away, and what it was replaced by stands. */
function isPutAway(db: Db, flow: StoredFlow): boolean {
  if (flow.retired === null || flow.replacedBy === null || flow.replacedBy === undefined) return false
  return flow.replacedBy === '' || replacementOf(db, flow)?.retired === null
}

const replacementOf = (db: Db, flow: StoredFlow): StoredFlow | null =>
  flow.replacedBy ? flowAt(db, { ...flow, id: flow.replacedBy }) : null

const noted = (
  { at, who, why }: Pick<FlowEdits, 'at' | 'who' | 'why'>,
  what: FlowEdit['what'],
  other: string | null,
): FlowEdit => ({ at, who, why, what, other })

const flowAt = (db: Db, { owner, book, id }: Place): StoredFlow | null =>
  db.get(flowTable, { owner, book, id })

/** Also where its time is another than before: the table is ordered by it. */
function putFlow(db: Db, flow: StoredFlow): void {
  db.remove(flowTable, { owner: flow.owner, book: flow.book, id: flow.id })
  db.put(flowTable, flow)
}

const MOVE_MONTH = `
INSERT INTO flow_months (owner, book, month, revision, count, checksum)
VALUES (@owner, @book, @month, 1, @by, row_sum(@owner, @book, @month, 1, @by))
ON CONFLICT (owner, book, month) DO UPDATE SET revision = revision + 1, count = count + @by,
  checksum = row_sum(owner, book, month, revision + 1, count + @by)`

/** The revision of a month moves with every flow that comes or goes. */
function moveMonth(db: Db, { owner, book, time }: StoredFlow, by: 1 | -1): void {
  db.prepare(MOVE_MONTH).run({ owner, book, month: flowMonth(time), by })
}
