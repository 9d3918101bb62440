import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Store } from '#pipeline/ports.ts'
import { openStore } from '#storage/open.ts'
import { openForReading } from '../../wiring/store.ts'

/** The store for a dry run; where there is none yet, an empty one outside of the data folder, gone when it is closed. */
export async function openForCounting(config: Config): Promise<Store> {
  try {
    return await openForReading(config)
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'NOT_INITIALISED') return emptyStore()
    throw error
  }
}

async function emptyStore(): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-dry-run-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const store = await openStore({ kind: 'embedded', file: join(folder, 'empty.db'), create: true })
  const close = store.close.bind(store)
  return Object.assign(store, { close: () => close().finally(remove) })
}
