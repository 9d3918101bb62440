import type { Snapshot, SnapshotStore } from '#pipeline/ports.ts'
import { rowSum } from '../rows/checksum.ts'
import { columnNames } from '../rows/row.ts'
import { snapshotTable } from '../rows/snapshots.ts'
import type { Db } from './db.ts'
import { whereKey } from './sql.ts'

/**
 * Times in [from, to) at which anything was valued, one look into the index each: the index begins with the time, and
 * between two of them may stand a hundred thousand portfolios.
 */
const TIMES = `WITH RECURSIVE times (t) AS (
  SELECT min(time) FROM snapshots WHERE time >= @from AND time < @to
  UNION ALL
  SELECT (SELECT min(time) FROM snapshots WHERE time > t AND time < @to) FROM times WHERE t IS NOT NULL
) SELECT t FROM times WHERE t IS NOT NULL`

const NAMES = columnNames(snapshotTable)
const COLUMNS = Object.values(snapshotTable.columns)
const PLACES = NAMES.map(() => '?').join(', ')
const INSERT = `INSERT INTO snapshots (${NAMES.join(', ')}, checksum) VALUES (${PLACES}, ?)
  ON CONFLICT (${snapshotTable.key.join(', ')}) DO UPDATE SET
  ${[...NAMES, 'checksum'].map((name) => `${name} = excluded.${name}`).join(', ')}`
const PRESENT = `SELECT ${NAMES.join(', ')}, checksum FROM snapshots ${whereKey(snapshotTable)}`

export function snapshotStore(db: Db): SnapshotStore {
  return {
    async writeSnapshots(snapshots) {
      return db.write('writeSnapshots', () => {
        const counts = { added: 0, changed: 0, unchanged: 0 }
        for (const snapshot of snapshots) counts[put(db, snapshot)]++
        return counts
      })
    },
    async snapshots({ owner, portfolio, from, to }) {
      const tail = `WHERE owner = @owner AND portfolio = @portfolio AND time IN (${TIMES}) ORDER BY time`
      return db.read(() => db.all(snapshotTable, tail, { owner, portfolio, from, to }))
    },
  }
}

/** What `Db.put` does, with values counted off: of a hundred thousand rows names are a good part of the time. */
function put(db: Db, snapshot: Snapshot): 'added' | 'changed' | 'unchanged' {
  const { owner, portfolio, time } = snapshot
  const values = COLUMNS.map((column) => column(snapshot))
  values.push(rowSum(values))
  const [present] = db.arrays(PRESENT, { owner, portfolio, time })
  // A row that was damaged is another one, be it in its checksum alone: it is mended by being written again.
  if (present !== undefined && values.every((value, at) => value === present[at])) return 'unchanged'
  db.run(INSERT, values)
  return present === undefined ? 'added' : 'changed'
}
