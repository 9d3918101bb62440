import type { LeaseStore, RunStore, UsageStore } from '#pipeline/ports.ts'
import { leaseTable, runTable, usageTable, type Lease } from '../rows/runs.ts'
import type { Server } from './connect.ts'
import { fromDocument, idOf, toDocument, upsert } from './documents.ts'
import { withRow } from './row-head.ts'
import { collectionOf } from './schema.ts'
import { serverAhead } from './server-clock.ts'

/**
 * Runs, leases and counts of calls. A lease is a head of its own: of two that ask at once, one has its guard. It runs out
 * by the server's clock.
 */
export function runStore(server: Server): RunStore & LeaseStore & UsageStore {
  return {
    async writeRun(run) {
      await upsert(server, collectionOf(server, 'runs'), [toDocument(runTable, run)])
    },
    async runs({ limit, offset }) {
      if (limit <= 0) return []
      const found = collectionOf(server, 'runs').find({}).sort({ started: -1, id: -1 }).skip(offset)
      return (await found.limit(limit).toArray()).map((document) => fromDocument(server, runTable, document))
    },
    async acquireLease(name, holder, ttlMs, now) {
      const ahead = await serverAhead(server)
      const there = now + ahead
      return withLease<LeaseAnswer>(server, name, (present) => {
        // The caller is told in the time of its own clock.
        const told = (acquired: boolean, lease: Lease) => ({
          acquired,
          holder: lease.holder,
          expires: lease.expires - ahead,
        })
        if (present !== null && present.holder !== holder && present.expires > there)
          return { next: null, result: told(false, present) }
        const next = { name, holder, expires: there + ttlMs }
        return { next, result: told(true, next) }
      })
    },
    async renewLease(name, holder, ttlMs, now) {
      const expires = now + (await serverAhead(server)) + ttlMs
      return withLease(server, name, (present) => {
        const mine = present?.holder === holder
        return { next: mine ? { name, holder, expires } : null, result: mine }
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
      return withRow(server, { collection: 'usage', table: usageTable, id, empty }, (present) => {
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
  const place = { collection: 'leases', table: leaseTable, id: idOf(name), empty: nobody(name) } as const
  return withRow(server, place, (present) =>
    decide(present.holder === '' && present.expires === 0 ? null : present),
  )
}
