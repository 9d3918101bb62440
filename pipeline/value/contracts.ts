import type { AssetId } from '#core/asset.ts'
import { chainOf } from '#core/chain.ts'
import type { CoinStore } from '../ports.ts'

/** Contracts of assets on their chains, as far as a store knows them; read once for each asset. */
export class Contracts {
  private readonly io: Pick<CoinStore, 'tokens'>
  private readonly known = new Map<AssetId, ReadonlyMap<string, string | null>>()

  constructor(io: Pick<CoinStore, 'tokens'>) {
    this.io = io
  }

  async need(assets: Iterable<AssetId>): Promise<void> {
    const missing = [...new Set(assets)].filter((asset) => !this.known.has(asset))
    if (missing.length === 0) return
    const found = new Map<AssetId, Map<string, string | null>>(missing.map((asset) => [asset, new Map()]))
    for (const { asset, chain, contract } of (await this.io.tokens({ assets: missing })).tokens) {
      const chains = found.get(asset)
      // Of two contracts of one asset on one chain nobody can tell which is held.
      chains?.set(chain, chains.has(chain) ? null : contract)
    }
    for (const [asset, chains] of found) this.known.set(asset, chains)
  }

  /** The contract, `native` for the chain's own coin, null where that is not known. */
  of(asset: AssetId, chain: string): string | null {
    if (chain === '') return null
    const known = chainOf(chain)
    if (known?.coin === asset) return 'native'
    // Tokens are listed by the CAIP-2 id of their chain, wallets are read by its name.
    const listed = this.known.get(asset)?.get(known?.id ?? chain)
    return listed ?? /^[^/]+\/[^:]+:(.+)$/.exec(asset)?.[1] ?? null
  }
}
