import type { AssetId } from '#core/asset.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { displayAsset } from './number.ts'

/** A text with tokens by their symbols and wallets by their labels, as people read it. */
export type Named = (text: string) => string

// What a command is told to be given stays whole.
const IDS = /(?<!hide )eip155:\d+\/erc20:0x[0-9a-f]{40}|(?<![\w:/.])0x[0-9a-f]{40}(?![0-9a-f])/gi

/** @param tokens what tokens are called that go by their contracts; others of them are shortened */
export function named(
  tokens: ReadonlyMap<AssetId, string>,
  wallets: Portfolio['wallets'] | undefined = [],
): Named {
  const labels = new Map(wallets.map(({ address, label }) => [address, label]))
  return (text) =>
    text.replace(IDS, (id) => {
      if (id.startsWith('eip155:')) return tokens.get(id as AssetId) ?? displayAsset(id as AssetId)
      return labels.get(id.toLowerCase()) ?? id
    })
}

/** What of an id a table shows: of the long ones enough to name one by it where a command takes an id. */
export const displayId = (id: string): string => (/^[\w-]{40,}$/.test(id) ? id.slice(0, 12) : id)
