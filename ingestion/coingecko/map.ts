import type { LosslessNumber } from 'lossless-json'
import { parseAsset, type AssetId, type Quote } from '#core/asset.ts'
import { usualChain } from '#core/chain.ts'
import type { Coin, Token } from '#core/coin.ts'
import { formatDecimal, parseDecimal } from '#core/decimal.ts'
import { printable } from '../http/text.ts'
import { ListRow, MarketRow, PlatformRow } from './schema.ts'

/** The asset of a CoinGecko id; null for an id that means something else here (`usd` is the currency). */
export function assetOf(id: string): AssetId | null {
  const asset = parseAsset(id)
  return asset === id && isCoinGeckoId(asset) ? asset : null
}

export function isCoinGeckoId(asset: AssetId): boolean {
  return !asset.includes(':') && !asset.includes('/')
}

/** Coins of `/coins/markets`; a row that is none is named in `faults` and the others are taken. */
export function coinsOf(rows: readonly unknown[], quote: Quote): { coins: Coin[]; faults: string[] } {
  const coins: Coin[] = []
  const faults: string[] = []
  for (const [index, raw] of rows.entries()) {
    const row = MarketRow.safeParse(raw)
    const asset = row.success ? assetOf(row.data.id) : null
    if (row.success && asset !== null) coins.push(coinOf(row.data, asset, quote))
    else faults.push(`coingecko: row ${index + 1} of a list of coins is no usable coin`)
  }
  return { coins, faults }
}

function coinOf(row: MarketRow, asset: AssetId, quote: Quote): Coin {
  const updated = Date.parse(row.last_updated ?? '')
  const rank = Number(row.market_cap_rank?.value ?? NaN)
  return {
    asset,
    symbol: printable(row.symbol, 32).toUpperCase(),
    name: printable(row.name, 100),
    rank: Number.isInteger(rank) && rank > 0 ? rank : null,
    price: amount(row.current_price),
    marketCap: amount(row.market_cap),
    volume: amount(row.total_volume),
    quote,
    updated: Number.isNaN(updated) ? null : updated,
  }
}

function amount(number: LosslessNumber | null | undefined): string | null {
  const value = number ? parseDecimal(number.value) : null
  return value === null || value.isNegative() ? null : formatDecimal(value)
}

/** Order of a list: by rank, those without one last, then by market cap, then by id. */
export function byRank(a: Coin, b: Coin): number {
  const rank = (a.rank ?? Infinity) - (b.rank ?? Infinity)
  if (rank !== 0 && !Number.isNaN(rank)) return rank
  return Number(b.marketCap ?? 0) - Number(a.marketCap ?? 0) || (a.asset < b.asset ? -1 : 1)
}

/** Where every listed coin lives: its contracts, and as `native` the coin that each chain pays with. */
export function tokensOf(
  list: readonly unknown[],
  platforms: readonly unknown[],
): { tokens: Token[]; faults: string[] } {
  const known = platforms.flatMap((row) => PlatformRow.safeParse(row).data ?? [])
  const chains = new Map(known.map((row) => [row.id, chainOfPlatform(row.id, row.chain_identifier ?? null)]))
  const tokens: Token[] = []
  const symbols = new Map<string, string>()
  let unusable = platforms.length - known.length
  for (const raw of list) {
    const row = ListRow.safeParse(raw)
    const asset = row.success ? assetOf(row.data.id) : null
    if (!row.success || asset === null) {
      unusable += 1
      continue
    }
    const symbol = printable(row.data.symbol, 32).toUpperCase()
    symbols.set(asset, symbol)
    for (const [platform, contract] of Object.entries(row.data.platforms ?? {})) {
      const address = contractOf(contract)
      if (address === null) continue
      const chain = chains.get(platform) ?? chainOfPlatform(platform, null)
      tokens.push({ chain, contract: address, decimals: null, asset, symbol })
    }
  }
  const natives = known.flatMap((row) => nativeOf(row, chains.get(row.id), symbols))
  const faults =
    unusable > 0 ? [`coingecko: ${unusable} rows of the lists of coins and chains are unusable`] : []
  return { tokens: [...natives, ...tokens], faults }
}

/** CAIP-2 id of a platform; its own id where it is no EVM chain and not known. */
function chainOfPlatform(platform: string, chainIdentifier: number | null): string {
  if (chainIdentifier !== null) return `eip155:${chainIdentifier}`
  // A platform without an id is no EVM chain, even where one of the list has its name (Tron's addresses are others).
  return usualChain(platform)?.id ?? platform
}

function nativeOf(row: PlatformRow, chain: string | undefined, symbols: Map<string, string>): Token[] {
  const asset = assetOf(row.native_coin_id ?? '')
  if (asset === null || chain === undefined) return []
  return [{ chain, contract: 'native', decimals: null, asset, symbol: symbols.get(asset) ?? '' }]
}

// Solana's addresses mean something else in lower case; those of EVM chains do not.
function contractOf(contract: string | null): string | null {
  const text = contract?.trim() ?? ''
  if (text === '' || text.length > 200) return null
  return /^0x[0-9a-f]+$/i.test(text) ? text.toLowerCase() : text
}
