import type { EvmChain, KnownToken } from '#ingestion/evm/types.ts'
import { offlineTokens } from '../chain/offline-tokens.ts'
import type { CoinStore, RecordStore } from '../ports.ts'

/** A token that was met on a chain, as it counts for an owner. */
export type TokenRow = KnownToken & {
  /** CAIP-19, by which it is confirmed or hidden. */
  readonly id: string
  readonly chain: string
}

/** Tokens that were met on chains, by chain and symbol. */
export async function listTokens(
  store: CoinStore & RecordStore,
  owner: string,
  chains: readonly EvmChain[],
): Promise<TokenRow[]> {
  const rows: TokenRow[] = []
  for (const chain of chains) {
    const tokens = await offlineTokens(store, owner, chain)
    const met = tokens.contracts.map((contract) => ({
      ...tokens.of(contract),
      ...{ id: `${chain.caip2}/erc20:${contract}`, chain: chain.name },
    }))
    rows.push(...met.sort((a, b) => (a.symbol === b.symbol ? 0 : a.symbol < b.symbol ? -1 : 1)))
  }
  return rows
}
