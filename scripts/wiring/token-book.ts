import type { AssetId } from '#core/asset.ts'
import type { Token, TokenAddress } from '#core/coin.ts'

/** Chains on which an asset is looked up first: where most of its trading is, so that its price is the best known. */
const FIRST = ['eip155:1', 'eip155:8453', 'eip155:42161', 'eip155:10', 'eip155:137', 'eip155:56']

/** Which asset a token is, and where an asset lives; told anew when a run has read the list of tokens. */
export class TokenBook {
  private assets = new Map<string, AssetId>()
  private places = new Map<AssetId, TokenAddress>()
  private all = new Map<AssetId, Token[]>()

  use(tokens: readonly Token[]): void {
    this.assets = new Map(tokens.map(({ chain, contract, asset }) => [`${chain}/${contract}`, asset]))
    this.places = new Map()
    this.all = new Map()
    for (const token of tokens) {
      const own = this.all.get(token.asset)
      if (own === undefined) this.all.set(token.asset, [token])
      else own.push(token)
      const known = this.places.get(token.asset)
      if (known === undefined || rank(token) < rank(known)) this.places.set(token.asset, token)
    }
  }

  resolve(chain: string, contract: string): AssetId | null {
    return this.assets.get(`${chain}/${contract}`) ?? null
  }

  /** Everywhere that an asset lives; nothing for one that is not listed. */
  tokensOf(asset: AssetId): readonly Token[] {
    return this.all.get(asset) ?? []
  }

  addressOf(asset: AssetId): TokenAddress | null {
    return this.places.get(asset) ?? null
  }
}

function rank({ chain }: TokenAddress): number {
  const place = FIRST.indexOf(chain)
  return place < 0 ? FIRST.length : place
}
