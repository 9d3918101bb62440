import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { TidemarkError } from '#core/errors.ts'
import { connectReader, loadSqlite } from '../connect.ts'
import { copyDatabase, removeDatabase } from '../copy.ts'
import type { Db } from '../db.ts'
import { damagedError, isBusy, storeError } from '../errors.ts'
import { schemaVersion } from '../identity.ts'
import { copyBefore, latestVersion } from '../migrate.ts'
import type { Migration } from '../migrations/migration.ts'
import { openDb } from '../open.ts'
import { leaseTable, usageTable } from '../../rows/runs.ts'
import { seenCommits, seenFile } from '../seen.ts'
import { refuseDamaged } from './backup.ts'

/**
 * Makes a copy of a backup, brings it to the present schema and checks it; the backup itself is not touched.
 * @throws TidemarkError INTEGRITY when it is damaged or no store, STORE_NEWER, INPUT_INVALID when it is not there
 */
export async function stageBackup(
  from: string,
  staged: string,
  migrations: readonly Migration[],
): Promise<void> {
  if (!existsSync(from))
    throw new TidemarkError('INPUT_INVALID', {
      message: `There is no backup at ${from}.`,
      fix: 'Name the file that "tidemark backup FILE" wrote.',
    })
  clearStage(staged) // left by a restore that was killed
  try {
    const { sqlite, release } = connectReader(await loadSqlite(), from)
    try {
      if (schemaVersion(sqlite, from, latestVersion(migrations)) === 0)
        throw damagedError(from, 'there is nothing in it')
      await copyDatabase(sqlite, staged)
    } finally {
      sqlite.close()
      release()
    }
  } catch (error) {
    throw storeError(error, resolve(from))
  }
  const copy = await openDb({ file: staged, migrations })
  copy.close()
  rmSync(copyBefore(staged, latestVersion(migrations)), { force: true })
  await refuseDamaged(staged, migrations)
}

/** Deletes a staged copy with all that was made beside it. */
export function clearStage(staged: string): void {
  removeDatabase(staged)
  rmSync(seenFile(staged), { force: true })
}

/** Gives the copy what is no content of a backup: who holds which lease, how much of each quota is used. */
export async function carryOver(
  live: Db | null,
  staged: string,
  file: string,
  migrations: readonly Migration[],
): Promise<void> {
  const copy = await openDb({ file: staged, migrations })
  try {
    const leases = live?.read(() => live.all(leaseTable, '')) ?? []
    const usage = live?.read(() => live.all(usageTable, '')) ?? []
    copy.write('restore', () => {
      copy.sqlite.exec('DELETE FROM leases')
      for (const lease of leases) copy.put(leaseTable, lease)
      for (const present of usage) {
        const known = copy.get(usageTable, { provider: present.provider, month: present.month })
        copy.put(usageTable, { ...present, calls: Math.max(present.calls, known?.calls ?? 0) })
      }
      // Commits are counted on, so that the store never seems to have lost some.
      copy.skipCommits(seenCommits(file))
    })
  } finally {
    copy.close()
  }
}

/**
 * Copies a store into a file that others have open, as one transaction of that file: readers see the old content
 * until it ends and the new one after it, and a crash in between leaves the old. (SQLite's copy writes the pages
 * through the write-ahead log of the destination, whose page size is the same, and raises its schema number, so that
 * other connections compile their statements anew.)
 */
export async function copyInto(staged: string, file: string): Promise<void> {
  const { default: pRetry } = await import('p-retry')
  const driver = await loadSqlite()
  const source = new driver(staged, { readonly: true })
  try {
    await pRetry(
      async () => {
        // While another process writes, the driver's copy ends at once as if it were done, with no page copied.
        const { totalPages } = await source.backup(file, { progress: () => 0x7fffffff })
        if (totalPages === 0) throw new BusyError()
      },
      { retries: 60, minTimeout: 50, maxTimeout: 250, shouldRetry: ({ error }) => isBusy(error) },
    )
  } finally {
    source.close()
  }
}

class BusyError extends Error {
  readonly code = 'SQLITE_BUSY'
}
