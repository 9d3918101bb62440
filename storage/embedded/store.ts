import type { Store } from '#pipeline/ports.ts'
import { backupTo } from './care/backup.ts'
import { contentHash } from './care/hash.ts'
import { tableStats } from './care/stats.ts'
import { verifyFile } from './care/verify.ts'
import { coinStore } from './coins.ts'
import { coverageStore } from './flow-coverage.ts'
import { flowStore } from './flows.ts'
import { gapStore } from './gaps.ts'
import { MIGRATIONS } from './migrations/list.ts'
import { openDb, type EmbeddedOptions } from './open.ts'
import { pnlStore } from './pnl.ts'
import { portfolioStore } from './portfolios.ts'
import { runStore } from './runs.ts'
import { seriesStore } from './series.ts'

/** The whole store on one SQLite file. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Store> {
  const db = await openDb(options)
  const migrations = options.migrations ?? MIGRATIONS
  return {
    ...seriesStore(db),
    ...gapStore(db),
    ...coinStore(db),
    ...portfolioStore(db),
    ...flowStore(db),
    ...coverageStore(db),
    ...pnlStore(db),
    ...runStore(db),
    verify: () => verifyFile(db.file, migrations),
    backup: (file) => backupTo(db, file, migrations),
    async canonicalHash() {
      return contentHash(db)
    },
    async stats() {
      return tableStats(db)
    },
    async close() {
      db.close()
    },
  }
}
