import { byBytes } from '#core/asset.ts'
import type { Month } from '#core/month.ts'
import type { LedgerStore } from '#pipeline/ports.ts'
import { rowSum } from '../rows/checksum.ts'
import { widened } from '../rows/flow-coverage.ts'
import type { Server } from './connect.ts'
import { byIds, idOf, plain } from './documents.ts'
import { damagedError } from './errors.ts'
import { withHeads } from './guard.ts'
import type { Head, Heads } from './head.ts'
import { collectionOf } from './schema.ts'

export type BookMonth = { readonly month: Month; readonly revision: number; readonly count: number }
export type Range = { readonly from: number; readonly to: number }

/**
 * What stands of the flows of a book: those that came with `version` or before and had not gone by then
 * (docs/decisions/0013).
 */
export type BookContent = {
  readonly owner: string
  readonly book: string
  readonly version: number
  readonly months: readonly BookMonth[]
  readonly coverage: readonly Range[]
  readonly checksum: number
}
export type BookHead = Head & BookContent

export const bookId = (owner: string, book: string): string => idOf(owner, book)

export const bookHeads = (server: Server): Heads<BookHead> => ({
  collection: collectionOf<BookHead>(server, 'books'),
  empty: emptyBook,
})

export function emptyBook(id: string): BookContent {
  const [owner, book] = id.split('|').map(decodeURIComponent) as [string, string]
  return sealedBook({ owner, book, version: 0, months: [], coverage: [] })
}

export function sealedBook(content: Omit<BookContent, 'checksum'>): BookContent {
  const { owner, book, version } = content
  const months = [...content.months].sort((a, b) => byBytes(a.month, b.month))
  const coverage = [...content.coverage].sort((a, b) => a.from - b.from)
  return {
    owner,
    book,
    version,
    months,
    coverage,
    checksum: sumOf({ owner, book, version, months, coverage }),
  }
}

export const isSoundBook = (head: BookContent): boolean => sumOf(head) === head.checksum

/** Heads of books in the order of their names; those without one have no flows. */
export async function readBooks(
  server: Server,
  owner: string,
  books: readonly string[],
): Promise<BookHead[]> {
  const ids = [...new Set(books)].map((book) => bookId(owner, book))
  const found = await byIds(server, bookHeads(server).collection, ids)
  for (const head of found.values()) checkBook(server, head)
  return [...found.values()].sort((a, b) => byBytes(a.book, b.book))
}

export function checkBook(server: Server, head: BookHead): BookHead {
  if (!isSoundBook(head))
    throw damagedError(server, `the head of the book ${head._id} does not match its checksum`)
  return head
}

type BookStore = Pick<LedgerStore, 'flowBooks' | 'flowMonths' | 'coverFlows' | 'flowCoverage'>

export function bookStore(server: Server): BookStore {
  return {
    async flowBooks({ from, to }) {
      const { collection } = bookHeads(server)
      const where = { owner: { $gte: plain(from), $lte: plain(to) } }
      const found = await collection.find(where).sort({ owner: 1, book: 1 }).toArray()
      return found
        .map((head) => checkBook(server, head))
        .filter(({ months }) => months.some(({ count }) => count > 0))
        .map(({ owner, book }) => ({ owner, book }))
    },
    async flowMonths(owner, books) {
      const heads = await readBooks(server, owner, books)
      return heads.flatMap(({ book, months }) =>
        months.filter(({ count }) => count > 0).map((month) => ({ book, ...month })),
      )
    },
    async coverFlows(owner, book, from, to) {
      const id = bookId(owner, book)
      await withHeads(server, bookHeads(server), [id], async ({ heads, check }) => {
        const head = heads.get(id) ?? emptyBook(id)
        const present = head.coverage.map((range) => ({ owner, book, ...range }))
        const next = widened(present, { owner, book, from, to })
        if (next === null) return { next: new Map(), result: undefined }
        check()
        const kept = present.filter((range) => !next.touching.includes(range))
        const coverage = [...kept, next.range].map((range) => ({ from: range.from, to: range.to }))
        return { next: new Map([[id, sealedBook({ ...head, coverage })]]), result: undefined }
      })
    },
    async flowCoverage(owner, books) {
      const heads = await readBooks(server, owner, books)
      return heads.flatMap(({ book, coverage }) => {
        const newest = coverage.at(-1)
        return newest === undefined ? [] : [{ book, ...newest }]
      })
    },
  }
}

function sumOf({ owner, book, version, months, coverage }: Omit<BookContent, 'checksum'>): number {
  const lists = [
    months.map(({ month, revision, count }) => [month, revision, count]),
    coverage.map(({ from, to }) => [from, to]),
  ]
  return rowSum([owner, book, version, JSON.stringify(lists)])
}
