import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Store } from '#pipeline/ports.ts'
import { openStore } from '#storage/open.ts'
import { storeFile } from './config.ts'
import { makeDataFolder, refuseUnfit } from './data-folder.ts'

/**
 * The store for a job. With `create`, a missing one is made, and its folder.
 * @throws TidemarkError NOT_INITIALISED when there is none and `create` is false; STORE_UNAVAILABLE for a data folder
 * that can hold none
 */
export async function openForJob(config: Config, create: boolean): Promise<Store> {
  if (create) makeDataFolder(config.dataDir)
  else refuseUnfit(config.dataDir)
  return openStore({ kind: config.storage, file: storeFile(config.dataDir), create })
}

/** The store for a command that reads; it works beside a running job and on a read-only disk. */
export async function openForReading(config: Config): Promise<Store> {
  refuseUnfit(config.dataDir)
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
