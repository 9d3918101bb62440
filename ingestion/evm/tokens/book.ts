import { DAY_MS } from '#core/hour.ts'
import type { AssetId } from '#core/asset.ts'
import type { Token } from '#core/coin.ts'
import type { ChainRpc, Hex, KnownToken, TokenBook } from '../types.ts'
import type { BundledToken } from './bundled.ts'
import { readFacts, type TokenFacts } from './metadata.ts'
import { ChainTokens } from './standing.ts'
import type { TokenStore } from './store.ts'

export type TokenBookOptions = {
  readonly rpc: ChainRpc
  /** The list of platforms, as stored. */
  readonly listed: readonly Token[]
  readonly store: TokenStore
  readonly now: () => number
  /** Tokens that are known beside the bundled ones. */
  readonly more?: readonly BundledToken[]
}
/** A token book that also names the tokens which are known without anybody holding them. */
export type ChainTokenBook = TokenBook & {
  readonly bundled: readonly Hex[]
  /** The asset that a token is, without asking its contract. */
  readonly assetOf: (contract: Hex) => AssetId
}

// Proxies upgrade, and with them what their contracts say; one that said nothing may only have been new.
const KEPT_MS = 30 * DAY_MS
const SILENT_KEPT_MS = DAY_MS

/** Tells what a chain's tokens are; see `TokenBook`. Errors of its methods as `ChainRpc`. */
export function tokenBook({ rpc, listed, store, now, more }: TokenBookOptions): ChainTokenBook {
  const { chain } = rpc
  const known = new ChainTokens(chain, listed, more)
  const native: KnownToken = {
    ...{ contract: 'native', asset: chain.coin, symbol: chain.symbol, decimals: chain.decimals },
    ...{ standing: 'listed', form: 'plain' },
  }
  return {
    native,
    bundled: known.contracts,
    assetOf: (contract) => known.token(contract, undefined, undefined).asset,
    async of(contracts, signal) {
      const wanted = [...new Set(contracts)]
      const facts = new Map(await store.facts(wanted))
      const at = now()
      const missing = wanted.filter((contract) => !fresh(facts.get(contract), at))
      if (missing.length > 0) {
        const read = await readFacts(rpc, await rpc.block('latest', signal), missing, at, signal)
        for (const one of read) facts.set(one.contract, one)
        await store.putFacts(read)
      }
      const decisions = await store.decisions()
      return new Map(
        wanted.map((contract) => [
          contract,
          known.token(contract, facts.get(contract), decisions.get(contract)),
        ]),
      )
    },
  }
}

function fresh(facts: TokenFacts | undefined, now: number): boolean {
  if (facts === undefined) return false
  const silent = facts.decimals === null || facts.symbol === ''
  const age = now - facts.readAt
  return age >= 0 && age < (silent ? SILENT_KEPT_MS : KEPT_MS)
}
