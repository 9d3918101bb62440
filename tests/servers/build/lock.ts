import Database from 'better-sqlite3'
import { sleep } from '../until.ts'

/**
 * Does work while no other process holds the lock of this file. SQLite keeps it, so that it ends with its holder,
 * whatever ends that one.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T> | T): Promise<T> {
  const lock = new Database(file, { timeout: 0 })
  try {
    if (!take(lock)) {
      onWait()
      while (!take(lock)) await sleep(300)
    }
    return await work()
  } finally {
    lock.close()
  }
}

function take(lock: Database.Database): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return false
    throw error
  }
}
