import type { AssetId } from '#core/asset.ts'
import type { Coin, Token } from '#core/coin.ts'
import { intOrNull, text, textOrNull, type Table } from './row.ts'

export const metaTable: Table<{ readonly key: string; readonly value: string }> = {
  name: 'meta',
  key: ['key'],
  columns: { key: (entry) => entry.key, value: (entry) => entry.value },
  read: (row) => ({ key: text(row['key']), value: text(row['value']) }),
}

export const coinTable: Table<Coin> = {
  name: 'coins',
  key: ['asset'],
  columns: {
    asset: (coin) => coin.asset,
    symbol: (coin) => coin.symbol,
    name: (coin) => coin.name,
    rank: (coin) => coin.rank,
    price: (coin) => coin.price,
    market_cap: (coin) => coin.marketCap,
    volume: (coin) => coin.volume,
    quote: (coin) => coin.quote,
    updated: (coin) => coin.updated,
  },
  read: (row) => ({
    asset: text(row['asset']) as AssetId,
    symbol: text(row['symbol']),
    name: text(row['name']),
    rank: intOrNull(row['rank']),
    price: textOrNull(row['price']),
    marketCap: textOrNull(row['market_cap']),
    volume: textOrNull(row['volume']),
    quote: text(row['quote']),
    updated: intOrNull(row['updated']),
  }),
}

export const tokenTable: Table<Token> = {
  name: 'tokens',
  key: ['asset', 'chain', 'contract'],
  columns: {
    asset: (token) => token.asset,
    chain: (token) => token.chain,
    contract: (token) => token.contract,
    decimals: (token) => token.decimals,
    symbol: (token) => token.symbol,
  },
  read: (row) => ({
    asset: text(row['asset']) as AssetId,
    chain: text(row['chain']),
    contract: text(row['contract']),
    decimals: intOrNull(row['decimals']),
    symbol: text(row['symbol']),
  }),
}
