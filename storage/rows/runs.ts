import { LOCAL_OWNER } from '#core/portfolio.ts'
import type { Run, RunOutcome } from '#pipeline/ports.ts'
import { int, intOrNull, text, type Table } from './row.ts'

export type Lease = { readonly name: string; readonly holder: string; readonly expires: number }
export type Usage = { readonly provider: string; readonly month: string; readonly calls: number }

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
