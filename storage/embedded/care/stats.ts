import type { Db } from '../db.ts'
import { int, text } from '../../rows/row.ts'

/** Rows and bytes on disk of each table, with its indexes. Walks the whole file. */
export function tableStats(db: Db): Record<string, { rows: number; bytes: number }> {
  return db.read(() => {
    const sizes = db
      .prepare(
        `SELECT s.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
         WHERE d.aggregate = TRUE GROUP BY s.tbl_name ORDER BY s.tbl_name`,
      )
      .all({})
    return Object.fromEntries(
      sizes.map((row) => {
        const name = text(row['name'])
        const rows = int(db.prepare(`SELECT count(*) AS n FROM "${name}"`).get({})?.['n'])
        return [name, { rows, bytes: int(row['bytes']) }]
      }),
    )
  })
}
