import type { AssetId } from '#core/asset.ts'
import type { Coin } from '#core/coin.ts'
import type { CoinStore } from '../ports.ts'
import { pageOf, type Page, type PageAsk } from './page.ts'

/** Coins that were pulled, by rank; all of them when no assets are named. `readAt` null: never. */
export async function listCoins(
  store: CoinStore,
  ask: PageAsk & { readonly assets?: readonly AssetId[] | undefined },
): Promise<Page<Coin> & { readonly readAt: number | null }> {
  const { coins, readAt } = await store.coins()
  const wanted = ask.assets === undefined ? null : new Set(ask.assets)
  const rows = coins.filter(({ asset }) => wanted === null || wanted.has(asset))
  return { ...pageOf(rows, ask), readAt }
}
