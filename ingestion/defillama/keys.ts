import type { AssetId } from '#core/asset.ts'

/** How DefiLlama calls the chains of these numbers. A chain that is not here is not asked for. */
const SLUGS: Readonly<Record<string, string>> = {
  1: 'ethereum',
  10: 'optimism',
  25: 'cronos',
  56: 'bsc',
  100: 'xdai',
  130: 'unichain',
  137: 'polygon',
  146: 'sonic',
  250: 'fantom',
  324: 'era',
  480: 'wc',
  999: 'hyperliquid',
  1101: 'polygon_zkevm',
  1284: 'moonbeam',
  5000: 'mantle',
  8453: 'base',
  34443: 'mode',
  42161: 'arbitrum',
  42220: 'celo',
  43114: 'avax',
  57073: 'ink',
  59144: 'linea',
  80094: 'berachain',
  81457: 'blast',
  534352: 'scroll',
}
const SOLANA = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp'
const NATIVE = '0x0000000000000000000000000000000000000000'
const CAIP19 = /^([^/]+)\/([^:]+):(.+)$/

/**
 * The key of an asset: `coingecko:bitcoin`, `ethereum:0x…`; a chain's own coin is the address of zeros.
 * @returns null for what it cannot be asked for: currencies, unknown symbols, chains without a slug
 */
export function coinKey(asset: AssetId): string | null {
  const parts = CAIP19.exec(asset)
  if (parts === null) return asset.includes(':') ? null : `coingecko:${asset}`
  const [, chain = '', namespace = '', reference = ''] = parts
  if (chain === SOLANA) return namespace === 'token' ? `solana:${reference}` : null
  const slug = chain.startsWith('eip155:') ? SLUGS[chain.slice('eip155:'.length)] : undefined
  if (slug === undefined) return null
  if (namespace === 'slip44') return `${slug}:${NATIVE}`
  return namespace === 'erc20' && /^0x[0-9a-f]{40}$/i.test(reference)
    ? `${slug}:${reference.toLowerCase()}`
    : null
}

/** What an answer has under a key: as it was asked, else under another spelling of an EVM address. */
export function underKey(coins: Readonly<Record<string, unknown>>, key: string): unknown {
  if (Object.hasOwn(coins, key)) return coins[key]
  if (!/:0x/.test(key)) return undefined
  const lower = key.toLowerCase()
  const found = Object.keys(coins).find((each) => each.toLowerCase() === lower)
  return found === undefined ? undefined : coins[found]
}

/** Keys in groups of at most `count` that fit into a path of `length` characters. */
export function groupsOf(keys: readonly string[], count: number, length: number): string[][] {
  const groups: string[][] = []
  let used = 0
  for (const key of keys) {
    const group = groups.at(-1)
    if (group && group.length < count && used + key.length + 1 <= length) {
      group.push(key)
      used += key.length + 1
    } else {
      groups.push([key])
      used = key.length
    }
  }
  return groups
}
