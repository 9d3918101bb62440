import type { LeaseStore, RunStore, UsageStore } from '#pipeline/ports.ts'
import { leaseTable, runTable, usageTable, type Lease } from '../rows/runs.ts'
import type { Table } from '../rows/row.ts'
import type { Server } from './connect.ts'
import { fromDocument, idOf, toDocument, upsert, type Document } from './documents.ts'
import { withHeads } from './guard.ts'
import type { Head, Heads } from './head.ts'
import { collectionOf, type CollectionName } from './schema.ts'

/** Runs, leases and counts of calls. A lease is a head of its own: of two that ask at once, one has its guard. */
export function runStore(server: Server): RunStore & LeaseStore & UsageStore {
  return {
    async writeRun(run) {
      await upsert(collectionOf(server, 'runs'), [toDocument(runTable, run)])
    },
    async runs({ limit, offset }) {
      const found = collectionOf(server, 'runs').find({}).sort({ started: -1, id: -1 }).skip(offset)
      return (await found.limit(limit).toArray()).map((document) => fromDocument(server, runTable, document))
    },
    async acquireLease(name, holder, ttlMs, now) {
      return withLease<LeaseAnswer>(server, name, (present) => {
        if (present !== null && present.holder !== holder && present.expires > now)
          return { next: null, result: { acquired: false, holder: present.holder, expires: present.expires } }
        const expires = now + ttlMs
        return { next: { name, holder, expires }, result: { acquired: true, holder, expires } }
      })
    },
    async renewLease(name, holder, ttlMs, now) {
      return withLease(server, name, (present) => {
        const mine = present?.holder === holder
        return { next: mine ? { name, holder, expires: now + ttlMs } : null, result: mine }
      })
    },
    async releaseLease(name, holder) {
      await withLease(server, name, (present) => ({
        next: present?.holder === holder ? nobody(name) : null,
        result: undefined,
      }))
    },
    async addCalls(provider, month, calls) {
      const id = idOf(provider, month)
      const empty = { provider, month: month as string, calls: 0 }
      return withRow(server, 'usage', usageTable, id, empty, (present) => {
        const total = present.calls + calls
        return { next: { ...present, calls: total }, result: total }
      })
    },
    async calls(provider, month) {
      const document = await collectionOf(server, 'usage').findOne({ _id: idOf(provider, month) })
      return document === null ? 0 : fromDocument(server, usageTable, document).calls
    },
  }
}

type LeaseAnswer = Awaited<ReturnType<LeaseStore['acquireLease']>>

/** A lease that is given back stays as a document, since the number of its guard is in it. */
const nobody = (name: string): Lease => ({ name, holder: '', expires: 0 })

function withLease<T>(
  server: Server,
  name: string,
  decide: (present: Lease | null) => { next: Lease | null; result: T },
): Promise<T> {
  return withRow(server, 'leases', leaseTable, idOf(name), nobody(name), (present) =>
    decide(present.holder === '' ? null : present),
  )
}

type RowHead = Head & Document

/** Reads one row and puts the next in its place, while nobody else does. */
function withRow<R, T>(
  server: Server,
  collection: CollectionName,
  table: Table<R>,
  id: string,
  empty: R,
  decide: (present: R) => { next: R | null; result: T },
): Promise<T> {
  const content = (row: R) => {
    const { _id, ...columns } = toDocument(table, row)
    return columns as Omit<RowHead, keyof Head>
  }
  const heads: Heads<RowHead> = {
    collection: collectionOf<RowHead>(server, collection),
    empty: () => content(empty),
  }
  return withHeads(server, heads, [id], async ({ heads: found, check }) => {
    const head = found.get(id)
    const { next, result } = decide(head === undefined ? empty : fromDocument(server, table, head))
    if (next === null) return { next: new Map(), result }
    check()
    return { next: new Map([[id, content(next)]]), result }
  })
}
