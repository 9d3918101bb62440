import type { LeaseStore } from '../ports.ts'

const NAME = 'store-id'
const FOR_EVER_MS = 100 * 365 * 24 * 3_600_000

/**
 * Tells this store from all others, whatever address leads to it: work that was planned for one store is not to be done
 * in another. Kept as a lease that nobody gives back, since whoever comes first takes it, on every store.
 */
export async function storeId(store: LeaseStore, now: number, newId: () => string): Promise<string> {
  return (await store.acquireLease(NAME, newId(), FOR_EVER_MS, now)).holder
}
