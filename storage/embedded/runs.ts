import type { LeaseStore, RunStore, UsageStore } from '#pipeline/ports.ts'
import { leaseTable, runTable, usageTable } from '../rows/runs.ts'
import type { Db } from './db.ts'

export function runStore(db: Db): RunStore & LeaseStore & UsageStore {
  return {
    async writeRun(run) {
      db.write('writeRun', () => db.put(runTable, run))
    },
    async runs({ limit, offset }) {
      const tail = 'ORDER BY started DESC, id DESC LIMIT @limit OFFSET @offset'
      return db.read(() => db.all(runTable, tail, { limit, offset }))
    },
    async acquireLease(name, holder, ttlMs, now) {
      // Read and taken under the write lock: of two that ask at once, one sees the other's row.
      return db.write('acquireLease', () => {
        const present = db.get(leaseTable, { name })
        if (present !== null && present.holder !== holder && present.expires > now)
          return { acquired: false, holder: present.holder, expires: present.expires }
        const expires = now + ttlMs
        db.put(leaseTable, { name, holder, expires })
        return { acquired: true, holder, expires }
      })
    },
    async renewLease(name, holder, ttlMs, now) {
      return db.write('renewLease', () => {
        const present = db.get(leaseTable, { name })
        if (present?.holder !== holder) return false
        db.put(leaseTable, { name, holder, expires: now + ttlMs })
        return true
      })
    },
    async releaseLease(name, holder) {
      db.write('releaseLease', () => {
        if (db.get(leaseTable, { name })?.holder === holder) db.remove(leaseTable, { name })
      })
    },
    async addCalls(provider, month, calls) {
      return db.write('addCalls', () => {
        const total = (db.get(usageTable, { provider, month })?.calls ?? 0) + calls
        db.put(usageTable, { provider, month, calls: total })
        return total
      })
    },
    async calls(provider, month) {
      return db.read(() => db.get(usageTable, { provider, month })?.calls ?? 0)
    },
  }
}
