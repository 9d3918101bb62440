import { onTestFinished } from 'vitest'
import type { Store } from '#pipeline/ports.ts'

/** Makes an empty store of the kind under test. */
export type NewStore = () => Promise<Store>

/** An empty store for the running test, closed when it has ended. */
export async function opened(newStore: NewStore): Promise<Store> {
  const store = await newStore()
  onTestFinished(() => store.close())
  return store
}
