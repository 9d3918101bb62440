import type { AssetId } from '#core/asset.ts'
import { chainOf, evmChainName, nativeCaip19, usualChain, type OwnChain } from '#core/chain.ts'
import { TidemarkError } from '#core/errors.ts'
import { listedById, MULTICALL3 } from '#core/listed-chain.ts'
import type { EvmChain, Hex } from '../types.ts'

/** The coin that each chain pays with, by CAIP-2 id, as CoinGecko's list of platforms names it. */
export type NativeCoins = ReadonlyMap<string, AssetId>

/**
 * An EVM chain by any of its names: an own one of the portfolio file, one of the list, or a number nobody described.
 * Its coin is the one that its own entry names, else that of the usual chains, else CoinGecko's, else ether where the
 * list says so, else the CAIP-19 id.
 * @throws TidemarkError INPUT_INVALID for what is no EVM chain
 */
export function evmChain(
  text: string,
  own: readonly OwnChain[] = [],
  coins: NativeCoins = new Map(),
): EvmChain {
  const name = evmChainName(text, own)
  const chainId = name === null ? null : idOf(name, own)
  if (name === null || chainId === null || !Number.isSafeInteger(chainId)) throw unknown(text)
  const mine = own.find(({ id }) => id === chainId)
  const listed = listedById(chainId)
  const caip2 = `eip155:${chainId}`
  return {
    name,
    chainId,
    caip2,
    coin: mine?.coin ?? usualChain(caip2)?.coin ?? coins.get(caip2) ?? coinOf(caip2, chainId),
    symbol: mine?.symbol ?? listed?.symbol ?? '',
    decimals: mine?.decimals ?? usualChain(caip2)?.decimals ?? listed?.decimals ?? 18,
    multicall: mine?.multicall ? { address: mine.multicall as Hex, block: 0 } : multicallOf(chainId),
    publicUrls: listed?.publicUrls ?? [],
    testnet: listed?.testnet ?? false,
  }
}

const coinOf = (caip2: string, chainId: number): AssetId => chainOf(caip2)?.coin ?? nativeCaip19(chainId)

/**
 * A chain of which nothing is known most likely has Multicall3 at its usual address; a read there that finds no code
 * falls back to batches, so that the guess costs one call at most. On a listed chain without one there is none.
 */
function multicallOf(chainId: number): EvmChain['multicall'] {
  const listed = listedById(chainId)
  return listed === null ? { address: MULTICALL3, block: 0 } : listed.multicall
}

function idOf(name: string, own: readonly OwnChain[]): number | null {
  const mine = own.find((chain) => chain.name === name)
  if (mine !== undefined) return mine.id
  const id = /^eip155:(\d+)$/.exec(chainOf(name)?.id ?? name)?.[1]
  return id === undefined ? null : Number(id)
}

function unknown(text: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `${JSON.stringify(text.slice(0, 60))} is no EVM chain.`,
    fix: 'Use a name such as ethereum or base, its number (8453), a CAIP-2 id (eip155:8453), or describe it under "chains:" in the portfolio file.',
  })
}
