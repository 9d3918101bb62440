import type { AssetId } from '#core/asset.ts'
import { usualChain } from '#core/chain.ts'
import { MapRow } from './schema.ts'

/** What is known of an asset beside its id: where it lives, and how it is called. */
export type Described = {
  /** CAIP-2 chain and contract; `native` for what a chain pays with. */
  readonly places: readonly { readonly chain: string; readonly contract: string }[]
  readonly symbol: string | null
  readonly name: string | null
}
export type Describe = (asset: AssetId) => Described

/** Names of chains that are not their usual ones. */
const PLATFORMS: Readonly<Record<string, string>> = {
  bnb: 'bsc',
  'bnb-smart-chain-bep20': 'bsc',
  'binance-smart-chain': 'bsc',
  'avalanche-c-chain': 'avalanche',
  'polygon-ecosystem-token': 'polygon',
  matic: 'polygon',
  'optimism-ethereum': 'optimism',
  'gnosis-gno': 'gnosis',
  'hyperliquid-hyperevm': 'hyperevm',
}

/** Numbers of coins by contract and by name. */
export type CoinIds = { idOf(asset: AssetId, described: Described): number | null }

const CAIP19 = /^([^/]+)\/(?:erc20|token):(.+)$/

/**
 * Which number an asset has. A token is known by chain and contract alone. A coin of a chain of its own is known by its
 * slug, or its name, together with the symbol, where no other coin has the same: symbols repeat, and one alone decides
 * nothing.
 */
export function coinIds(rows: readonly unknown[]): { ids: CoinIds; unusable: number } {
  const byPlace = new Map<string, number | null>()
  const byName = new Map<string, number | null>()
  let unusable = 0
  for (const raw of rows) {
    const row = MapRow.safeParse(raw).data
    if (row === undefined) unusable += 1
    else if (row.is_active !== 0) {
      for (const key of placeKeys(row)) once(byPlace, key, row.id)
      for (const key of nameKeys(row)) once(byName, key, row.id)
    }
  }
  const idOf = (asset: AssetId, { places, symbol, name }: Described): number | null => {
    const own = CAIP19.exec(asset)
    const all = own === null ? places : [{ chain: own[1] ?? '', contract: own[2] ?? '' }]
    for (const { chain, contract } of all) {
      const id = byPlace.get(placeKey(chain, contract))
      if (id !== undefined && id !== null) return id
    }
    if (own !== null || symbol === null) return null
    const keys = [
      nameKey('slug', asset, symbol),
      nameKey('name', asset, symbol),
      ...(name === null ? [] : [nameKey('name', slugOf(name), symbol)]),
    ]
    return keys.map((key) => byName.get(key) ?? null).find((id) => id !== null) ?? null
  }
  return { ids: { idOf }, unusable }
}

/** Two coins under one key make it nobody's. */
function once(map: Map<string, number | null>, key: string, id: number): void {
  const known = map.get(key)
  map.set(key, known === undefined || known === id ? id : null)
}

function placeKeys({ platform }: MapRow): string[] {
  const contract = platform?.token_address?.trim() ?? ''
  if (contract === '') return []
  const names = [platform?.slug, platform?.name].map((name) => slugOf(name ?? ''))
  const chain = names
    .map((name) => usualChain((Object.hasOwn(PLATFORMS, name) ? PLATFORMS[name] : undefined) ?? name))
    .find((known) => known !== null)
  return chain === undefined || chain === null ? [] : [placeKey(chain.id, contract)]
}

function nameKeys({ platform, slug, name, symbol }: MapRow): string[] {
  if (platform !== null && platform !== undefined) return []
  return [nameKey('slug', slug ?? slugOf(name), symbol), nameKey('name', slugOf(name), symbol)]
}

const placeKey = (chain: string, contract: string): string =>
  `${chain}/${/^0x/i.test(contract) ? contract.toLowerCase() : contract}`
const nameKey = (what: 'slug' | 'name', text: string, symbol: string): string =>
  `${what}|${text}|${symbol.toUpperCase()}`
const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
