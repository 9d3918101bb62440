import type { AssetId } from './asset.ts'
import { listedById, listedByName, listedChains, type ListedChain } from './listed-chain.ts'

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
const BY_ID: ReadonlyMap<string, Chain> = new Map(
  [...CHAINS.values()].map((chain) => [chain.id.toLowerCase(), chain]),
)

/** An EVM chain that the portfolio file describes itself. `name` is lower case, `multicall` a lower-case address. */
export type OwnChain = {
  readonly name: string
  readonly id: number
  readonly coin: AssetId | null
  readonly symbol: string | null
  readonly decimals: number | null
  readonly multicall: string | null
}

/** One of the usual chains, by its name or CAIP-2 id in any case; null for any other. */
export function usualChain(text: string): Chain | null {
  const lower = text.toLowerCase()
  return CHAINS.get(lower) ?? BY_ID.get(lower) ?? null
}

/**
 * The chain of a name such as `ethereum`, of a number (`8453`), or of a CAIP-2 id; null when it is not known. Besides
 * the usual ones it knows every EVM network of the list; one of those in its own list is looked up by `evmChainName`.
 */
export function chainOf(text: string): Chain | null {
  const lower = text.toLowerCase()
  const id = EVM_ID.exec(lower)?.[1]
  const usual = usualChain(id === undefined ? lower : `eip155:${id}`)
  if (usual !== null) return usual
  const listed = id === undefined ? listedByName(lower) : listedById(Number(id))
  return listed === null ? null : chainOfListed(listed)
}

function chainOfListed(listed: ListedChain): Chain {
  const { names, chainId, decimals } = listed
  const id = `eip155:${chainId}`
  return usualChain(id) ?? { name: names[0] as string, id, coin: coinOfListed(listed), decimals }
}

/** Ether where it is ether; a network that nobody else can reach has play money, whatever it calls it. */
function coinOfListed({ chainId, symbol, testnet, publicUrls }: ListedChain): AssetId {
  const real = symbol === 'ETH' && !testnet && publicUrls.length > 0
  return real ? ('ethereum' as AssetId) : nativeCaip19(chainId)
}

/** The coin of a chain that no provider has a name for. */
export const nativeCaip19 = (chainId: number): AssetId => `eip155:${chainId}/slip44:60` as AssetId

/** Names of the usual chains whose addresses are those of EVM wallets. */
export const EVM_CHAIN_NAMES: readonly string[] = ROWS.filter(([, id]) => id.startsWith('eip155:')).map(
  ([name]) => name,
)
/** Every name that an EVM chain is known by, the usual ones first. */
export const evmChainNames = (): string[] => [
  ...EVM_CHAIN_NAMES,
  ...listedChains().flatMap(({ names }) => names),
]
const EVM_ID = /^(?:eip155:)?([1-9]\d{0,15})$/
const CAIP2_EVM = /^eip155:[1-9]\d{0,17}$/

/**
 * The name that an EVM chain goes by here: a known name in lower case, a number or CAIP-2 id as its name where it has
 * one, else the CAIP-2 id. A chain of one's own comes before any other.
 * @returns null for anything else, a known chain of another kind included
 */
export function evmChainName(text: string, own: readonly OwnChain[] = []): string | null {
  const lower = text.toLowerCase()
  const id = EVM_ID.exec(lower)?.[1]
  const mine = own.find((chain) => chain.name === lower || String(chain.id) === id)
  if (mine !== undefined) return mine.name
  const chain = chainOf(lower)
  if (chain !== null) return CAIP2_EVM.test(chain.id) ? chain.name : null
  if (id !== undefined) return `eip155:${id}`
  return CAIP2_EVM.test(lower) ? lower : null
}
