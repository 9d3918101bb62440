import { assetClass, type AssetId, type Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { KeptList } from '../kept-list.ts'
import type { PriceQuestion, PriceReply } from '../price-reply.ts'
import { ProviderError } from '../http/failure.ts'
import type { HttpTuning } from '../http/options.ts'
import type { CallReport } from '../http/stats.ts'
import { printable } from '../http/text.ts'
import { BASE_URLS, Hosts } from './hosts.ts'
import { Listing, type Listed, type Market, type Places } from './listing.ts'
import { multiplierOf, stepsOf, type CurrentMultiplier, type MultiplierStep } from './multiplier.ts'
import { Page, PriceData } from './schema.ts'

const ASSETS = '/public/assets'
/** More than this is a validation error. */
const PAGE_SIZE = 100
const MAX_PAGES = 100
/** New listings appear often, and market hours move once in a while. */
const LIST_AGE_MS = 6 * HOUR_MS

export type BackedOptions = {
  /** Null for the public hosts, the second where the first does not answer. */
  readonly baseUrls: readonly string[] | null
  readonly perMinute: number | null
  readonly describe: (asset: AssetId) => Places
  readonly http?: HttpTuning
}
type SourcePrice = { readonly price: number; readonly time: number; readonly sure: boolean }
export type StockReply = {
  readonly prices: ReadonlyMap<AssetId, SourcePrice>
  readonly faults: readonly string[]
  readonly markets: ReadonlyMap<AssetId, Market>
}

/** Backed as a source of prices of stock tokens: now, and while their market is open. It has no history. */
export type Backed = {
  readonly id: ProviderId
  readonly maxHours: number
  readonly minHours: number
  reach(now: number): Hour
  supports(asset: AssetId, quote: Quote): boolean
  prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply>
  /** Prices and market hours. Where a market is closed there is no price, and that is no fault. */
  spot(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<StockReply>
  /** What raw balances of a token are multiplied by on a network (`Solana`, `Ethereum`). */
  multiplier(asset: AssetId, network: string, signal: AbortSignal): Promise<CurrentMultiplier>
  multipliers(asset: AssetId, network: string, signal: AbortSignal): Promise<MultiplierStep[]>
  probe(signal: AbortSignal): Promise<{ host: string; at: number; assets: number }>
  report(): CallReport
  close(): void
}

/** @see docs/providers.md#backed */
export function backed(options: BackedOptions): Backed {
  return new Client(options)
}

class Client implements Backed {
  readonly id = 'backed'
  readonly maxHours = 24
  readonly minHours = 1
  private readonly options: BackedOptions
  private readonly hosts: Hosts
  private readonly now: () => number
  private readonly list: KeptList<Listing>
  private known: Listing | null = null

  constructor(options: BackedOptions) {
    const { baseUrls, perMinute, http = {} } = options
    this.options = options
    this.now = http.now ?? Date.now
    this.list = new KeptList((signal) => this.readList(signal), LIST_AGE_MS, this.now)
    this.hosts = new Hosts(this.id, { baseUrls: baseUrls ?? BASE_URLS, perMinute: perMinute ?? 10, http })
  }

  reach(now: number): Hour {
    return hourOf(now)
  }

  /** Stock tokens by their coin's id; by contract too, as soon as the list has been read. */
  supports(asset: AssetId, quote: Quote): boolean {
    if (quote !== 'usd') return false
    return assetClass(asset) === 'stock' || (asset.includes('/') && this.listed(asset, this.known) !== null)
  }

  async prices({ asset, from, to }: PriceQuestion, signal: AbortSignal): Promise<PriceReply> {
    const listed = this.listed(asset, await this.list.of(signal))
    if (listed === null) throw this.failure('not-found', ASSETS, `no asset of its list is "${asset}"`)
    const point = await this.quoteOf(listed, signal)
    const inside = point !== null && point.time >= from && point.time < to
    return {
      samples: {
        times: Float64Array.from(inside ? [point.time] : []),
        prices: Float64Array.from(inside ? [point.price] : []),
      },
      invalid: [],
      coveredTo: to,
    }
  }

  async spot(assets: readonly AssetId[], _quote: Quote, signal: AbortSignal): Promise<StockReply> {
    const listing = await this.list.of(signal)
    const prices = new Map<AssetId, SourcePrice>()
    const markets = new Map<AssetId, Market>()
    const faults: string[] = []
    await Promise.all(
      assets.map(async (asset) => {
        const listed = this.listed(asset, listing)
        if (listed === null) return
        markets.set(asset, this.marketOf(listed))
        try {
          const point = await this.quoteOf(listed, signal)
          if (point !== null) prices.set(asset, point)
        } catch (error) {
          if (!(error instanceof TidemarkError) || error.code === 'INTERRUPTED') throw error
          faults.push(error.message)
        }
      }),
    )
    return { prices, faults, markets }
  }

  async multiplier(asset: AssetId, network: string, signal: AbortSignal): Promise<CurrentMultiplier> {
    const { value, path } = await this.ofAsset(asset, 'multiplier', { network }, signal)
    const multiplier = multiplierOf(value)
    if (multiplier === null) throw this.failure('answer', path, 'the answer is no multiplier')
    return multiplier
  }

  async multipliers(asset: AssetId, network: string, signal: AbortSignal): Promise<MultiplierStep[]> {
    const { value, path } = await this.ofAsset(asset, 'multiplier/history', { network }, signal)
    const steps = stepsOf(value)
    if (steps === null) throw this.failure('answer', path, 'the answer is no list of multipliers')
    return steps
  }

  async probe(signal: AbortSignal): Promise<{ host: string; at: number; assets: number }> {
    const { value, at } = await this.page(0, signal)
    return { host: this.hosts.host, at, assets: value.nodes.length }
  }

  report(): CallReport {
    return this.hosts.report()
  }

  close(): void {
    this.hosts.close()
  }

  private listed(asset: AssetId, listing: Listing | null): Listed | null {
    return listing?.find(asset, this.options.describe(asset)) ?? null
  }

  /** The hours as the list had them; after the change that it told of, they are the other way round. */
  private marketOf({ market }: Listed): Market {
    const { openNow, nextChange } = market
    if (nextChange === null || this.now() < nextChange) return market
    return { currentPeriod: null, openNow: !openNow, nextChange: null }
  }

  /** The price now, or null: the market is closed. A closed one is not asked, since it takes 20 seconds to say so. */
  private async quoteOf(listed: Listed, signal: AbortSignal): Promise<SourcePrice | null> {
    const { symbol, inDollars } = listed
    const path = `${ASSETS}/${encodeURIComponent(symbol)}/price-data`
    if (!inDollars) throw this.failure('answer', path, `"${symbol}" is not traded in dollars`)
    if (!this.marketOf(listed).openNow) return null
    const answer = await this.hosts.getJson(path, { signal })
    const data = PriceData.safeParse(answer.value)
    const quote = data.success ? data.data.quote : undefined
    if (quote === null) return null
    if (typeof quote !== 'number' || !Number.isFinite(quote) || quote <= 0) {
      const sent = printable(JSON.stringify(quote) ?? 'nothing', 40)
      throw this.failure('answer', path, `the quote is no price (${sent})`)
    }
    // It says no time of its own: it is of the moment at which it came.
    return { price: quote, time: this.now(), sure: true }
  }

  private async readList(signal: AbortSignal): Promise<Listing> {
    const nodes: unknown[] = []
    // Pages begin with 0: beginning with 1 would leave out the first without a word.
    for (let page = 0; page < MAX_PAGES; page++) {
      const { value } = await this.page(page, signal)
      nodes.push(...value.nodes)
      if (value.page?.hasNextPage !== true || value.nodes.length === 0) break
    }
    const listing = new Listing(nodes)
    if (listing.size === 0) throw this.failure('answer', ASSETS, 'the answer is no list of assets')
    this.known = listing
    return listing
  }

  private async page(page: number, signal: AbortSignal) {
    const query = { page: String(page), pageSize: String(PAGE_SIZE) }
    const { value, at } = await this.hosts.getJson(ASSETS, { query, signal })
    const read = Page.safeParse(value)
    if (!read.success) throw this.failure('answer', ASSETS, 'the answer is no page of assets')
    return { value: read.data, at }
  }

  private async ofAsset(asset: AssetId, what: string, query: Record<string, string>, signal: AbortSignal) {
    const listed = this.listed(asset, await this.list.of(signal))
    if (listed === null) throw this.failure('not-found', ASSETS, `no asset of its list is "${asset}"`)
    const path = `${ASSETS}/${encodeURIComponent(listed.symbol)}/${what}`
    return { value: (await this.hosts.getJson(path, { query, signal })).value, path }
  }

  private failure(kind: 'answer' | 'not-found', route: string, message: string): ProviderError {
    return new ProviderError(kind, { provider: this.id, host: this.hosts.host, route, message })
  }
}
