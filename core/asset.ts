/**
 * What has a price: a CoinGecko id (`bitcoin`), a fiat currency (`fiat:eur`), or the CAIP-19 id of a token; `symbol:ABC`
 * is what a file calls by a symbol that nobody knows, and has none.
 */
export type AssetId = string & { readonly __asset: unique symbol }

/** Currency that a series is quoted in, as providers write it: `usd`, `eur`, `btc`. */
export type Quote = string & { readonly __quote: unique symbol }

const FIAT = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()))
const ASSET = /^[a-z0-9][a-z0-9._-]{0,127}$/
const SYMBOL = /^symbol:(?! )[^\p{C}\p{Zl}\p{Zp}]{1,100}(?<! )$/u
const CAIP19 = /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}\/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}$/

/** The chain and contract of a token that goes by its CAIP-19 id; null for every other asset. */
export function tokenOf(asset: AssetId): { readonly caip2: string; readonly contract: string } | null {
  const [, caip2, contract] = /^(eip155:\d+)\/erc20:(0x[0-9a-f]{40})$/.exec(asset) ?? []
  return caip2 === undefined || contract === undefined ? null : { caip2, contract }
}

/** Enough of a contract to tell it from others in a table. */
export const shortContract = (contract: string): string => `${contract.slice(0, 6)}…${contract.slice(-4)}`

export function isFiatCode(text: string): boolean {
  return FIAT.has(text.toLowerCase())
}

/**
 * Reads what a user writes for an asset: a CoinGecko id, an ISO code (`usd` means `fiat:usd`), a CAIP-19 id, or `symbol:ABC`.
 * @returns null when it is none of them
 */
export function parseAsset(text: string): AssetId | null {
  const lower = text.toLowerCase()
  if (lower.startsWith('fiat:')) return FIAT.has(lower.slice(5)) ? (lower as AssetId) : null
  if (FIAT.has(lower)) return `fiat:${lower}` as AssetId
  if (CAIP19.test(text)) return text as AssetId
  if (lower.startsWith('symbol:')) return SYMBOL.test(text) ? (text as AssetId) : null
  return ASSET.test(lower) ? (lower as AssetId) : null
}

/** The asset that a quote currency is: `usd` → `fiat:usd`, `btc` → null (not a fiat currency). */
export function fiatAsset(quote: Quote | string): AssetId | null {
  return FIAT.has(quote) ? (`fiat:${quote}` as AssetId) : null
}

/** Quote currencies that are coins, by the id under which their price is known. */
const QUOTED_COINS: Readonly<Record<string, string>> = {
  btc: 'bitcoin',
  eth: 'ethereum',
  ltc: 'litecoin',
  bch: 'bitcoin-cash',
  bnb: 'binancecoin',
  eos: 'eos',
  xrp: 'ripple',
  xlm: 'stellar',
  link: 'chainlink',
  dot: 'polkadot',
  yfi: 'yearn-finance',
  sol: 'solana',
}

/** The base currency as an asset; its mark is 1. */
export function baseAsset(quote: Quote): AssetId {
  return fiatAsset(quote) ?? ((Object.hasOwn(QUOTED_COINS, quote) ? QUOTED_COINS[quote] : quote) as AssetId)
}

/** Class of an asset, which decides how long its last price is carried. */
export type AssetClass = 'crypto' | 'stock' | 'fiat'

/** Tokenised stocks trade only while their market does: Backed lists them as `…-xstock`. */
export function assetClass(asset: AssetId): AssetClass {
  if (asset.startsWith('fiat:')) return 'fiat'
  return asset.endsWith('-xstock') ? 'stock' : 'crypto'
}

/** Order of assets and wallets everywhere: by the UTF-8 bytes of their ids. */
export function byBytes(a: string, b: string): number {
  if (a === b) return 0
  // UTF-16 order equals UTF-8 order but for surrogates, which ids almost never hold.
  const plain = /^[\x20-\x7e]*$/
  if (plain.test(a) && plain.test(b)) return a < b ? -1 : 1
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
