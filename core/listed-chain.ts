import { CHAIN_LIST } from './chain-list.ts'

/** An EVM network of the list: what can be said of it without asking anybody. */
export type ListedChain = {
  /** The first is the one that is used; the others are understood. */
  readonly names: readonly string[]
  readonly chainId: number
  readonly symbol: string
  readonly decimals: number
  /** Where Multicall3 stands, lower case, and since which block; null where it is not known to. */
  readonly multicall: { readonly address: `0x${string}`; readonly block: number } | null
  readonly publicUrls: readonly string[]
  readonly testnet: boolean
}

/** Where Multicall3 stands on all chains but a few. */
export const MULTICALL3 = '0xca11bde05977b3631167028862be2a173976ca11'

type Index = { readonly byName: Map<string, ListedChain>; readonly byId: Map<number, ListedChain> }
let index: Index | null = null

// The text is parsed when a chain is first looked for that is not among the usual ones.
function list(): Index {
  if (index !== null) return index
  index = { byName: new Map(), byId: new Map() }
  for (const line of CHAIN_LIST.split('\n')) {
    const chain = readLine(line)
    index.byId.set(chain.chainId, chain)
    for (const name of chain.names) index.byName.set(name, chain)
  }
  return index
}

function readLine(line: string): ListedChain {
  const [names = '', id, symbol = '', decimals, multicall = '', urls = '', testnet] = line.split('|')
  return {
    names: names.split(','),
    chainId: Number(id),
    symbol,
    decimals: Number(decimals || 18),
    multicall: multicallOf(multicall),
    publicUrls: urls === '' ? [] : urls.split(' '),
    testnet: testnet === 't',
  }
}

function multicallOf(text: string): ListedChain['multicall'] {
  const [address, block] = text.split('@')
  if (block === undefined) return null
  return { address: (address || MULTICALL3) as `0x${string}`, block: Number(block) }
}

/** @param name lower case */
export const listedByName = (name: string): ListedChain | null => list().byName.get(name) ?? null
export const listedById = (chainId: number): ListedChain | null => list().byId.get(chainId) ?? null
/** All of them, ordered by id. */
export const listedChains = (): readonly ListedChain[] => [...list().byId.values()]
