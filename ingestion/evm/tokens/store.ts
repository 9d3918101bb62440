import type { Hex } from '../types.ts'
import type { TokenFacts } from './metadata.ts'

export type Decision = 'confirmed' | 'hidden'
/** What is remembered of the tokens of one chain: facts for everybody, decisions of one owner. */
export interface TokenStore {
  facts(contracts: readonly Hex[]): Promise<ReadonlyMap<Hex, TokenFacts>>
  putFacts(facts: readonly TokenFacts[]): Promise<void>
  decisions(): Promise<ReadonlyMap<Hex, Decision>>
}

/** Remembers for as long as the process runs. */
export function tokensInMemory(decisions: ReadonlyMap<Hex, Decision> = new Map()): TokenStore {
  const known = new Map<Hex, TokenFacts>()
  return {
    facts: async () => known,
    putFacts: async (facts) => facts.forEach((one) => known.set(one.contract, one)),
    decisions: async () => decisions,
  }
}
