import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type Driver from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { rowSum, type RowValue } from '../rows/checksum.ts'
import { errorCode, readOnlyError, unavailableError } from './errors.ts'

/** How long a connection waits for another process's lock. */
export const BUSY_MS = 15_000
const PAGE_BYTES = 8192
/** The write-ahead log is cut back to this after a large import. */
const WAL_BYTES = 64 * 1024 * 1024

export type Sqlite = typeof Driver

/** The first line of Node that the driver's version 13 takes, and the one that version 12 is no longer safe on. */
const NODE_FOR_13 = 22

/**
 * The driver is a native addon; it is loaded when a store is opened, not when this module is imported. Which version
 * is the line of Node's to say (docs/decisions/0009); two of them in one process would not see each other's locks.
 */
export async function loadSqlite(): Promise<Sqlite> {
  const old = Number.parseInt(process.versions.node) < NODE_FOR_13
  return (await (old ? import('better-sqlite3') : import('better-sqlite3-13'))).default
}

/** A connection that writes. Settings that SQLite does not keep in the file are set on each one. */
export function connectWriter(driver: Sqlite, file: string, busyMs: number): Database {
  const sqlite = new driver(file, { timeout: busyMs })
  withFunctions(sqlite)
  return sqlite
}

/** The rest of a writer's settings, once it is known that the file is ours (this changes the file). */
export function configureWriter(sqlite: Database, file: string): void {
  sqlite.pragma(`page_size = ${PAGE_BYTES}`) // only has a meaning for a new file
  const mode = sqlite.pragma('journal_mode = WAL', { simple: true })
  if (mode !== 'wal')
    throw unavailableError(
      file,
      new Error(`its file system cannot hold a write-ahead log (mode ${String(mode)})`),
    )
  // A reopened file falls back to NORMAL, which a power cut punishes.
  sqlite.pragma('synchronous = FULL')
  sqlite.pragma('foreign_keys = ON')
  sqlite.pragma(`journal_size_limit = ${WAL_BYTES}`)
}

/** @throws TidemarkError STORE_READ_ONLY or STORE_UNAVAILABLE when the file or its folder cannot be written */
export function refuseReadOnly(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK | constants.X_OK)
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw unavailableError(file, error as Error)
    throw readOnlyError(file, error)
  }
}

export type Reader = {
  readonly sqlite: Database
  readonly connect: () => Database
  readonly release: () => void
}

/**
 * A connection that only reads. In WAL mode SQLite wants to write beside a file even to read it. Where it cannot
 * (read-only disk) the file, with the log that a crash may have left, is copied to a temporary folder and read there.
 */
export function connectReader(driver: Sqlite, file: string): Reader {
  try {
    return reader(driver, file, () => {})
  } catch (error) {
    if (!/^SQLITE_(CANTOPEN|READONLY|PERM|IOERR)/.test(errorCode(error))) throw error
    accessSync(file, constants.R_OK)
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-read-'))
    const copy = join(folder, basename(file))
    copyFileSync(file, copy)
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`)
    return reader(driver, copy, () => rmSync(folder, { recursive: true, force: true }))
  }
}

export function withFunctions(sqlite: Database): Database {
  sqlite.function('row_sum', { varargs: true, deterministic: true }, (...values: unknown[]) =>
    rowSum(values as RowValue[]),
  )
  return sqlite
}

function reader(driver: Sqlite, file: string, release: () => void): Reader {
  const connect = () =>
    withFunctions(new driver(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS }))
  let sqlite: Database | null = null
  try {
    sqlite = connect()
    // SQLite opens the file at the first statement.
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get()
    return { sqlite, connect, release }
  } catch (error) {
    sqlite?.close()
    release()
    throw error
  }
}
