import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Quality } from '#core/quality.ts'
import { carryMsOf, type MarkSettings } from '#pnl/settings.ts'
import type { ShortCache } from '../queue/fresh-prices.ts'
import type { MarketHours, SourcePrice, SpotSource } from './spot-source.ts'

/** For how long a price counts as the present one. */
const FRESH_MS = 60_000
/** A price of the first source is `ok` as long as a sample of its age would be a mark. */
const OK_AGE_MS = 30 * 60_000

/** The price of an asset now. */
export type SpotPrice = {
  readonly asset: AssetId
  readonly price: number
  /** When the price was made, and how long ago that is, in milliseconds. */
  readonly time: number
  readonly age: number
  /** `ok` from the first source, `estimated` from a later or doubtful one, `carried` where it is an older one. */
  readonly quality: Exclude<Quality, 'missing'>
  readonly source: ProviderId
  readonly market: MarketHours | null
}
export type SpotReport = {
  readonly prices: ReadonlyMap<AssetId, SpotPrice>
  /** Why sources gave nothing, in words. */
  readonly faults: readonly string[]
}
/** The last price that is known from before, such as the newest sample in the store. */
export type LastPrice = (
  asset: AssetId,
  quote: Quote,
) => Promise<{ readonly price: number; readonly time: number; readonly source: ProviderId } | null>

export type SpotOptions = {
  /** In the configured order. */
  readonly sources: readonly SpotSource[]
  readonly settings: Pick<MarkSettings, 'sources' | 'carryHours'>
  readonly now: () => number
  /** What several processes keep together; null where this one is alone. */
  readonly cache?: ShortCache | null
  readonly last?: LastPrice
}

/** A price as it is kept: what came, and when it was asked for. */
type Kept = SourcePrice & {
  readonly source: ProviderId
  readonly at: number
  readonly market: MarketHours | null
}
type Asked = { readonly kept: Kept | null; readonly faults: readonly string[] }

/**
 * Prices of now, kept for a minute. Whoever asks while an asset is being asked for waits for that answer, and askers of
 * one moment share a call. Where every source is down, the last price is served as `carried` with its age, as long as a
 * mark would be carried (docs/semantics.md, 1); after that there is none.
 */
export class SpotPrices {
  private readonly options: SpotOptions
  private readonly kept = new Map<string, Kept>()
  private readonly underWay = new Map<string, Promise<Asked>>()
  private waiting: {
    readonly asset: AssetId
    readonly quote: Quote
    readonly done: (asked: Asked) => void
  }[] = []

  constructor(options: SpotOptions) {
    this.options = options
  }

  of(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<SpotReport> {
    return orAborted(this.all([...new Set(assets)], quote), signal)
  }

  private async all(assets: readonly AssetId[], quote: Quote): Promise<SpotReport> {
    const prices = new Map<AssetId, SpotPrice>()
    const faults = new Set<string>()
    const take = async (asset: AssetId) => {
      const asked = await this.asked(asset, quote)
      for (const fault of asked.faults) faults.add(fault)
      const price = await this.priceOf(asset, quote, asked.kept)
      if (price !== null) prices.set(asset, price)
    }
    await Promise.all(assets.map(take))
    return { prices, faults: [...faults] }
  }

  /** What was kept less than a minute ago, what is being asked for, or else a place in the next call. */
  private asked(asset: AssetId, quote: Quote): Promise<Asked> {
    const key = keyOf(asset, quote)
    const known = this.kept.get(key)
    if (known !== undefined && this.isFresh(known)) return Promise.resolve({ kept: known, faults: [] })
    const present = this.underWay.get(key)
    if (present !== undefined) return present
    const asked = this.fromCache(asset, quote).finally(() => this.underWay.delete(key))
    this.underWay.set(key, asked)
    return asked
  }

  private async fromCache(asset: AssetId, quote: Quote): Promise<Asked> {
    const shared = readKept((await this.options.cache?.get(keyOf(asset, quote))) ?? null)
    const known = this.kept.get(keyOf(asset, quote))
    if (shared !== null && (known === undefined || shared.at > known.at))
      this.kept.set(keyOf(asset, quote), shared)
    if (shared !== null && this.isFresh(shared)) return { kept: shared, faults: [] }
    return new Promise((done) => {
      this.waiting.push({ asset, quote, done })
      if (this.waiting.length === 1) setImmediate(() => void this.askAll())
    })
  }

  private async askAll(): Promise<void> {
    const waiting = this.waiting
    this.waiting = []
    for (const quote of new Set(waiting.map((each) => each.quote))) {
      const own = waiting.filter((each) => each.quote === quote)
      const { found, faults } = await this.ask(
        own.map(({ asset }) => asset),
        quote,
      )
      for (const { asset, done } of own) {
        const kept = found.get(asset) ?? null
        if (kept !== null) await this.keep(asset, quote, kept)
        done({ kept, faults })
      }
    }
  }

  /** The first source that has it gives the price; a later one is asked for what those before it did not give. */
  private async ask(
    assets: readonly AssetId[],
    quote: Quote,
  ): Promise<{ found: Map<AssetId, Kept>; faults: string[] }> {
    const { sources, now } = this.options
    const found = new Map<AssetId, Kept>()
    const markets = new Map<AssetId, MarketHours>()
    const faults: string[] = []
    for (const source of sources) {
      const left = assets.filter((asset) => !found.has(asset) && source.supports(asset, quote))
      if (left.length === 0) continue
      try {
        // Shared by all who wait: nobody's own signal may end it.
        const answer = await source.spot(left, quote, new AbortController().signal)
        faults.push(...answer.faults)
        for (const [asset, market] of answer.markets ?? []) markets.set(asset, market)
        for (const [asset, price] of answer.prices) {
          if (this.isTooOld(asset, price.time)) continue
          const market = markets.get(asset) ?? null
          found.set(asset, { ...price, source: source.id, at: now(), market })
        }
      } catch (error) {
        faults.push(error instanceof TidemarkError ? error.message : `${source.id}: ${String(error)}`)
      }
    }
    return { found, faults }
  }

  private async keep(asset: AssetId, quote: Quote, kept: Kept): Promise<void> {
    this.kept.set(keyOf(asset, quote), kept)
    const seconds = Math.max(FRESH_MS, carryMsOf(this.options.settings, asset)) / 1000
    await this.options.cache?.put(keyOf(asset, quote), JSON.stringify(kept), Math.ceil(seconds))
  }

  /** The price as it stands, or the last one that is not too old. */
  private async priceOf(asset: AssetId, quote: Quote, asked: Kept | null): Promise<SpotPrice | null> {
    const now = this.options.now()
    if (asked !== null) return this.shown(asset, asked, now, this.qualityOf(asked, now))
    const stored = (await this.options.last?.(asset, quote)) ?? null
    const older = this.kept.get(keyOf(asset, quote)) ?? null
    const best = [older, stored === null ? null : { ...stored, market: null }]
      .filter((each) => each !== null)
      .sort((a, b) => b.time - a.time)[0]
    if (best === undefined || this.isTooOld(asset, best.time)) return null
    return this.shown(asset, best, now, 'carried')
  }

  private shown(
    asset: AssetId,
    { price, time, source, market }: Pick<Kept, 'price' | 'time' | 'source' | 'market'>,
    now: number,
    quality: SpotPrice['quality'],
  ): SpotPrice {
    return { asset, price, time, age: Math.max(0, now - time), quality, source, market }
  }

  private qualityOf({ time, sure, source }: Kept, now: number): SpotPrice['quality'] {
    if (now - time > OK_AGE_MS) return 'carried'
    return sure && source === this.options.settings.sources[0] ? 'ok' : 'estimated'
  }

  private isFresh({ at }: Kept): boolean {
    return this.options.now() - at < FRESH_MS
  }

  private isTooOld(asset: AssetId, time: number): boolean {
    const carryMs = Math.max(OK_AGE_MS, carryMsOf(this.options.settings, asset))
    return this.options.now() - time > carryMs
  }
}

const keyOf = (asset: AssetId, quote: Quote): string =>
  ['spot', quote, asset].map((part) => encodeURIComponent(part)).join('|')

/** What another process kept, or null where it is not what this one would have. */
function readKept(text: string | null): Kept | null {
  if (text === null) return null
  try {
    const kept = JSON.parse(text) as Kept
    const numbers = [kept.price, kept.time, kept.at].every(Number.isFinite)
    return numbers && kept.price > 0 && typeof kept.source === 'string' ? kept : null
  } catch {
    return null
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason as Error)
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    promise.finally(() => signal.removeEventListener('abort', abort)).then(resolve, reject)
  })
}
