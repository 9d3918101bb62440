import { ChainTokens } from '#ingestion/evm/tokens/standing.ts'
import type { EvmChain, Hex, KnownToken } from '#ingestion/evm/types.ts'
import type { CoinStore, RecordStore } from '../ports.ts'
import { decisionsOf, factsOf } from './known-tokens.ts'

/** The tokens of a chain as the store knows them, without asking the chain. */
export type OfflineTokens = {
  readonly of: (contract: Hex) => KnownToken
  /** Contracts that were read, or decided about, ordered. */
  readonly contracts: readonly Hex[]
}

export async function offlineTokens(
  store: CoinStore & RecordStore,
  owner: string,
  chain: EvmChain,
): Promise<OfflineTokens> {
  const facts = await factsOf(store, chain)
  const decisions = await decisionsOf(store, owner, chain)
  const known = new ChainTokens(chain, (await store.tokens({ chain: chain.caip2 })).tokens)
  return {
    of: (contract) => known.token(contract, facts.get(contract), decisions.get(contract)),
    contracts: [...new Set([...facts.keys(), ...decisions.keys()])].sort(),
  }
}
