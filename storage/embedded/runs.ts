import { LOCAL_OWNER } from '#core/portfolio.ts'
import type { LeaseStore, Run, RunOutcome, RunStore, UsageStore } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import { int, intOrNull, text, type Table } from './table.ts'

type Lease = { readonly name: string; readonly holder: string; readonly expires: number }
type Usage = { readonly provider: string; readonly month: string; readonly calls: number }

export const runTable: Table<Run> = {
  name: 'runs',
  key: ['id'],
  columns: {
    id: (run) => run.id,
    owner: () => LOCAL_OWNER,
    command: (run) => run.command,
    started: (run) => run.started,
    finished: (run) => run.finished,
    outcome: (run) => run.outcome,
    exit_code: (run) => run.exitCode,
    summary: (run) => run.summary,
  },
  read: (row) => ({
    id: text(row['id']),
    command: text(row['command']),
    started: int(row['started']),
    finished: intOrNull(row['finished']),
    outcome: text(row['outcome']) as RunOutcome,
    exitCode: intOrNull(row['exit_code']),
    summary: text(row['summary']),
  }),
}

export const leaseTable: Table<Lease> = {
  name: 'leases',
  key: ['name'],
  columns: {
    name: (lease) => lease.name,
    holder: (lease) => lease.holder,
    expires: (lease) => lease.expires,
  },
  read: (row) => ({ name: text(row['name']), holder: text(row['holder']), expires: int(row['expires']) }),
}

export const usageTable: Table<Usage> = {
  name: 'usage',
  key: ['provider', 'month'],
  columns: {
    provider: (usage) => usage.provider,
    month: (usage) => usage.month,
    calls: (usage) => usage.calls,
  },
  read: (row) => ({ provider: text(row['provider']), month: text(row['month']), calls: int(row['calls']) }),
}

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
