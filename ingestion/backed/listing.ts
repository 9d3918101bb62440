import type { AssetId } from '#core/asset.ts'
import { usualChain } from '#core/chain.ts'
import { Node } from './schema.ts'

/** Whether a stock's market is open; fulfils `MarketHours` of the pipeline. */
export type Market = {
  readonly currentPeriod: string | null
  readonly openNow: boolean
  readonly nextChange: number | null
}
export type Listed = { readonly symbol: string; readonly market: Market; readonly inDollars: boolean }

/** Where an asset lives, and the symbol that others know it by. */
export type Places = {
  readonly places: readonly { readonly chain: string; readonly contract: string }[]
  readonly symbol: string | null
}

/** Names of networks that are not those of chains. */
const NETWORKS: Readonly<Record<string, string>> = { binancesmartchain: 'bsc' }
const CAIP19 = /^([^/]+)\/(?:erc20|token):(.+)$/

/** The assets of one reading of the list. */
export class Listing {
  private readonly bySymbol = new Map<string, Listed>()
  private readonly byPlace = new Map<string, Listed | null>()
  private readonly bySlug = new Map<string, Listed | null>()
  readonly unusable: number

  constructor(nodes: readonly unknown[]) {
    let unusable = 0
    for (const raw of nodes) {
      const node = Node.safeParse(raw).data
      if (node === undefined) unusable += 1
      else this.add(node)
    }
    this.unusable = unusable
  }

  get size(): number {
    return this.bySymbol.size
  }

  /**
   * The asset's entry: by network and contract, else by the symbol that it has as a coin, else by its name (`Tesla
   * xStock` is `tesla-xstock`). Null where none of them says which it is.
   */
  find(asset: AssetId, { places, symbol }: Places): Listed | null {
    const own = CAIP19.exec(asset)
    const all = own === null ? places : [{ chain: own[1] ?? '', contract: own[2] ?? '' }]
    for (const place of all) {
      const found = this.byPlace.get(placeKey(place.chain, place.contract))
      if (found) return found
    }
    if (own !== null) return null
    const named = symbol === null ? undefined : this.bySymbol.get(symbol.toLowerCase())
    return named ?? this.bySlug.get(asset) ?? null
  }

  private add(node: Node): void {
    const { trading } = node
    const change = Date.parse(trading?.nextChangeAt ?? '')
    const halted = node.isTradingHalted === true || trading?.isTradingHalted === true
    const listed: Listed = {
      symbol: node.symbol,
      inDollars: (trading?.currency ?? 'USD').toUpperCase() === 'USD',
      market: {
        currentPeriod: trading?.currentPeriod ?? null,
        // Where it does not say, it is asked: a closed market answers with no price.
        openNow: !halted && trading?.openNow !== false,
        nextChange: Number.isNaN(change) ? null : change,
      },
    }
    this.bySymbol.set(node.symbol.toLowerCase(), listed)
    once(this.bySlug, slugOf(node.name), listed)
    for (const { network, address } of node.deployments ?? []) {
      const name = network.toLowerCase()
      const chain = usualChain((Object.hasOwn(NETWORKS, name) ? NETWORKS[name] : undefined) ?? name)
      // The older list puts the kind of chain before the address.
      if (chain !== null) once(this.byPlace, placeKey(chain.id, address.replace(/^[a-z]+:/, '')), listed)
    }
  }
}

/** Two under one key make it nobody's. */
function once(map: Map<string, Listed | null>, key: string, listed: Listed): void {
  map.set(key, map.has(key) && map.get(key)?.symbol !== listed.symbol ? null : listed)
}

const placeKey = (chain: string, contract: string): string =>
  `${chain}/${/^0x/i.test(contract) ? contract.toLowerCase() : contract}`
const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
