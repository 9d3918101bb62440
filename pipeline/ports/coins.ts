/** The list of coins and where their tokens live. */
import type { AssetId } from '#core/asset.ts'
import type { Coin, Token } from '#core/coin.ts'

export interface CoinStore {
  /** Replaces the list of coins that a provider gave, with the time it was read; counts rows that differ. */
  writeCoins(
    coins: readonly Coin[],
    readAt: number,
  ): Promise<{ added: number; changed: number; unchanged: number }>
  /** Coins by rank, then id. `readAt` is when the list was last read, null when never. */
  coins(): Promise<{ coins: Coin[]; readAt: number | null }>
  writeTokens(tokens: readonly Token[], readAt: number): Promise<void>
  tokens(filter?: {
    assets?: readonly AssetId[]
    chain?: string
  }): Promise<{ tokens: Token[]; readAt: number | null }>
}
