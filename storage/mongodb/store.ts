import { TidemarkError } from '#core/errors.ts'
import type { ContentStore } from '../copy.ts'
import type { ServerOptions } from './open.ts'

/** The store on servers. @throws TidemarkError as `openStore` says */
export function openServers(options: ServerOptions): Promise<ContentStore> {
  return Promise.reject(
    new TidemarkError('STORE_UNAVAILABLE', { message: `${options.kind} comes next.`, fix: 'Use STORAGE=embedded.' }),
  )
}
