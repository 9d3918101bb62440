import type { RowValue } from '../rows/checksum.ts'
import { flowTable } from '../rows/flows.ts'
import type { Row } from '../rows/row.ts'
import type { BookHead } from './books.ts'
import type { Server } from './connect.ts'
import { documentOf, idOf, rowOf, type Document } from './documents.ts'
import { collectionOf } from './schema.ts'

/**
 * A flow with the versions of its book in which it stands: from `since` on and before `until`. A row that comes again
 * after it was retired is a document of its own.
 */
export type FlowDocument = Document & { readonly since: number; readonly until: number | null }

export const flowCollection = (server: Server) => collectionOf<FlowDocument>(server, 'flows')

export function flowDocument(row: Row, since: number, until: number | null = null): FlowDocument {
  const { _id, ...columns } = documentOf(flowTable, row)
  return { ...columns, _id: `${_id}|${idOf(since)}`, since, until }
}

/** The same flow with other values in some columns. */
export function changedFlow(
  document: FlowDocument,
  columns: Record<string, RowValue>,
  until: number | null,
): FlowDocument {
  return flowDocument({ ...rowOf(flowTable, document), ...columns }, document.since, until)
}

/** What finds the flows that stand in the versions given, or null where there can be none. */
export function standingIn(owner: string, books: readonly Pick<BookHead, 'book' | 'version'>[]) {
  const terms = books.map(({ book, version }) => ({
    book,
    since: { $lte: version },
    $or: [{ until: null }, { until: { $gt: version } }],
  }))
  const [first, ...others] = terms
  if (first === undefined) return null
  return others.length === 0 ? { owner, ...first } : { owner, $or: terms }
}

export const stands = ({ since, until }: FlowDocument, version: number): boolean =>
  since <= version && (until === null || until > version)
