import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { TidemarkError } from '#core/errors.ts'
import { copyDatabase } from '../copy.ts'
import type { Db } from '../db.ts'
import { storeError } from '../errors.ts'
import { APPLICATION_ID } from '../identity.ts'
import { openDb } from '../open.ts'
import type { Migration } from '../migrations/migration.ts'
import { storeHash } from './hash.ts'
import { verifyFile } from './verify.ts'

/**
 * Copies the store as it is now into a file, checks the copy, and only then gives it its name (in the place of an
 * older backup there). Readers and writers go on meanwhile.
 * @throws TidemarkError INPUT_INVALID when the target is the store itself, is something else than a store, or its
 * folder is missing; INTEGRITY when the copy is damaged; STORE_FULL and the like name the target
 */
export async function backupTo(
  db: Db,
  path: string,
  migrations: readonly Migration[],
): Promise<{ bytes: number; hash: string }> {
  const target = resolve(path)
  refuseSelf(db.file, target)
  refuseUnfit(target)
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
    return await storeHash(copy)
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

/** An earlier backup may be replaced; anything else that bears the name was hardly meant. */
function refuseUnfit(target: string): void {
  const folder = dirname(target)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new TidemarkError('INPUT_INVALID', {
      message: `There is no folder ${folder} to write the backup to.`,
      fix: 'Make that folder, or name another file.',
    })
  }
  const found = statSync(target, { throwIfNoEntry: false })
  if (found === undefined || (found.isFile() && isStore(target))) return
  throw new TidemarkError('INPUT_INVALID', {
    message: `The backup would overwrite ${target}, which is no Tidemark store; choose another name.`,
    fix: 'Name a file that is not there yet, or an earlier backup.',
  })
}

// The header of a SQLite file: its first 16 bytes say so, the application id stands at byte 68.
const HEADER_BYTES = 100
const SQLITE = 'SQLite format 3\0'

function isStore(file: string): boolean {
  const header = Buffer.alloc(HEADER_BYTES)
  const fd = openSync(file, 'r')
  try {
    readSync(fd, header, 0, HEADER_BYTES, 0)
  } finally {
    closeSync(fd)
  }
  return header.toString('latin1', 0, 16) === SQLITE && header.readUInt32BE(68) === APPLICATION_ID
}
