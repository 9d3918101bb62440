import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Store } from '#pipeline/ports.ts'
import { placeOf } from '#storage/mongodb/place.ts'
import { openStore, type StoreOptions } from '#storage/open.ts'
import { storeFile } from './config.ts'
import { makeDataFolder, refuseUnfit } from './data-folder.ts'

/** Which store the settings name, and where it lies. */
export function storeOptions(config: Config): StoreOptions {
  if (config.storage === 'embedded') return { kind: 'embedded', file: storeFile(config.dataDir) }
  const { url, token, org, bucket } = config.influx
  const influx = url === null || token === null || org === null ? {} : { influx: { url, token, org, bucket } }
  // Without an address `loadConfig` had refused the kind.
  return { kind: config.storage, mongodbUri: config.mongodbUri ?? '', ...influx }
}

/** How a store is named to people: its file, or its server without user and password. */
export function storeLabel(config: Config): string {
  return config.storage === 'embedded' ? storeFile(config.dataDir) : placeOf(config.mongodbUri ?? '').label
}

/**
 * The store for a job. With `create`, a missing one is made, and its folder.
 * @throws TidemarkError NOT_INITIALISED when there is none and `create` is false; STORE_UNAVAILABLE for a data folder
 * that can hold none
 */
export async function openForJob(config: Config, create: boolean): Promise<Store> {
  if (config.storage === 'embedded') {
    if (create) makeDataFolder(config.dataDir)
    else refuseUnfit(config.dataDir)
  }
  return openStore({ ...storeOptions(config), create })
}

/** The store for a command that reads; it works beside a running job and on a read-only disk. */
export async function openForReading(config: Config): Promise<Store> {
  if (config.storage === 'embedded') refuseUnfit(config.dataDir)
  return openStore({ ...storeOptions(config), readOnly: true })
}

/** The store for a command that reads, and keeps what it computed where it can: a read-only disk still answers. */
export async function openForQuery(
  config: Config,
  create = false,
): Promise<{ store: Store; writable: boolean }> {
  try {
    return { store: await openForJob(config, create), writable: true }
  } catch (error) {
    const readOnly = error instanceof TidemarkError && error.code === 'STORE_READ_ONLY'
    if (!readOnly) throw error
    return { store: await openForReading(config), writable: false }
  }
}
