import type { Database } from 'better-sqlite3'

/**
 * One step of the schema. Released steps are never edited: stores out there have run them. A step that adds a column
 * to a table calls `resum` for it, since checksums are over all columns.
 */
export type Migration = {
  readonly version: number
  up(sqlite: Database): void
}

/** Columns of a table as it stands in the file, without its checksum. */
export function storedColumns(sqlite: Database, table: string): string[] {
  const columns = sqlite.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
  return columns.filter((name) => name !== 'checksum')
}

/** Computes the checksums of a table anew. */
export function resum(sqlite: Database, table: string): void {
  sqlite.exec(`UPDATE "${table}" SET checksum = row_sum(${storedColumns(sqlite, table).join(', ')})`)
}
