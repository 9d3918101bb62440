import { rowSum } from '../../rows/checksum.ts'
import { META_CONTENT, type ContentPart, type RowSource, type RowTarget } from '../../rows/content.ts'
import { metaTable } from '../../rows/coins.ts'
import { columnNames, type Row } from '../../rows/row.ts'
import type { RowValue } from '../../rows/checksum.ts'
import type { Db } from '../db.ts'
import { damagedError, storeError } from '../errors.ts'
import { replaceSql, selectSql } from '../sql.ts'

/**
 * All rows of the store as of one moment, read through a connection of its own; writers go on meanwhile.
 * @param checked whether a row that does not match its checksum is an error
 */
export function rowSource(db: Db, checked: boolean): RowSource {
  const side = db.sibling()
  side.sqlite.exec('BEGIN')
  return {
    async *rows(part) {
      try {
        for (const row of side.prepare(selectSql(part.table, tailOf(part))).iterate(PARAMS)) {
          if (checked) refuseDamaged(db.file, part, row)
          yield row
        }
      } catch (error) {
        throw storeError(error, db.file)
      }
    },
    async close() {
      side.sqlite.exec('ROLLBACK')
      side.close()
    },
  }
}

export function rowTarget(db: Db): RowTarget {
  return {
    async put(part, rows) {
      db.write('putContent', () => {
        const insert = db.prepare(replaceSql(part.table))
        for (const row of rows)
          insert.run(Object.fromEntries(columnNames(part.table).map((name) => [name, row[name] ?? null])))
      })
    },
    async finish() {},
  }
}

const PARAMS = { content: JSON.stringify(META_CONTENT) }

function tailOf(part: ContentPart): string {
  const where =
    part.table === metaTable ? 'WHERE key IN (SELECT value FROM json_each(@content))' : "WHERE @content <> ''"
  return `${where} ORDER BY ${part.order.join(', ')}`
}

function refuseDamaged(file: string, part: ContentPart, row: Row): void {
  if (rowSum(columnNames(part.table).map((name) => row[name] as RowValue)) === row['checksum']) return
  const key = part.table.key.map((name) => String(row[name])).join(' ')
  throw damagedError(file, `a row of ${part.table.name} (${key}) does not match its checksum`)
}
