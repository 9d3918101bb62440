import type { Month } from '#core/month.ts'
import type { FlowImport, FlowImportResult } from '#pipeline/ports.ts'
import { currentFlows } from '../rows/flows.ts'
import { int, text } from '../rows/row.ts'
import {
  bookHeads,
  bookId,
  checkBook,
  emptyBook,
  sealedBook,
  type BookContent,
  type BookHead,
  type BookMonth,
} from './books.ts'
import type { Server } from './connect.ts'
import { byIds, fromDocument, plain, upsert, type Documents } from './documents.ts'
import {
  changedFlow,
  flowCollection,
  flowDocument,
  standingIn,
  stands,
  type FlowDocument,
} from './flow-documents.ts'
import { putAway, versionsOf } from './flow-edits.ts'
import { MIRRORED, Staging } from './flow-staging.ts'
import { withHeads } from './guard.ts'

/**
 * Puts the flows of one source into the ledger, as the port says. What comes is staged on this machine first; then,
 * under the guard of the book, documents of the next version are written beside those that stand, and the head commits
 * them all at once. What an import that was cut off left is no version of any head, and the next one clears it away.
 */
export async function importFlows(server: Server, change: FlowImport): Promise<FlowImportResult> {
  const staging = await Staging.open(change)
  try {
    for await (const piece of change.flows) staging.stage(piece)
    staging.staged()
    const id = bookId(change.owner, change.book)
    if (change.dryRun === true) {
      const head = (await byIds(server, bookHeads(server).collection, [id])).get(id)
      return (await classify(server, staging, change, head ?? emptyBook(id))).result
    }
    return await withHeads(server, bookHeads(server), [id], async ({ heads, check }) => {
      const head = heads.get(id)
      if (head !== undefined) await clearLeftovers(server, checkBook(server, head), check)
      const before: BookContent = head ?? emptyBook(id)
      const { result, retires } = await classify(server, staging, change, before)
      const next = await apply(server, staging, change, before, { result, retires, check })
      return { next: next === null ? new Map() : new Map([[id, next]]), result }
    })
  } finally {
    staging.close()
  }
}

type Classified = { readonly result: FlowImportResult; readonly retires: boolean }

async function classify(
  server: Server,
  staging: Staging,
  change: FlowImport,
  head: BookContent,
): Promise<Classified> {
  await mirrorBook(server, staging, change, head)
  await mirrorOthers(server, staging, head)
  staging.mirrorPutAway(await putAway(server, head.owner, await versionsOf(server, head.owner)))
  const { staged, added, sameAsOther, byHand, gone } = staging.classify()
  const retires = change.mode !== 'add'
  return {
    retires,
    result: {
      added,
      sameAsOther,
      unchanged: staged - added - sameAsOther - byHand,
      retired: retires ? gone : 0,
      gone: retires || gone === 0 ? [] : await firstGone(server, staging),
      goneCount: retires ? 0 : gone,
      ...(byHand > 0 ? { byHand } : {}),
    },
  }
}

const PIECE = 1000

async function mirrorBook(
  server: Server,
  staging: Staging,
  { mode, span }: FlowImport,
  head: BookContent,
): Promise<void> {
  const where = standingIn(head.owner, [head])
  if (head.version === 0 || where === null) return
  // What comes lies in the span, so nothing outside of it can be the same or be gone.
  const times = mode === 'span' && span !== undefined ? { time: { $gt: span.after, $lte: span.until } } : {}
  await mirrorAll(server, staging, { ...where, ...times }, () => true)
}

/** Flows of the owner's other books that share a transaction with what is new. */
async function mirrorOthers(server: Server, staging: Staging, { owner, book }: BookContent): Promise<void> {
  let versions: Map<string, number> | null = null
  for (const tx of staging.freshTx()) {
    versions ??= await versionsOf(server, owner)
    const known = versions
    const where = { owner: plain(owner), tx: { $in: tx } }
    await mirrorAll(
      server,
      staging,
      where,
      (document) =>
        document['book'] !== book && stands(document, known.get(text(document['book'] as string)) ?? 0),
    )
  }
}

async function mirrorAll(
  server: Server,
  staging: Staging,
  where: object,
  wanted: (document: FlowDocument) => boolean,
): Promise<void> {
  const projection = Object.fromEntries([...MIRRORED, 'since', 'until'].map((name) => [name, 1]))
  const found = flowCollection(server).find(where as never, { projection, timeoutMode: 'iteration' })
  let piece: FlowDocument[] = []
  for await (const document of found as AsyncIterable<FlowDocument>) {
    if (!wanted(document)) continue
    piece.push(document)
    if (piece.length < PIECE) continue
    staging.mirror(piece)
    piece = []
  }
  staging.mirror(piece)
}

async function firstGone(server: Server, staging: Staging) {
  const ids = staging.firstGone()
  const found = await byIds(server, flowCollection(server), ids)
  return ids.flatMap((id) => {
    const document = found.get(id)
    return document === undefined ? [] : [fromDocument(server, currentFlows, document)]
  })
}

/** Writes what the next version of the book is made of; null when it is the present one. */
async function apply(
  server: Server,
  staging: Staging,
  change: FlowImport,
  before: BookContent,
  { result, retires, check }: Classified & { readonly check: () => void },
): Promise<BookContent | null> {
  const flows = flowCollection(server)
  const version = before.version + 1
  for (const rows of staging.touched()) {
    check()
    const found = await byIds(
      server,
      flows,
      rows.map((row) => text(row['document'])),
    )
    const next = rows.flatMap(({ document, place: _place, ...columns }) => {
      const present = found.get(text(document))
      return present === undefined ? [] : [changedFlow(present, columns, present.until)]
    })
    await upsert(server, flows as unknown as Documents, next)
  }
  for (const rows of staging.added()) {
    check()
    await flows.insertMany(
      rows.map(({ place: _place, ...row }) => flowDocument(row, version)),
      { ordered: false },
    )
  }
  if (retires) {
    for (const rows of staging.gone()) {
      check()
      const found = await byIds(
        server,
        flows,
        rows.map((row) => text(row['document'])),
      )
      const next = [...found.values()].map((each) => changedFlow(each, { retired: change.at }, version))
      await upsert(server, flows as unknown as Documents, next)
    }
  }
  if (result.added + result.retired === 0) return null
  return sealedBook({ ...before, version, months: nextMonths(before.months, staging.moved(retires)) })
}

export function nextMonths(present: readonly BookMonth[], moved: ReadonlyMap<string, number>): BookMonth[] {
  const months = new Map(present.map((each) => [each.month as string, each]))
  for (const [month, n] of moved) {
    const { revision, count } = months.get(month) ?? { revision: 0, count: 0 }
    months.set(month, { month: month as Month, revision: revision + 1, count: count + n })
  }
  return [...months.values()]
}

/** What an import that did not finish left: rows of a version that never came, and rows that went with it. */
export async function clearLeftovers(server: Server, head: BookHead, check: () => void): Promise<void> {
  if (head.dirty !== true) return
  const { owner, book, version } = head
  const flows = flowCollection(server)
  check()
  await flows.deleteMany({ owner, book, since: { $gt: version } })
  let piece: FlowDocument[] = []
  for await (const document of flows.find({ owner, book, until: { $gt: version } } as never)) {
    piece.push(changedFlow(document, { retired: null, ...beforeEdit(document) }, null))
    if (int(piece.length) < PIECE) continue
    await upsert(server, flows as unknown as Documents, piece, check)
    piece = []
  }
  await upsert(server, flows as unknown as Documents, piece, check)
}

/** What an edit that did not finish wrote into a document, taken out again. */
function beforeEdit(document: FlowDocument): Record<string, string | null> {
  if (document['replaced_by'] === null) return {}
  const log = (JSON.parse((document['edits'] as string | null) ?? '[]') as unknown[]).slice(0, -1)
  return { replaced_by: null, edits: log.length === 0 ? null : JSON.stringify(log) }
}
