import type { AssetId } from '#core/asset.ts'
import { openChain, type RpcOptions } from '#ingestion/evm/rpc/open.ts'
import { traitsInMemory } from '#ingestion/evm/rpc/traits.ts'
import type { ChainRpc, EvmChain } from '#ingestion/evm/types.ts'

/** A chain by its id, with no public endpoints: tests reach nothing but this machine. */
export function testChain(chainId: number): EvmChain {
  const names: Record<number, string> = { 1: 'ethereum', 10: 'optimism', 8453: 'base' }
  return {
    name: names[chainId] ?? `eip155:${chainId}`,
    chainId,
    caip2: `eip155:${chainId}`,
    coin: 'ethereum' as AssetId,
    symbol: 'ETH',
    decimals: 18,
    multicall: { address: '0xca11bde05977b3631167028862be2a173976ca11', block: 0 },
    publicUrls: [],
    testnet: false,
  }
}

/** Opens a chain through these addresses, with waits that suit a test. */
export function openTestChain(
  chainId: number,
  urls: readonly string[],
  options: Partial<Omit<RpcOptions, 'urls'>> = {},
): ChainRpc {
  return openChain(testChain(chainId), {
    rate: 1_000,
    traits: traitsInMemory(),
    http: { retry: { minMs: 20, maxMs: 200 } },
    ...options,
    urls,
  })
}
