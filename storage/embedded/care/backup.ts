import { existsSync, realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { TidemarkError } from '#core/errors.ts'
import { copyDatabase } from '../copy.ts'
import type { Db } from '../db.ts'
import { storeError } from '../errors.ts'
import { openDb } from '../open.ts'
import type { Migration } from '../migrations/migration.ts'
import { contentHash } from './hash.ts'
import { verifyFile } from './verify.ts'

/**
 * Copies the store as it is now into a file, checks the copy, and only then gives it its name (in the place of an
 * older backup there). Readers and writers go on meanwhile.
 * @throws TidemarkError INTEGRITY when the copy is damaged; STORE_FULL and the like name the target
 */
export async function backupTo(
  db: Db,
  path: string,
  migrations: readonly Migration[],
): Promise<{ bytes: number; hash: string }> {
  const target = resolve(path)
  refuseSelf(db.file, target)
  const side = db.sibling()
  try {
    let hash = ''
    await copyDatabase(side.sqlite, target, async (part) => {
      await refuseDamaged(part, migrations)
      hash = await hashOf(part, migrations)
    })
    return { bytes: statSync(target).size, hash }
  } catch (error) {
    throw storeError(error, target)
  } finally {
    side.close()
  }
}

/** @throws TidemarkError INTEGRITY with every damage of a finished copy */
export async function refuseDamaged(file: string, migrations: readonly Migration[]): Promise<void> {
  const { damage } = await verifyFile(file, migrations)
  if (damage.length === 0) return
  throw new TidemarkError('INTEGRITY', {
    message: `${file} is no good copy of a store: ${damage.length} damaged places.`,
    faults: damage.map(({ place, found }) => `${place}: ${found}`),
    fix: 'Run "tidemark verify" on the store it was made from; take an older backup to restore from.',
  })
}

export async function hashOf(file: string, migrations: readonly Migration[]): Promise<string> {
  const copy = await openDb({ file, readOnly: true, migrations })
  try {
    return contentHash(copy)
  } finally {
    copy.close()
  }
}

function refuseSelf(store: string, target: string): void {
  if (!existsSync(target) || realpathSync(target) !== realpathSync(store)) return
  throw new TidemarkError('INPUT_INVALID', {
    message: `${target} is the store itself.`,
    fix: 'Name another file to back up to.',
  })
}
