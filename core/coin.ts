import type { AssetId } from './asset.ts'

/** A coin as a provider lists it. Prices and caps are decimal text as sent, null where unknown. */
export type Coin = {
  readonly asset: AssetId
  readonly symbol: string
  readonly name: string
  readonly rank: number | null
  readonly price: string | null
  readonly marketCap: string | null
  readonly volume: string | null
  readonly quote: string
  /** When the provider last updated it, milliseconds since 1970. */
  readonly updated: number | null
}

/** Where an asset lives: chain and contract in lower case (`native` for the chain's own coin). */
export type TokenAddress = {
  readonly chain: string
  readonly contract: string
  readonly decimals: number | null
}
export type Token = TokenAddress & { readonly asset: AssetId; readonly symbol: string }
