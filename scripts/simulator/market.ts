/** A coin that a simulated market trades. `platforms`: CoinGecko platform → contract. */
export type MarketCoin = {
  readonly id: string
  readonly symbol: string
  readonly name: string
  readonly supply: number
  readonly platforms: Readonly<Record<string, string>>
  readonly decimals: number
}

/** A price at a time, as providers send it: `[milliseconds since 1970, price in usd]`. */
export type Point = readonly [time: number, price: number]

/** What the simulator serves. All prices in usd; every answer depends on the arguments alone. */
export interface Market {
  readonly coins: readonly MarketCoin[]
  /** The points that a provider keeps of each hour, times in [from, to], ascending. */
  points(id: string, from: number, to: number): Point[]
  /** The price at any time, null before the first or where there is none. */
  priceAt(id: string, time: number): number | null
  /** Units of a quote currency that one usd is worth, null where the market has none. */
  rate(quote: string, time: number): number | null
  readonly wallets: readonly SimulatedWallet[]
}

/** What a wallet did on one chain, oldest first. Amounts in base units. */
export type SimulatedWallet = {
  readonly address: string
  readonly chain: string
  readonly transactions: readonly SimulatedTransaction[]
}
export type SimulatedTransaction = {
  readonly hash: string
  readonly time: number
  /** In base units of the chain's coin; paid by the wallet when it is `from`. */
  readonly fee: bigint
  readonly from: string
  readonly transfers: readonly SimulatedTransfer[]
}
export type SimulatedTransfer = {
  /** Contract, or null for the chain's own coin. */
  readonly token: string | null
  readonly amount: bigint
  readonly from: string
  readonly to: string
}
