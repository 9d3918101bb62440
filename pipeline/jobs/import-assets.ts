import type { AssetId } from '#core/asset.ts'
import { chainOf } from '#core/chain.ts'
import type { CoinStore } from '../ports.ts'

const CAIP19_TOKEN = /^([-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32})\/(?:erc20|token):([-.%a-zA-Z0-9]{1,128})$/

/**
 * What the store's lists know: the asset of a symbol that one coin alone has, and of a token by its CAIP-19 id.
 * @returns null for what is not in them, or there more than once
 */
export async function knownAssets(store: CoinStore): Promise<(text: string) => AssetId | null> {
  const [{ coins }, { tokens }] = [await store.coins(), await store.tokens()]
  const bySymbol = new Map<string, AssetId | null>()
  for (const { symbol, asset } of coins) {
    const key = symbol.toUpperCase()
    bySymbol.set(key, bySymbol.has(key) && bySymbol.get(key) !== asset ? null : asset)
  }
  const byContract = new Map(
    tokens.map(({ chain, contract, asset }) => [`${chain}/${contract.toLowerCase()}`, asset]),
  )
  return (text) => {
    const token = CAIP19_TOKEN.exec(text)
    if (token === null) return bySymbol.get(text.toUpperCase()) ?? null
    const chain = chainOf(token[1] as string)?.name ?? ''
    return byContract.get(`${chain}/${(token[2] as string).toLowerCase()}`) ?? null
  }
}
