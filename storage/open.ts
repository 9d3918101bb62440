import type { ContentStore } from './copy.ts'
import type { EmbeddedOptions } from './embedded/open.ts'
import type { ServerOptions } from './mongodb/open.ts'

/** Which store, and where. */
export type StoreOptions = ({ readonly kind: 'embedded' } & EmbeddedOptions) | ServerOptions

/**
 * Opens a store, ready for use. The driver behind it is loaded now, not when this module is imported.
 * @throws TidemarkError NOT_INITIALISED when there is none and `create` is not set, STORE_READ_ONLY when it is to be
 *   written and cannot be, STORE_NEWER when a later version wrote it, INTEGRITY when it is damaged or no store,
 *   STORE_FULL, STORE_UNAVAILABLE for all other trouble
 */
export async function openStore(options: StoreOptions): Promise<ContentStore> {
  if (options.kind === 'embedded') {
    const { openEmbedded } = await import('./embedded/store.ts')
    return openEmbedded(options)
  }
  const { openServers } = await import('./mongodb/store.ts')
  return openServers(options)
}
