import type { Database } from 'better-sqlite3'
import type { Failpoint } from './db.ts'
import { copyDatabase } from './copy.ts'
import { APPLICATION_ID } from './identity.ts'
import type { Migration } from './migrations/migration.ts'

export const latestVersion = (migrations: readonly Migration[]): number => migrations.at(-1)?.version ?? 0

/** Where the store as it was before a change of schema is kept. */
export const copyBefore = (file: string, version: number): string => `${file}.before-v${version}`

/**
 * Takes the schema forward to the last step, in one transaction: a crash leaves the old version or the new one.
 * A store that held something is copied beside itself first, to `<file>.before-v<version>`.
 * @param reader a second connection, to copy from while the first one holds the write lock
 */
export async function migrate(
  sqlite: Database,
  file: string,
  migrations: readonly Migration[],
  reader: () => Database,
  failpoint: Failpoint,
): Promise<void> {
  const latest = latestVersion(migrations)
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have done it while this one waited for the lock.
    const from = sqlite.pragma('user_version', { simple: true }) as number
    if (from < latest) {
      if (from > 0) await keepCopy(reader(), copyBefore(file, latest))
      failpoint('migrate:copied')
      for (const step of migrations.filter(({ version }) => version > from)) {
        step.up(sqlite)
        failpoint('migrate:step')
      }
      sqlite.pragma(`application_id = ${APPLICATION_ID}`)
      sqlite.pragma(`user_version = ${latest}`)
      sqlite
        .prepare("UPDATE meta SET value = @v, checksum = row_sum(key, @v) WHERE key = 'schema'")
        .run({ v: String(latest) })
      failpoint('migrate:written')
    }
    sqlite.exec('COMMIT')
    failpoint('migrate:committed')
  } catch (error) {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK')
    throw error
  }
}

async function keepCopy(reader: Database, target: string): Promise<void> {
  try {
    await copyDatabase(reader, target)
  } finally {
    reader.close()
  }
}
