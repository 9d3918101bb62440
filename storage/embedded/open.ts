import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import {
  BUSY_MS,
  configureWriter,
  connectReader,
  connectWriter,
  loadSqlite,
  refuseReadOnly,
  type Sqlite,
} from './connect.ts'
import { Db, type Failpoint } from './db.ts'
import { isBusy, notInitialisedError, storeError, unavailableError } from './errors.ts'
import { refuseLostCommits, schemaVersion, storedCommits } from './identity.ts'
import { latestVersion, migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/list.ts'
import type { Migration } from './migrations/migration.ts'
import { seenCommits } from './seen.ts'

export type EmbeddedOptions = {
  /** Path of the SQLite file. */
  readonly file: string
  /** Only reads; works on a read-only disk too. */
  readonly readOnly?: boolean
  /** Makes the store (and its folder) when there is none. */
  readonly create?: boolean
  /** How long a write waits for another process's, in milliseconds; 15 seconds when left out. */
  readonly busyMs?: number
  /** Called at named points around each write, for crash tests. */
  readonly failpoint?: Failpoint
  /** The steps of the schema; another list only in tests. */
  readonly migrations?: readonly Migration[]
}

/** Opens the store's file and brings its schema up to date. @throws TidemarkError as `openStore` says */
export async function openDb(options: EmbeddedOptions): Promise<Db> {
  const file = resolve(options.file)
  const migrations = options.migrations ?? MIGRATIONS
  const failpoint = options.failpoint ?? (() => {})
  const driver = await loadSqlite()
  refuseMissing(file, options)
  try {
    const reader = options.readOnly === true ? openReader(driver, file, latestVersion(migrations)) : null
    if (reader !== null) return reader
    // A store that is older than this program is taken forward once, also by a command that only reads.
    return await openWriter(driver, { ...options, file, migrations, failpoint })
  } catch (error) {
    throw storeError(error, file)
  }
}

function refuseMissing(file: string, options: EmbeddedOptions): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile()) throw unavailableError(file, new Error('it is no file'))
  // An empty file is what a crash right at the start leaves; one that held commits was cut off.
  if (found === undefined || found.size === 0) {
    refuseLostCommits(file, 0, found === undefined ? 0 : seenCommits(file))
    if (options.readOnly === true || options.create !== true) throw notInitialisedError(file)
  }
}

/** Null when the schema is of an older version. */
function openReader(driver: Sqlite, file: string, latest: number): Db | null {
  const seen = seenCommits(file) // before the store is read, so that a commit in between is no loss
  const { sqlite, connect, release } = connectReader(driver, file)
  const make = (connection: Database, onClose: () => void): Db =>
    new Db(file, connection, { failpoint: () => {}, sibling: () => make(connect(), () => {}), onClose })
  try {
    const version = schemaVersion(sqlite, file, latest)
    refuseLostCommits(file, storedCommits(sqlite), seen)
    if (version === 0) throw notInitialisedError(file)
    if (version === latest) return make(sqlite, release)
    sqlite.close()
    release()
    return null
  } catch (error) {
    sqlite.close()
    release()
    throw error
  }
}

type WriterOptions = EmbeddedOptions & {
  readonly migrations: readonly Migration[]
  readonly failpoint: Failpoint
}

async function openWriter(driver: Sqlite, options: WriterOptions): Promise<Db> {
  const { file, failpoint } = options
  if (options.create === true) mkdirSync(dirname(file), { recursive: true })
  refuseReadOnly(file)
  const seen = seenCommits(file)
  const connect = (): Database => {
    const sqlite = connectWriter(driver, file, options.busyMs ?? BUSY_MS)
    configureWriter(sqlite, file)
    return sqlite
  }
  const sqlite = await patiently(() => prepared(driver, options, seen, connect))
  const make = (connection: Database): Db =>
    new Db(file, connection, { failpoint, sibling: () => make(connect()), onClose: () => {} })
  return make(sqlite)
}

/** Turning a new file to WAL and recovering one after a crash answer "busy" at once, whatever the timeout. */
async function patiently<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (!isBusy(error)) throw error
    const { default: pRetry } = await import('p-retry')
    const shouldRetry = (failed: { readonly error: Error }) => isBusy(failed.error)
    return pRetry(open, { retries: 30, minTimeout: 20, maxTimeout: 500, shouldRetry })
  }
}

async function prepared(
  driver: Sqlite,
  { file, create, busyMs, migrations, failpoint }: WriterOptions,
  seen: number,
  connect: () => Database,
): Promise<Database> {
  const sqlite = connectWriter(driver, file, busyMs ?? BUSY_MS)
  try {
    const latest = latestVersion(migrations)
    const version = schemaVersion(sqlite, file, latest)
    refuseLostCommits(file, storedCommits(sqlite), seen)
    if (version === 0 && create !== true) throw notInitialisedError(file)
    configureWriter(sqlite, file)
    if (version < latest) await migrate(sqlite, file, migrations, connect, failpoint)
    return sqlite
  } catch (error) {
    sqlite.close()
    throw error
  }
}
