/** EVM chains by the names that providers and users call them, with their ids. */
const CHAINS: Readonly<Record<string, number>> = {
  ethereum: 1,
  optimism: 10,
  cronos: 25,
  bsc: 56,
  gnosis: 100,
  unichain: 130,
  polygon: 137,
  sonic: 146,
  fantom: 250,
  zksync: 324,
  polygon_zkevm: 1101,
  moonbeam: 1284,
  mantle: 5000,
  base: 8453,
  mode: 34443,
  arbitrum: 42161,
  celo: 42220,
  avalanche: 43114,
  ink: 57073,
  linea: 59144,
  berachain: 80094,
  blast: 81457,
  scroll: 534352,
}

export const CHAIN_NAMES: readonly string[] = Object.keys(CHAINS)

const BY_ID: ReadonlyMap<string, string> = new Map(
  Object.entries(CHAINS).map(([name, id]) => [`eip155:${id}`, name]),
)
const CAIP2_EVM = /^eip155:[1-9]\d{0,17}$/

/**
 * The name that a chain goes by here: a known name as it is, a CAIP-2 id as its name where it has one, else the id.
 * @returns null for anything else
 */
export function chainOf(text: string): string | null {
  const lower = text.toLowerCase()
  if (Object.hasOwn(CHAINS, lower)) return lower
  return BY_ID.get(lower) ?? (CAIP2_EVM.test(lower) ? lower : null)
}
