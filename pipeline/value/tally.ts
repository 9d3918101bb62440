import { byBytes, type AssetId, type Quote } from '#core/asset.ts'
import { Sum } from '#core/sum.ts'
import type { ValuedPage } from '../jobs/value.ts'
import type { Valued } from './portfolio.ts'

/** Totals over all portfolios of one currency. Shares from 0 to 1. */
export type CurrencyTotal = {
  readonly quote: Quote
  readonly portfolios: number
  /** Over those that have one; null where something is held and none has. */
  readonly value: number | null
  readonly change24h: number | null
  readonly coverage: number
}

/** What a valuation came to. */
export type ValueSummary = {
  readonly portfolios: number
  readonly snapshots: { readonly added: number; readonly changed: number; readonly unchanged: number }
  /** By currency, ordered by it. */
  readonly totals: readonly CurrencyTotal[]
  /** Portfolios in which something held has no mark or no known quantity, or a wallet that nobody could read. */
  readonly incomplete: number
  /** Assets without a mark, and in how many portfolios; the most frequent first. */
  readonly missing: readonly { readonly asset: AssetId; readonly portfolios: number }[]
  /** Portfolios that hold something and have no change over 24 hours. */
  readonly withoutChange: number
  /** Wallets of portfolios that were never read, whole or on some of their chains. */
  readonly missingWallets: number
  /** Those of them that were read on some of their chains. */
  readonly partlyRead: number
  /** Wallets of portfolios that stand as last read, and on which chains. */
  readonly carriedWallets: number
  readonly carriedChains: readonly string[]
}

type Sums = {
  portfolios: number
  held: number
  valued: number
  changed: number
  value: Sum
  change: Sum
  priced: Sum
  known: Sum
}

/** Adds up pages as they come; what it keeps grows with the assets, not with the portfolios. */
export class ValueTally {
  private portfolios = 0
  private readonly snapshots = { added: 0, changed: 0, unchanged: 0 }
  private readonly sums = new Map<Quote, Sums>()
  private readonly missing = new Map<AssetId, number>()
  private incomplete = 0
  private withoutChange = 0
  private missingWallets = 0
  private partlyRead = 0
  private carriedWallets = 0
  private readonly carriedChains = new Set<string>()

  add({ valued, written }: ValuedPage): void {
    this.snapshots.added += written.added
    this.snapshots.changed += written.changed
    this.snapshots.unchanged += written.unchanged
    for (const one of valued) this.addOne(one)
  }

  private addOne({ snapshot, priced, known, unread, carried }: Valued): void {
    const { quote, value, change24h, positions } = snapshot
    const sums = this.sumsOf(quote)
    this.portfolios++
    sums.portfolios++
    if (positions.length > 0) sums.held++
    if (value !== null) sums.valued++
    if (change24h !== null) sums.changed++
    sums.value.add(value ?? 0)
    sums.change.add(change24h?.amount ?? 0)
    sums.priced.add(priced)
    sums.known.add(known)
    if (change24h === null && positions.length > 0) this.withoutChange++
    const missing = new Set<AssetId>()
    for (const { asset, quality } of positions) if (quality === 'missing') missing.add(asset)
    for (const asset of missing) this.missing.set(asset, (this.missing.get(asset) ?? 0) + 1)
    if (missing.size > 0 || unread.length > 0) this.incomplete++
    this.missingWallets += unread.length
    this.partlyRead += unread.filter(({ chains }) => chains !== null).length
    for (const { chain } of carried) this.carriedChains.add(chain)
    this.carriedWallets += new Set(carried.map(({ address }) => address)).size
  }

  private sumsOf(quote: Quote): Sums {
    const known = this.sums.get(quote)
    if (known !== undefined) return known
    const sums = {
      portfolios: 0,
      held: 0,
      valued: 0,
      changed: 0,
      value: new Sum(),
      change: new Sum(),
      priced: new Sum(),
      known: new Sum(),
    }
    this.sums.set(quote, sums)
    return sums
  }

  get summary(): ValueSummary {
    return {
      portfolios: this.portfolios,
      snapshots: { ...this.snapshots },
      totals: [...this.sums]
        .sort(([a], [b]) => byBytes(a, b))
        .map(([quote, { portfolios, held, valued, changed, value, change, priced, known }]) => ({
          quote,
          portfolios,
          value: valued === 0 ? null : value.value,
          change24h: changed === 0 ? null : change.value,
          coverage: held === 0 ? 1 : known.value === 0 ? 0 : Math.min(1, priced.value / known.value),
        })),
      incomplete: this.incomplete,
      missing: [...this.missing]
        .map(([asset, portfolios]) => ({ asset, portfolios }))
        .sort((a, b) => b.portfolios - a.portfolios || byBytes(a.asset, b.asset)),
      withoutChange: this.withoutChange,
      missingWallets: this.missingWallets,
      partlyRead: this.partlyRead,
      carriedWallets: this.carriedWallets,
      carriedChains: [...this.carriedChains].sort(byBytes),
    }
  }
}
