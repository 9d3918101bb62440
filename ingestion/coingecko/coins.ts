import type { AssetId, Quote } from '#core/asset.ts'
import type { Coin } from '#core/coin.ts'
import { TidemarkError } from '#core/errors.ts'
import { byRank, coinsOf, isCoinGeckoId } from './map.ts'

const PER_PAGE = 250
// URLs of 2,000 characters and more are refused on the way; host, path and the other parameters need some of them.
const IDS_LENGTH = 1700

/** Reads one page of `/coins/markets`. */
export type MarketPage = (query: Record<string, string>) => Promise<readonly unknown[]>
type CoinsReply = { coins: Coin[]; faults: string[] }

/**
 * The first `count` coins by market cap over as many pages as that takes. The order moves between pages: coins that
 * come twice count once and the ranks decide. A later page that fails leaves the ones before it, with the fault.
 */
export async function readTopCoins(read: MarketPage, count: number, quote: Quote): Promise<CoinsReply> {
  const perPage = Math.min(PER_PAGE, Math.max(1, count))
  const pages = Math.ceil(count / perPage)
  const found = new Map<AssetId, Coin>()
  const faults: string[] = []
  // Coins that slipped over a page border while it was read are on the page after.
  for (let page = 1; found.size < count && page <= pages + 1; page++) {
    const query = { ...common(quote), per_page: String(perPage), page: String(page) }
    const rows = await read(query).catch((error: unknown) => failedPage(error, page, faults))
    if (rows === null) break
    const { coins, faults: unusable } = coinsOf(rows, quote)
    faults.push(...unusable)
    for (const coin of coins) found.set(coin.asset, coin)
    if (rows.length < perPage) break
  }
  return { coins: [...found.values()].sort(byRank).slice(0, count), faults }
}

function failedPage(error: unknown, page: number, faults: string[]): null {
  if (page === 1 || !(error instanceof TidemarkError) || error.code === 'INTERRUPTED') throw error
  faults.push(`coins, page ${page}: ${error.message}`)
  return null
}

/** Coins by id, in as many calls as their ids need; ids that are not answered and calls that fail are faults. */
export async function readCoinsById(
  read: MarketPage,
  assets: readonly AssetId[],
  quote: Quote,
): Promise<CoinsReply> {
  const askable = [...new Set(assets)].filter(isCoinGeckoId)
  const found = new Map<AssetId, Coin>()
  const faults: string[] = []
  const groups = grouped(askable)
  const errors: unknown[] = []
  for (const ids of groups) {
    try {
      const query = { ...common(quote), per_page: String(PER_PAGE), page: '1', ids: ids.join(',') }
      const { coins, faults: unusable } = coinsOf(await read(query), quote)
      faults.push(...unusable)
      for (const coin of coins) found.set(coin.asset, coin)
      const unknown = ids.filter((id) => !found.has(id))
      faults.push(...unknown.map((id) => `coingecko lists no coin "${id}"`))
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.code === 'INTERRUPTED') throw error
      errors.push(error)
      faults.push(`coins ${ids[0]} and ${ids.length - 1} more: ${error.message}`)
    }
  }
  if (errors.length > 0 && errors.length === groups.length) throw errors[0]
  return { coins: [...found.values()].sort(byRank), faults }
}

function common(quote: Quote): Record<string, string> {
  return { vs_currency: quote, order: 'market_cap_desc', precision: 'full' }
}

function grouped(assets: readonly AssetId[]): AssetId[][] {
  const groups: AssetId[][] = []
  let length = 0
  for (const asset of assets) {
    const group = groups.at(-1)
    // A comma is three characters in a URL.
    const added = encodeURIComponent(asset).length + 3
    if (group && group.length < PER_PAGE && length + added <= IDS_LENGTH) {
      group.push(asset)
      length += added
    } else {
      groups.push([asset])
      length = added
    }
  }
  return groups
}
