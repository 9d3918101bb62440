import type { Table } from '../rows/row.ts'
import type { Server } from './connect.ts'
import { fromDocument, toDocument, type Document } from './documents.ts'
import { withHeads } from './guard.ts'
import type { Head, Heads } from './head.ts'
import { collectionOf, type CollectionName } from './schema.ts'

/** A document of one row that is a head by itself: a lease, a count, the time of a list. */
export type RowHead = Head & Document
export type RowContent = Omit<RowHead, keyof Head>

export function rowContent<R>(table: Table<R>, row: R): RowContent {
  const { _id, ...columns } = toDocument(table, row)
  return columns
}

export function rowHeads<R>(
  server: Server,
  collection: CollectionName,
  table: Table<R>,
  empty: R,
): Heads<RowHead> {
  return { collection: collectionOf<RowHead>(server, collection), empty: () => rowContent(table, empty) }
}

/** Reads one row (`empty` where there is none) and puts the next in its place, while nobody else does. */
export function withRow<R, T>(
  server: Server,
  place: {
    readonly collection: CollectionName
    readonly table: Table<R>
    readonly id: string
    readonly empty: R
  },
  decide: (present: R) => { next: R | null; result: T },
): Promise<T> {
  const { collection, table, id, empty } = place
  return withHeads(server, rowHeads(server, collection, table, empty), [id], async ({ heads, check }) => {
    const head = heads.get(id)
    const { next, result } = decide(head === undefined ? empty : fromDocument(server, table, head))
    if (next === null) return { next: new Map(), result }
    check()
    return { next: new Map([[id, rowContent(table, next)]]), result }
  })
}
