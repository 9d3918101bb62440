import type { Collection } from 'mongodb'
import { TidemarkError } from '#core/errors.ts'
import { quoted } from '#core/reading.ts'
import { rowSum, type RowValue } from '../rows/checksum.ts'
import { columnNames, toRow, type Row, type Shape, type Table } from '../rows/row.ts'
import type { Server } from './connect.ts'
import { damagedError, isDuplicate } from './errors.ts'
import type { Place } from './place.ts'

/** A row as a document: its columns under their names, `_id` made of its key, and the checksum of its columns. */
export type Document = { readonly _id: string; readonly checksum: number } & {
  readonly [name: string]: unknown
}
export type Documents = Collection<Document>

const HALF_PAIR = /\p{Surrogate}/u

/** `_id` of its parts: percent-encoded, so that no part holds the sign that joins them. */
export function idOf(...parts: readonly (string | number)[]): string {
  return parts
    .map((part) => encodeURIComponent(typeof part === 'number' ? String(part) : plain(part)))
    .join('|')
}

export const idOfRow = (table: Shape, row: Row): string =>
  idOf(...table.key.map((name) => row[name] as string | number))

/**
 * A text that a filter or a document may hold. What is no text (`{ $gt: '' }` sent as a name) would be obeyed by the
 * server; half of a surrogate pair cannot be written in UTF-8 and would come back as another text.
 * @throws TidemarkError INPUT_INVALID
 */
export function plain(value: string): string {
  if (typeof value !== 'string') throw refused(`a ${typeof value} stands where a text is meant`)
  if (HALF_PAIR.test(value))
    throw refused(`${quoted(value)} holds half of a surrogate pair, which is no text in UTF-8`)
  return value
}

/** The document of a value. @throws TidemarkError INPUT_INVALID before anything is written */
export function toDocument<T>(table: Table<T>, value: T): Document {
  return documentOf(table, toRow(table, value))
}

export function documentOf(table: Shape, row: Row): Document {
  const values = checkedValues(table, row)
  const columns = Object.fromEntries(columnNames(table).map((name, at) => [name, values[at]]))
  return { _id: idOfRow(table, row), ...columns, checksum: rowSum(values) }
}

/** The value in a document. @throws TidemarkError INTEGRITY when it does not match its checksum */
export function fromDocument<T>(place: Place, table: Table<T>, document: Document): T {
  return table.read(checkedRow(place, table, document))
}

export function checkedRow(place: Place, table: Shape, document: Document): Row {
  if (!isSound(table, document))
    throw damagedError(place, `a document of ${table.name} (${document._id}) does not match its checksum`)
  return rowOf(table, document)
}

export function rowOf(table: Shape, document: Document): Row {
  return Object.fromEntries(columnNames(table).map((name) => [name, document[name] as RowValue]))
}

export function isSound(table: Shape, document: Document): boolean {
  return rowSum(columnNames(table).map((name) => document[name] as RowValue)) === document.checksum
}

/**
 * Documents by their ids, in no order; those that do not exist are left out. FerretDB reads a whole collection for
 * every question but that for one id.
 */
export async function byIds<D extends { _id: string }>(
  server: Server,
  collection: Collection<D>,
  ids: readonly string[],
): Promise<Map<string, D>> {
  const found = new Map<string, D>()
  const add = (document: D | null) => document !== null && found.set(document._id, document)
  if (server.atomic) {
    for (const some of pieces(ids, 1000))
      for await (const document of collection.find({ _id: { $in: some } } as never)) add(document as D)
    return found
  }
  await inWidth(ids, 8, async (id) => void add((await collection.findOne({ _id: id } as never)) as D | null))
  return found
}

/**
 * Updates in one message. FerretDB keeps a connection to its disk for each until the message is done, and has a hundred
 * for all: with more it waits for itself for ever.
 */
export const perMessage = ({ atomic }: Server): number => (atomic ? 1000 : 20)

/** Writes in pieces below the limits of a message; the driver splits further where a piece is too many bytes. */
export async function upsert(
  server: Server,
  collection: Documents,
  documents: readonly Document[],
  check: () => void = () => undefined,
): Promise<void> {
  for (const some of pieces(documents, perMessage(server))) {
    check()
    const operations = some.map(({ _id, ...replacement }) => ({
      replaceOne: { filter: { _id }, replacement, upsert: true },
    }))
    await collection.bulkWrite(operations, { ordered: false })
  }
}

/** Puts documents that differ from those that are there; says what became of them, one after the other. */
export async function putAll(
  server: Server,
  collection: Documents,
  documents: readonly Document[],
): Promise<{ added: number; changed: number; unchanged: number }> {
  const counts = { added: 0, changed: 0, unchanged: 0 }
  const present = await byIds(server, collection, [...new Set(documents.map(({ _id }) => _id))])
  const next = new Map(present)
  for (const document of documents) {
    const before = next.get(document._id)
    counts[before === undefined ? 'added' : before.checksum === document.checksum ? 'unchanged' : 'changed']++
    next.set(document._id, document)
  }
  const differing = [...next.values()].filter((each) => present.get(each._id)?.checksum !== each.checksum)
  await insertFresh(
    server,
    collection,
    differing.filter(({ _id }) => !present.has(_id)),
  )
  await upsert(
    server,
    collection,
    differing.filter(({ _id }) => present.has(_id)),
  )
  return counts
}

/** Inserts in pieces, which costs a fraction of upserts; where somebody was faster with one, it is replaced. */
export async function insertFresh(
  server: Server,
  collection: Documents,
  documents: readonly Document[],
  check: () => void = () => undefined,
): Promise<void> {
  for (const some of pieces(documents, 1000)) {
    check()
    try {
      await collection.insertMany(some, { ordered: false })
    } catch (error) {
      if (!isDuplicate(error)) throw error
      await upsert(server, collection, some)
    }
  }
}

/** Deletes by id; what is not there is no error. */
export async function removeIds<D extends { _id: string }>(
  server: Server,
  collection: Collection<D>,
  ids: readonly string[],
): Promise<void> {
  const documents = collection as unknown as Documents
  if (server.atomic) {
    for (const some of pieces(ids, 1000)) await documents.deleteMany({ _id: { $in: some } })
    return
  }
  const deletes = ids.map((_id) => ({ deleteOne: { filter: { _id } } }))
  for (const some of pieces(deletes, perMessage(server))) await documents.bulkWrite(some, { ordered: false })
}

/** Values by a name that each has, in the order in which the names came. */
export function grouped<T, K>(values: readonly T[], nameOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const value of values) {
    const group = groups.get(nameOf(value))
    if (group === undefined) groups.set(nameOf(value), [value])
    else group.push(value)
  }
  return groups
}

export function pieces<T>(values: readonly T[], size: number): T[][] {
  const all: T[][] = []
  for (let at = 0; at < values.length; at += size) all.push(values.slice(at, at + size))
  return all
}

/** Does work for each value, at most `width` at a time; the first error ends it. */
export async function inWidth<T>(
  values: readonly T[],
  width: number,
  work: (value: T) => Promise<void>,
): Promise<void> {
  const queue = values.values()
  const worker = async () => {
    for (const value of queue) await work(value)
  }
  await Promise.all(Array.from({ length: Math.min(width, values.length) }, worker))
}

function checkedValues(table: Shape, row: Row): RowValue[] {
  return columnNames(table).map((name) => {
    const value = row[name] as RowValue
    if (typeof value === 'string') return plain(value)
    if (value === null || value instanceof Uint8Array) return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw refused(
      `the column ${name} of ${table.name} holds ${typeof value === 'number' ? value : `a ${typeof value}`}`,
    )
  })
}

function refused(found: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `What was given cannot be stored: ${found}. Nothing was written.`,
    fix: 'Mend the name, note or file that it comes from, then run it again.',
  })
}
