import { createHash } from 'node:crypto'
import type { Traits } from '../types.ts'

/** Where what was learned of endpoints is kept between runs. Keys hold no address and no key of a plan. */
export interface TraitStore {
  get(key: string): Promise<Traits | null>
  put(key: string, traits: Traits): Promise<void>
}

/** What is not known to be otherwise. @param batch calls of one request to begin with */
export function freshTraits(chainId: number, checkedAt: number, batch: number): Traits {
  return {
    chainId,
    checkedAt,
    oldestState: null,
    liesAboutState: false,
    logBlocks: null,
    logResults: null,
    batch,
    finalized: true,
    methods: {},
  }
}

/** The key of an endpoint on a chain: its address, keys included, hashed. */
export function traitKey(chainId: number, url: string): string {
  return createHash('sha256').update(`${chainId} ${url}`).digest('hex')
}

/** For a run that keeps nothing. */
export function traitsInMemory(): TraitStore {
  const kept = new Map<string, Traits>()
  return {
    get: async (key) => kept.get(key) ?? null,
    put: async (key, traits) => void kept.set(key, traits),
  }
}
