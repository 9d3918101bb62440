import type { AssetId } from '#core/asset.ts'
import type { Token } from '#core/coin.ts'
import type { EvmChain, Hex, KnownToken, Standing } from '../types.ts'
import { bundledTokens, KNOWN_SYMBOLS, showsCoin, type BundledToken } from './bundled.ts'
import { skeleton } from './confusables.ts'
import type { TokenFacts } from './metadata.ts'
import type { Decision } from './store.ts'

/** What is known of a chain's tokens without reading their contracts. */
export class ChainTokens {
  private readonly chain: EvmChain
  private readonly assets = new Map<string, { readonly asset: AssetId; readonly symbol: string }>()
  private readonly bundled: ReadonlyMap<string, BundledToken>
  /** Skeletons of the symbols of tokens that are known, and of the coin. */
  private readonly worn: Set<string>

  /** @param listed rows of the list of platforms; those of other chains are passed over */
  constructor(chain: EvmChain, listed: readonly Token[], more: readonly BundledToken[] = []) {
    this.chain = chain
    const bundled = [...bundledTokens(chain.chainId), ...more]
    this.bundled = new Map(bundled.map((token) => [token.contract, token]))
    for (const { chain: place, contract, asset, symbol } of listed) {
      // Of several assets with one contract the first in the order of ids stands, whatever order they came in.
      const known = this.assets.get(contract)
      if (place === chain.caip2 && contract !== 'native' && !(known && known.asset <= asset))
        this.assets.set(contract, { asset, symbol })
    }
    const symbols = [...this.assets.values(), ...bundled].map(({ symbol }) => symbol)
    this.worn = new Set([...symbols, ...KNOWN_SYMBOLS, chain.symbol, 'ETH', 'BTC'].map(skeleton))
    this.worn.delete('')
  }

  /** Contracts that are known by themselves: asked for in a wallet of which nothing else is known. */
  get contracts(): Hex[] {
    return [...this.bundled.keys()] as Hex[]
  }

  token(contract: Hex, facts: TokenFacts | undefined, decision: Decision | undefined): KnownToken {
    const bundled = this.bundled.get(contract)
    const listed = this.assets.get(contract)
    const asset = listed?.asset ?? bundled?.asset ?? null
    const symbol = facts?.symbol || (listed?.symbol ?? bundled?.symbol ?? '')
    const known = asset !== null || bundled !== undefined
    return {
      contract,
      asset: asset ?? (`${this.chain.caip2}/erc20:${contract}` as AssetId),
      symbol,
      decimals: facts?.decimals ?? null,
      standing: decision ?? this.standing(contract, facts?.reads ?? '', asset !== null, known),
      form: bundled && bundled.form !== 'plain' ? bundled.form : (facts?.form ?? 'plain'),
    }
  }

  private standing(contract: Hex, reads: string, listed: boolean, known: boolean): Standing {
    if (showsCoin(this.chain.chainId, contract)) return 'hidden'
    if (listed) return 'listed'
    return !known && this.worn.has(reads) ? 'suspect' : 'unpriced'
  }
}
