import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import { loadSqlite } from './connect.ts'

// Small enough that the process answers between two pieces, large enough that a gigabyte takes seconds.
const PAGES_PER_PIECE = 2000

/**
 * Copies what a connection sees now into a file, by way of a name beside it, and makes it durable.
 * Other processes go on reading and writing meanwhile.
 * @param check looks at the finished copy before it gets its name; throws when it is not good
 */
export async function copyDatabase(
  source: Database,
  target: string,
  check: (part: string) => void | Promise<void> = () => {},
): Promise<void> {
  const part = `${target}.part`
  removeDatabase(part) // left by a copy that was killed
  try {
    // A read transaction held over all pieces pins one moment; without it every commit of others starts the copy anew.
    source.exec('BEGIN')
    source.prepare('SELECT count(*) FROM sqlite_schema').get()
    await source.backup(part, { progress: () => PAGES_PER_PIECE })
    source.exec('COMMIT')
    await makePlain(part)
    syncPath(part)
    await check(part)
    renameSync(part, target)
    syncPath(dirname(target))
  } catch (error) {
    removeDatabase(part)
    throw error
  } finally {
    if (source.inTransaction) source.exec('ROLLBACK')
  }
}

/** Leaves WAL mode, so that the copy is one file that can be read on a disk that cannot be written. */
async function makePlain(file: string): Promise<void> {
  const driver = await loadSqlite()
  const sqlite = new driver(file)
  try {
    sqlite.pragma('journal_mode = DELETE')
  } finally {
    sqlite.close()
  }
}

/** Deletes a database file with all that SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(file + end, { force: true })
}

function syncPath(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
