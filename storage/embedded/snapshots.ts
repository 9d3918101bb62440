import type { SnapshotStore } from '#pipeline/ports.ts'
import { snapshotTable } from '../rows/snapshots.ts'
import type { Db } from './db.ts'

/**
 * Times in [from, to) at which anything was valued, one look into the index each: the index begins with the time, and
 * between two of them may stand a hundred thousand portfolios.
 */
const TIMES = `WITH RECURSIVE times (t) AS (
  SELECT min(time) FROM snapshots WHERE time >= @from AND time < @to
  UNION ALL
  SELECT (SELECT min(time) FROM snapshots WHERE time > t AND time < @to) FROM times WHERE t IS NOT NULL
) SELECT t FROM times WHERE t IS NOT NULL`

export function snapshotStore(db: Db): SnapshotStore {
  return {
    async writeSnapshots(snapshots) {
      return db.write('writeSnapshots', () => {
        const counts = { added: 0, changed: 0, unchanged: 0 }
        for (const snapshot of snapshots) counts[db.put(snapshotTable, snapshot)]++
        return counts
      })
    },
    async snapshots({ owner, portfolio, from, to }) {
      const tail = `WHERE owner = @owner AND portfolio = @portfolio AND time IN (${TIMES}) ORDER BY time`
      return db.read(() => db.all(snapshotTable, tail, { owner, portfolio, from, to }))
    },
  }
}
