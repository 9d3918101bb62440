import type { Restored, RestoreOptions } from './embedded/care/restore.ts'

export type { Restored, RestoreOptions }

/**
 * Brings a store back from a backup, beside running readers (see `restoreEmbedded`).
 * @throws TidemarkError LEASE_HELD while a job runs, INTEGRITY when the backup is damaged, INPUT_INVALID when there is
 *   no backup; the store is then as it was
 */
export async function restoreStore(options: RestoreOptions): Promise<Restored> {
  const { restoreEmbedded } = await import('./embedded/care/restore.ts')
  return restoreEmbedded(options)
}
