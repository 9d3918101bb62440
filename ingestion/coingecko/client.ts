import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import type { Coin, Token } from '#core/coin.ts'
import type { Hour } from '#core/hour.ts'
import { ProviderError } from '../http/failure.ts'
import type { PriceQuestion, PriceReply } from '../price-reply.ts'
import { createHttp, type GetOptions, type Http, type JsonAnswer } from '../http/http.ts'
import type { HttpTuning } from '../http/options.ts'
import type { CallReport } from '../http/stats.ts'
import { readCoinsById, readTopCoins } from './coins.ts'
import { judge } from './errors.ts'
import { assetOf, isCoinGeckoId, tokensOf } from './map.ts'
import { endpoint, PLANS, reachOf, type Plan } from './plan.ts'
import { pointsOf } from '../points.ts'
import { Chart, KeyInfo, Ping, Rows } from './schema.ts'
import { hourlyWindow, MAX_HOURS, MIN_HOURS, timeParameter } from './window.ts'

export type CoinGeckoOptions = {
  readonly plan: Plan
  readonly apiKey: string | null
  /** Another host that speaks the same protocol; the path up to and including `/api/v3`. */
  readonly baseUrl: string | null
  readonly perMinute: number | null
  /** How far the plan reaches back, where it is not the plan's own. */
  readonly historyDays: number | null
  readonly monthCredits: { readonly limit: number; readonly used: number } | null
  readonly http?: HttpTuning
}

type CoinsReply = { coins: Coin[]; faults: string[] }

type SpotReply = {
  readonly prices: ReadonlyMap<
    AssetId,
    { readonly price: number; readonly time: number; readonly sure: boolean }
  >
  readonly faults: readonly string[]
}

/** What `doctor` learns about the host, the key and the quota. */
export type Probe = {
  readonly host: string
  readonly at: number
  readonly plan: string | null
  readonly perMinute: number | null
  readonly creditsLeft: number | null
}

/** CoinGecko as a source of hourly prices, of coins and of tokens; fulfils `PriceSource` and `CoinSource`. */
export type CoinGecko = {
  readonly id: ProviderId
  readonly maxHours: number
  readonly minHours: number
  reach(now: number): Hour | null
  supports(asset: AssetId, quote: Quote): boolean
  prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply>
  topCoins(count: number, quote: Quote, signal: AbortSignal): Promise<CoinsReply>
  coinsById(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<CoinsReply>
  /** Prices of now, of hundreds of coins in a call. */
  spot(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<SpotReply>
  tokens(signal: AbortSignal): Promise<{ tokens: Token[]; faults: string[] }>
  probe(signal: AbortSignal): Promise<Probe>
  report(): CallReport
  /** Tells how many calls of this month all processes together have made. */
  spent(used: number): void
  close(): void
}

/**
 * @throws TidemarkError CREDENTIAL_MISSING when the plan needs a key, CONFIG_INVALID when host and plan contradict
 * @see docs/providers.md#coingecko
 */
export function coingecko(options: CoinGeckoOptions): CoinGecko {
  return new Client(options)
}

// A point a little ahead of our clock is the provider's clock; one further ahead is an error of its.
const CLOCK_SKEW_MS = 5 * 60_000

class Client implements CoinGecko {
  readonly id = 'coingecko'
  readonly maxHours = MAX_HOURS
  readonly minHours = MIN_HOURS
  private readonly options: CoinGeckoOptions
  private readonly historyDays: number | null
  private readonly http: Http
  private readonly now: () => number
  private prefix = ''
  private settled: boolean

  constructor(options: CoinGeckoOptions) {
    this.options = options
    this.historyDays = options.historyDays ?? PLANS[options.plan].historyDays
    this.now = options.http?.now ?? Date.now
    const { baseUrl, headers, secrets } = endpoint(options.plan, options.apiKey, options.baseUrl)
    this.http = createHttp({
      ...options.http,
      provider: this.id,
      baseUrl,
      headers,
      secrets,
      judge,
      perMinute: options.perMinute ?? PLANS[options.plan].perMinute,
      monthCredits: options.monthCredits,
    })
    this.settled = options.baseUrl === null || new URL(options.baseUrl).pathname !== '/'
  }

  reach(now: number): Hour | null {
    return reachOf(this.historyDays, now)
  }

  supports(asset: AssetId): boolean {
    return isCoinGeckoId(asset) && assetOf(asset) !== null
  }

  async prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply> {
    const { asset, quote, from, to } = request
    const { times } = PLANS[this.options.plan]
    const window = hourlyWindow(from, to, this.reach(this.now()))
    const path = `/coins/${encodeURIComponent(asset)}/market_chart/range`
    const query = {
      vs_currency: quote,
      from: timeParameter(window.from, times),
      to: timeParameter(window.to, times),
      precision: 'full',
    }
    const answer = await this.get(path, { query, signal })
    const chart = Chart.safeParse(answer.value)
    if (!chart.success) throw this.unusable(path, 'the answer holds no list of prices')
    if (chart.data.prices.length === 0) throw this.unusable(path, `the list of prices of "${asset}" is empty`)
    const points = pointsOf(chart.data.prices, { from, to, latest: this.now() + CLOCK_SKEW_MS })
    if (points === null) throw this.unusable(path, 'a point of the price series has no time')
    const last = points.samples.times.at(-1) ?? -Infinity
    return { ...points, coveredTo: Math.max(from, Math.min(to, Math.max(answer.at, last + 1))) }
  }

  topCoins(count: number, quote: Quote, signal: AbortSignal): Promise<CoinsReply> {
    return readTopCoins((query) => this.markets(query, signal), count, quote)
  }

  coinsById(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<CoinsReply> {
    return readCoinsById((query) => this.markets(query, signal), assets, quote)
  }

  async spot(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<SpotReply> {
    const { coins, faults } = await this.coinsById(assets, quote, signal)
    const priced = coins.flatMap(({ asset, price, updated }) => {
      const value = price === null ? NaN : Number(price)
      return value > 0 && updated !== null
        ? [[asset, { price: value, time: updated, sure: true }] as const]
        : []
    })
    return { prices: new Map(priced), faults }
  }

  async tokens(signal: AbortSignal): Promise<{ tokens: Token[]; faults: string[] }> {
    const platforms = await this.rows('/asset_platforms', {}, signal)
    const list = await this.rows('/coins/list', { include_platform: 'true' }, signal)
    return tokensOf(list, platforms)
  }

  async probe(signal: AbortSignal): Promise<Probe> {
    const { host } = this.http
    if (this.options.plan === 'pro') {
      const { value, at } = await this.get('/key', { signal })
      const key = KeyInfo.safeParse(value)
      if (!key.success) throw this.unusable('/key', 'the answer does not describe a key')
      const { plan, rate_limit_request_per_minute, current_remaining_monthly_calls } = key.data
      const creditsLeft = current_remaining_monthly_calls
      return { host, at, plan, perMinute: rate_limit_request_per_minute, creditsLeft }
    }
    const { value, at } = await this.get('/ping', { signal })
    if (!Ping.safeParse(value).success)
      throw this.unusable('/ping', 'the host does not answer as CoinGecko does')
    return { host, at, plan: null, perMinute: null, creditsLeft: null }
  }

  report(): CallReport {
    return this.http.report()
  }

  spent(used: number): void {
    this.http.spent(used)
  }

  close(): void {
    this.http.close()
  }

  private markets(query: Record<string, string>, signal: AbortSignal): Promise<readonly unknown[]> {
    return this.rows('/coins/markets', query, signal, true)
  }

  private async rows(
    path: string,
    query: Record<string, string>,
    signal: AbortSignal,
    lossless = false,
  ): Promise<readonly unknown[]> {
    const answer = await this.get(path, { query, signal, lossless })
    const rows = Rows.safeParse(answer.value)
    if (!rows.success) throw this.unusable(path, 'the answer is no list')
    return rows.data
  }

  // A base URL that is only a host may stand for the whole API: where its root knows nothing, `/api/v3` is tried.
  private async get(path: string, options: GetOptions): Promise<JsonAnswer> {
    try {
      const answer = await this.http.getJson(this.prefix + path, options)
      this.settled = true
      return answer
    } catch (error) {
      const missing = error instanceof ProviderError && error.kind === 'not-found'
      if (!missing || this.settled) throw error
      const answer = await this.http.getJson(`/api/v3${path}`, options)
      this.prefix = '/api/v3'
      this.settled = true
      return answer
    }
  }

  private unusable(route: string, message: string): ProviderError {
    return new ProviderError('answer', { provider: this.id, host: this.http.host, route, message })
  }
}
