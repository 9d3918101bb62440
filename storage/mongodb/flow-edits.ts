import { byBytes } from '#core/asset.ts'
import type { Month } from '#core/month.ts'
import type { Flow } from '#core/flow.ts'
import type { FlowEdit, FlowEdits, FlowRestores, LedgerStore } from '#pipeline/ports.ts'
import { editedFlow, flowMonth, flowTable, withEdit, type StoredFlow } from '../rows/flows.ts'
import { toRow } from '../rows/row.ts'
import { bookHeads, bookId, checkBook, emptyBook, sealedBook, type BookContent } from './books.ts'
import type { Server } from './connect.ts'
import { fromDocument, grouped, plain, upsert, type Documents } from './documents.ts'
import { changedFlow, flowCollection, flowDocument, stands, type FlowDocument } from './flow-documents.ts'
import { clearLeftovers, nextMonths } from './flow-import.ts'
import { withHeads } from './guard.ts'

type EditStore = Pick<LedgerStore, 'editFlows' | 'restoreFlows' | 'editedFlows'>

/** Edits of flows by hand: documents of the next version of each book, which its head commits. */
export function editStore(server: Server): EditStore {
  return {
    editFlows: (change) =>
      changeBooks(server, change, change.edits, (book, edits) => edited(server, book, change, edits)),
    restoreFlows: (change) =>
      changeBooks(server, change, change.flows, (book, flows) => restored(server, book, change, flows)),
    async editedFlows(owner, books) {
      const versions = await versionsOf(server, owner)
      const found = await putAway(server, owner, versions)
      return found
        .filter((document) => books.includes(document['book'] as string))
        .map((document) => fromDocument(server, flowTable, document))
        .sort((a, b) => a.time - b.time || byBytes(a.id, b.id))
        .map(editedFlow)
    },
  }
}

/** Documents that an edit put away and that nothing has brought back since, of all books of an owner. */
export async function putAway(
  server: Server,
  owner: string,
  versions: ReadonlyMap<string, number>,
): Promise<FlowDocument[]> {
  const flows = flowCollection(server)
  const where = { owner: plain(owner), replaced_by: { $ne: null } }
  const found = (await flows.find(where as never).toArray()) as FlowDocument[]
  const version = (document: FlowDocument) => versions.get(document['book'] as string) ?? 0
  const gone = found.filter((each) => each.since <= version(each) && !stands(each, version(each)))
  if (gone.length === 0) return []
  const same = { owner: plain(owner), id: { $in: gone.map((each) => plain(each['id'] as string)) } }
  const versionsOfThem = grouped(
    ((await flows.find(same as never).toArray()) as FlowDocument[]).filter(
      (each) => each.since <= version(each),
    ),
    (each) => `${each['book'] as string} ${each['id'] as string}`,
  )
  const isNewest = (each: FlowDocument) =>
    (versionsOfThem.get(`${each['book'] as string} ${each['id'] as string}`) ?? []).every(
      ({ since }) => since <= each.since,
    )
  return gone.filter(isNewest)
}

export async function versionsOf(server: Server, owner: string): Promise<Map<string, number>> {
  const heads = await bookHeads(server)
    .collection.find({ owner: plain(owner) })
    .toArray()
  return new Map(heads.map(({ book, version }) => [book, version]))
}

type Change = {
  readonly documents: readonly FlowDocument[]
  readonly moved: readonly (readonly [Month, number])[]
}
type Named = { readonly book: string; readonly id: string }

/** Writes the next version of each book, or of none when one of the changes cannot be. */
async function changeBooks<T extends Named>(
  server: Server,
  { owner }: { readonly owner: string },
  wanted: readonly T[],
  changeOf: (book: BookContent, own: readonly T[]) => Promise<Change | null>,
): Promise<boolean> {
  const byBook = grouped(wanted, ({ book }) => bookId(owner, book))
  return withHeads(server, bookHeads(server), [...byBook.keys()], async ({ heads, check }) => {
    const next = new Map<string, BookContent>()
    const documents: FlowDocument[] = []
    for (const [id, own] of byBook) {
      const head = heads.get(id)
      if (head !== undefined) await clearLeftovers(server, checkBook(server, head), check)
      const book = head ?? emptyBook(id)
      const change = await changeOf(book, own)
      if (change === null) return { next: new Map<string, BookContent>(), result: false }
      documents.push(...change.documents)
      const moved = change.moved.reduce(
        (months, item) => nextMonths(months, new Map([item])),
        [...book.months],
      )
      next.set(id, sealedBook({ ...book, version: book.version + 1, months: moved }))
    }
    check()
    await upsert(server, flowCollection(server) as unknown as Documents, documents, check)
    return { next, result: true }
  })
}

async function edited(
  server: Server,
  book: BookContent,
  change: FlowEdits,
  edits: FlowEdits['edits'],
): Promise<Change | null> {
  const newest = await newestOf(
    server,
    book,
    edits.flatMap(({ id, put }) => [id, ...(put === null ? [] : [put.id])]),
  )
  const documents: FlowDocument[] = []
  const moved: (readonly [Month, number])[] = []
  const version = book.version + 1
  for (const { id, put } of edits) {
    const present = newest.get(id)
    const before = put === null ? undefined : newest.get(put.id)
    if (present === undefined || !stands(present, book.version)) return null
    if (before !== undefined && stands(before, book.version)) return null
    const flow = fromDocument(server, flowTable, present)
    const log = withEdit(flow.edits, noted(change, change.what, put?.id ?? null))
    documents.push(
      changedFlow(present, { retired: change.at, edits: log, replaced_by: put?.id ?? '' }, version),
    )
    moved.push([flowMonth(flow.time), -1])
    if (put === null) continue
    const earlier = before === undefined ? null : fromDocument(server, flowTable, before).edits
    documents.push(standing(book, put, withEdit(earlier, noted(change, 'made', id)), version))
    moved.push([flowMonth(put.time), 1])
  }
  return { documents, moved }
}

async function restored(
  server: Server,
  book: BookContent,
  change: FlowRestores,
  flows: readonly Named[],
): Promise<Change | null> {
  const newest = await newestOf(
    server,
    book,
    flows.map(({ id }) => id),
  )
  const replacements = [...newest.values()].map((each) => (each['replaced_by'] as string | null) ?? '')
  const standIns = await newestOf(
    server,
    book,
    replacements.filter((id) => id !== ''),
  )
  const documents: FlowDocument[] = []
  const moved: (readonly [Month, number])[] = []
  const version = book.version + 1
  for (const { id } of flows) {
    const present = newest.get(id)
    if (present === undefined || stands(present, book.version)) return null
    const flow = fromDocument(server, flowTable, present)
    if (flow.replacedBy === null || flow.replacedBy === undefined) return null
    const standIn = flow.replacedBy === '' ? null : standIns.get(flow.replacedBy)
    if (standIn === undefined || (standIn !== null && !stands(standIn, book.version))) return null
    if (standIn !== null) {
      documents.push(changedFlow(standIn, { retired: change.at }, version))
      moved.push([flowMonth(fromDocument(server, flowTable, standIn).time), -1])
    }
    const log = withEdit(flow.edits, noted(change, 'restored', flow.replacedBy || null))
    documents.push(standing(book, flow, log, version))
    moved.push([flowMonth(flow.time), 1])
  }
  return { documents, moved }
}

function standing({ owner, book }: BookContent, flow: Flow, edits: string, version: number): FlowDocument {
  const stored: StoredFlow = { ...flow, owner, book, retired: null, edits, replacedBy: null }
  return flowDocument(toRow(flowTable, stored), version)
}

/** The newest document of each id, as of the book's version. */
async function newestOf(
  server: Server,
  { owner, book, version }: BookContent,
  ids: readonly string[],
): Promise<Map<string, FlowDocument>> {
  const newest = new Map<string, FlowDocument>()
  if (ids.length === 0) return newest
  const where = { owner, book, id: { $in: ids.map(plain) } }
  for (const each of (await flowCollection(server)
    .find(where as never)
    .toArray()) as FlowDocument[]) {
    const known = newest.get(each['id'] as string)
    if (each.since <= version && (known === undefined || known.since < each.since))
      newest.set(each['id'] as string, each)
  }
  return newest
}

const noted = (
  { at, who, why }: Pick<FlowEdits, 'at' | 'who' | 'why'>,
  what: FlowEdit['what'],
  other: string | null,
): FlowEdit => ({ at, who, why, what, other })
