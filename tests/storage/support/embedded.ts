import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Store } from '#pipeline/ports.ts'
import type { EmbeddedOptions } from '#storage/embedded/open.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'

/** A path for a store that is gone with the running test. */
export const newFile = (): string => join(temporaryFolder(), 'tidemark.db')

/** Opens a store file for the running test; made when there is none. */
export async function openFile(file: string, more: Partial<EmbeddedOptions> = {}): Promise<Store> {
  const store = await openStore({ kind: 'embedded', file, create: true, ...more })
  onTestFinished(() => store.close())
  return store
}
