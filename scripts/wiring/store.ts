import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Store } from '#pipeline/ports.ts'
import { openStore } from '#storage/open.ts'
import { storeFile } from './config.ts'

/**
 * The store for a job. With `create`, a missing one is made, and its folder.
 * @throws TidemarkError NOT_INITIALISED when there is none and `create` is false
 */
export async function openForJob(config: Config, create: boolean): Promise<Store> {
  const file = storeFile(config.dataDir)
  if (create) makeFolder(dirname(file))
  return openStore({ kind: config.storage, file, create })
}

/** The store for a command that reads; it works beside a running job and on a read-only disk. */
export async function openForReading(config: Config): Promise<Store> {
  return openStore({ kind: config.storage, file: storeFile(config.dataDir), readOnly: true })
}

/** The store for a command that reads, and keeps what it computed where it can: a read-only disk still answers. */
export async function openForQuery(config: Config): Promise<{ store: Store; writable: boolean }> {
  try {
    return { store: await openForJob(config, false), writable: true }
  } catch (error) {
    const readOnly = error instanceof TidemarkError && error.code === 'STORE_READ_ONLY'
    if (!readOnly) throw error
    return { store: await openForReading(config), writable: false }
  }
}

/** The data folder is private to its user: it says what somebody owns. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new TidemarkError(code === 'EROFS' || code === 'EACCES' ? 'STORE_READ_ONLY' : 'STORE_UNAVAILABLE', {
      message: `The data folder ${folder} cannot be made: ${message}.`,
      fix: 'Give that folder to your user, or name another one with --data-dir or TIDEMARK_DATA_DIR.',
    })
  }
}
