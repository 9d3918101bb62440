import type { ContentStore } from '../copy.ts'
import { coinStore } from './coins.ts'
import { editStore } from './flow-edits.ts'
import { coverageStore } from './flow-coverage.ts'
import { flowStore } from './flows.ts'
import { gapStore } from './gaps.ts'
import { MIGRATIONS } from './migrations/list.ts'
import { openDb, type EmbeddedOptions } from './open.ts'
import { pnlStore } from './pnl.ts'
import { portfolioStore } from './portfolios.ts'
import { recordStore } from './records.ts'
import { runStore } from './runs.ts'
import { seriesStore } from './series.ts'
import { snapshotStore } from './snapshots.ts'

/** The whole store on one SQLite file. */
export async function openEmbedded(options: EmbeddedOptions): Promise<ContentStore> {
  const db = await openDb(options)
  const migrations = options.migrations ?? MIGRATIONS
  return {
    ...seriesStore(db),
    ...gapStore(db),
    ...coinStore(db),
    ...portfolioStore(db),
    ...flowStore(db),
    ...coverageStore(db),
    ...editStore(db),
    ...recordStore(db),
    ...pnlStore(db),
    ...snapshotStore(db),
    ...runStore(db),
    // Care is loaded when it is asked for: most commands open the store to read it.
    verify: async () => (await import('./care/verify.ts')).verifyFile(db.file, migrations),
    backup: async (file) => (await import('./care/backup.ts')).backupTo(db, file, migrations),
    canonicalHash: async () => (await import('./care/hash.ts')).storeHash(db),
    stats: async () => (await import('./care/stats.ts')).tableStats(db),
    schemaVersion: async () => db.sqlite.pragma('user_version', { simple: true }) as number,
    changeMark: () => String(db.commits()),
    content: {
      source: async () => (await import('./care/content.ts')).rowSource(db, true),
      target: async () => (await import('./care/content.ts')).rowTarget(db),
    },
    async close() {
      db.close()
    },
  }
}
