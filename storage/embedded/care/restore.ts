import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { TidemarkError } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import { copyDatabase } from '../copy.ts'
import type { Db, Failpoint } from '../db.ts'
import { storeError } from '../errors.ts'
import { MIGRATIONS } from '../migrations/list.ts'
import type { Migration } from '../migrations/migration.ts'
import { openDb } from '../open.ts'
import { runStore } from '../runs.ts'
import { hashOf, refuseDamaged } from './backup.ts'
import { carryOver, clearStage, copyInto, stageBackup } from './stage.ts'

const LEASE = 'pipeline'
const LEASE_MS = 30 * 60_000

export type RestoreOptions = {
  /** The store to bring back; made when there is none. */
  readonly file: string
  /** A backup, or any other store file. */
  readonly from: string
  /** Who takes the lease meanwhile, and the time now in milliseconds since 1970. */
  readonly holder: string
  readonly now: number
  readonly failpoint?: Failpoint
  /** The steps of the schema; another list only in tests. */
  readonly migrations?: readonly Migration[]
}
/** Where the store that was there has been kept (null when there was none), and the hash of what is there now. */
export type Restored = { readonly savedAs: string | null; readonly bytes: number; readonly hash: string }

/**
 * Puts a backup in the place of a store, beside running readers: they see it at their next query. The backup is copied
 * and checked first, the present store is kept beside its file, and jobs are kept out by the lease `pipeline`.
 * @throws TidemarkError LEASE_HELD while a job runs, INTEGRITY when the backup is damaged, INPUT_INVALID when there is
 *   none; the store is then as it was
 */
export async function restoreEmbedded(options: RestoreOptions): Promise<Restored> {
  const file = resolve(options.file)
  const from = resolve(options.from)
  const migrations = options.migrations ?? MIGRATIONS
  const existed = existsSync(file)
  const staged = `${file}.restore`
  const live = existed ? await unlessDamaged(openDb({ file, migrations })) : null
  try {
    await takeLease(live, options)
    mkdirSync(dirname(file), { recursive: true })
    await stageBackup(from, staged, migrations)
    options.failpoint?.('restore:staged')
    const savedAs = existed ? await keepPresent(live, file, options.now) : null
    options.failpoint?.('restore:saved')
    await carryOver(live, staged, file, migrations)
    if (existed && live === null) clearDamaged(file)
    options.failpoint?.('restore:copying')
    await copyInto(staged, file)
    options.failpoint?.('restore:copied')
    // A commit of ours after the copy makes it durable: the driver's copy does not wait for the disk.
    await giveBackLease(live, options)
    await refuseDamaged(file, migrations)
    return { savedAs, bytes: statSync(file).size, hash: await hashOf(file, migrations) }
  } catch (error) {
    await giveBackLease(live, options)
    throw storeError(error, file)
  } finally {
    live?.close()
    clearStage(staged)
  }
}

async function unlessDamaged<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'INTEGRITY') return null
    throw error
  }
}

async function takeLease(live: Db | null, { holder, now }: RestoreOptions): Promise<void> {
  // A store too damaged to hold a lease is one that no job works on.
  const taken =
    live === null ? null : await unlessDamaged(runStore(live).acquireLease(LEASE, holder, LEASE_MS, now))
  if (taken === null || taken.acquired) return
  throw new TidemarkError('LEASE_HELD', {
    message: `A job is running (${taken.holder}, until ${formatTime(taken.expires)} at the latest).`,
    fix: 'Stop it, or wait until it has ended, then restore again.',
  })
}

/** Keeps what is there, damaged or not, beside the store. */
async function keepPresent(live: Db | null, file: string, now: number): Promise<string> {
  const target = `${file}.before-restore-${formatTime(now).replaceAll(/[-:]/g, '')}`
  const copied = live === null ? null : await unlessDamaged(copyPresent(live, target))
  if (copied === null) {
    copyFileSync(file, target)
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${target}-wal`)
  }
  return target
}

async function copyPresent(live: Db, target: string): Promise<true> {
  const side = live.sibling()
  try {
    await copyDatabase(side.sqlite, target)
    return true
  } catch (error) {
    throw storeError(error, live.file)
  } finally {
    side.close()
  }
}

/** Empties, in its place, a file that nobody can read as a store, so that one can be copied into it. */
function clearDamaged(file: string): void {
  truncateSync(file)
  for (const end of ['-wal', '-shm', '-journal']) rmSync(file + end, { force: true })
}

async function giveBackLease(live: Db | null, { holder }: RestoreOptions): Promise<void> {
  if (live !== null) await unlessDamaged(runStore(live).releaseLease(LEASE, holder))
}
