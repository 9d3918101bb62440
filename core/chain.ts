import type { AssetId } from './asset.ts'

/** A chain by the name that people and providers use, with its CAIP-2 id and the coin it pays with. */
export type Chain = {
  readonly name: string
  readonly id: string
  readonly coin: AssetId
  readonly decimals: number
}

const ROWS: readonly (readonly [name: string, id: string, coin: string, decimals: number])[] = [
  ['ethereum', 'eip155:1', 'ethereum', 18],
  ['optimism', 'eip155:10', 'ethereum', 18],
  ['cronos', 'eip155:25', 'crypto-com-chain', 18],
  ['bsc', 'eip155:56', 'binancecoin', 18],
  ['gnosis', 'eip155:100', 'xdai', 18],
  ['unichain', 'eip155:130', 'ethereum', 18],
  ['polygon', 'eip155:137', 'polygon-ecosystem-token', 18],
  ['sonic', 'eip155:146', 'sonic-3', 18],
  ['fantom', 'eip155:250', 'fantom', 18],
  ['zksync', 'eip155:324', 'ethereum', 18],
  ['worldchain', 'eip155:480', 'ethereum', 18],
  ['hyperevm', 'eip155:999', 'hyperliquid', 18],
  ['polygon_zkevm', 'eip155:1101', 'ethereum', 18],
  ['moonbeam', 'eip155:1284', 'moonbeam', 18],
  ['mantle', 'eip155:5000', 'mantle', 18],
  ['base', 'eip155:8453', 'ethereum', 18],
  ['mode', 'eip155:34443', 'ethereum', 18],
  ['arbitrum', 'eip155:42161', 'ethereum', 18],
  ['celo', 'eip155:42220', 'celo', 18],
  ['avalanche', 'eip155:43114', 'avalanche-2', 18],
  ['ink', 'eip155:57073', 'ethereum', 18],
  ['linea', 'eip155:59144', 'ethereum', 18],
  ['berachain', 'eip155:80094', 'berachain-bera', 18],
  ['blast', 'eip155:81457', 'ethereum', 18],
  ['scroll', 'eip155:534352', 'ethereum', 18],
  ['solana', 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp', 'solana', 9],
]

const CHAINS: ReadonlyMap<string, Chain> = new Map(
  ROWS.map(([name, id, coin, decimals]) => [name, { name, id, coin: coin as AssetId, decimals }]),
)

/** The chain of a name such as `ethereum`, or of a CAIP-2 id; null when it is not known. */
export function chainOf(text: string): Chain | null {
  const lower = text.toLowerCase()
  return CHAINS.get(lower) ?? [...CHAINS.values()].find((chain) => chain.id.toLowerCase() === lower) ?? null
}

/** Names of the chains whose addresses are those of EVM wallets. */
export const EVM_CHAIN_NAMES: readonly string[] = ROWS.filter(([, id]) => id.startsWith('eip155:')).map(
  ([name]) => name,
)
const CAIP2_EVM = /^eip155:[1-9]\d{0,17}$/

/**
 * The name that an EVM chain goes by here: a known name in lower case, a CAIP-2 id as its name where it has one, else
 * the id.
 * @returns null for anything else, a known chain of another kind included
 */
export function evmChainName(text: string): string | null {
  const chain = chainOf(text)
  if (chain !== null) return CAIP2_EVM.test(chain.id) ? chain.name : null
  const lower = text.toLowerCase()
  return CAIP2_EVM.test(lower) ? lower : null
}
