import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { DAY_MS, HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { reachOf } from '../coingecko/plan.ts'
import { ProviderError } from '../http/failure.ts'
import type { PriceQuestion, PriceReply } from '../price-reply.ts'
import { createHttp, type Http } from '../http/http.ts'
import type { HttpTuning } from '../http/options.ts'
import type { CallReport } from '../http/stats.ts'
import { inspectAt, judgeAt } from './errors.ts'
import { KeptList } from '../kept-list.ts'
import { coinIds, type CoinIds, type Describe } from './ids.ts'
import { historyOf, latestOf, rowsOf, type LatestPrice } from './map.ts'
import { Envelope, KeyInfo } from './schema.ts'

const BASE_URL = 'https://pro-api.coinmarketcap.com'
const MAP = '/v1/cryptocurrency/map'
const LATEST = '/v3/cryptocurrency/quotes/latest'
const HISTORY = '/v3/cryptocurrency/quotes/historical'
const KEY = '/v1/key/info'
const MAP_ROWS = 5_000
const MAP_AGE_MS = DAY_MS
/** Coins of one call, which is one credit up to here. */
const MAX_COINS = 100
const MAX_HOURS = 90 * 24
const CLOCK_SKEW_MS = 5 * 60_000

export type CoinMarketCapOptions = {
  readonly apiKey: string
  readonly baseUrl: string | null
  readonly perMinute: number | null
  /** How far back the plan answers; 0 where it has no history at all. */
  readonly historyDays: number
  readonly monthCredits: { readonly limit: number; readonly used: number } | null
  readonly describe: Describe
  readonly http?: HttpTuning
}
type LatestReply = {
  readonly prices: ReadonlyMap<AssetId, LatestPrice>
  readonly faults: readonly string[]
}

/** CoinMarketCap as a source of prices now and, where the plan has them, of past ones. */
export type CoinMarketCap = {
  readonly id: ProviderId
  readonly maxHours: number
  readonly minHours: number
  reach(now: number): Hour | null
  supports(asset: AssetId, quote: Quote): boolean
  prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply>
  spot(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<LatestReply>
  /** Asks about the key, which costs no credit. */
  probe(signal: AbortSignal): Promise<{ host: string; at: number; creditsLeft: number | null }>
  /** `credits` is what the answers said they cost. */
  report(): CallReport & { readonly credits: number }
  spent(used: number): void
  close(): void
}

/** @see docs/providers.md#coinmarketcap */
export function coinmarketcap(options: CoinMarketCapOptions): CoinMarketCap {
  return new Client(options)
}

class Client implements CoinMarketCap {
  readonly id = 'coinmarketcap'
  readonly maxHours = MAX_HOURS
  readonly minHours = 1
  private readonly options: CoinMarketCapOptions
  private readonly http: Http
  private readonly now: () => number
  private credits = 0
  private hasHistory: boolean
  private current: CoinIds | null = null
  private readonly list: KeptList<CoinIds>

  constructor(options: CoinMarketCapOptions) {
    const { apiKey, baseUrl, perMinute, http } = options
    this.options = options
    this.now = http?.now ?? Date.now
    this.list = new KeptList((signal) => this.readMap(signal), MAP_AGE_MS, this.now)
    this.hasHistory = options.historyDays > 0
    this.http = createHttp({
      // An address is limited as well as a key: few calls at once.
      maxConcurrent: 2,
      ...http,
      provider: this.id,
      baseUrl: baseUrl ?? BASE_URL,
      headers: { 'X-CMC_PRO_API_KEY': apiKey },
      secrets: [apiKey],
      judge: judgeAt(this.now),
      inspect: inspectAt(this.now),
      perMinute: perMinute ?? 30,
      monthCredits: options.monthCredits,
    })
  }

  /** Without history only the hour that is running can be had: its price is the one of now. */
  reach(now: number): Hour {
    return (this.hasHistory ? reachOf(this.options.historyDays, now) : null) ?? hourOf(now)
  }

  /** By what is known of the asset; by the list of coins, tokens by contract too, as soon as it has been read. */
  supports(asset: AssetId, quote: Quote): boolean {
    if (quote !== 'usd' || /^(fiat|symbol):/.test(asset)) return false
    const described = this.options.describe(asset)
    if (this.current !== null) return this.current.idOf(asset, described) !== null
    return described.places.length > 0 || described.symbol !== null
  }

  async prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply> {
    const { asset, from, to } = request
    if (from >= hourOf(this.now())) return this.live(request, signal)
    const id = await this.idOf(asset, signal)
    const query = {
      id: String(id),
      time_start: new Date(from - 1).toISOString(),
      time_end: new Date(to).toISOString(),
      count: String(Math.ceil((to - from) / HOUR_MS) + 1),
      interval: '1h',
      convert: 'USD',
    }
    const { data, at } = await this.get(HISTORY, query, signal).catch((error: unknown) => {
      throw this.withoutHistory(error)
    })
    const points = historyOf(data, { from, to, latest: this.now() + CLOCK_SKEW_MS })
    if (points === null) throw this.failure('answer', HISTORY, `no price series of "${asset}"`)
    return { ...points, coveredTo: Math.max(from, Math.min(to, at)) }
  }

  async spot(assets: readonly AssetId[], _quote: Quote, signal: AbortSignal): Promise<LatestReply> {
    const known = await this.list.of(signal)
    const byId = new Map<number, AssetId>()
    for (const asset of assets) {
      const id = known.idOf(asset, this.options.describe(asset))
      if (id !== null) byId.set(id, asset)
    }
    const prices = new Map<AssetId, LatestPrice>()
    const faults: string[] = []
    const ids = [...byId.keys()]
    for (let first = 0; first < ids.length; first += MAX_COINS) {
      const some = ids.slice(first, first + MAX_COINS)
      const query = { id: some.join(','), convert: 'USD', skip_invalid: 'true', aux: 'cmc_rank' }
      const answer = latestOf((await this.get(LATEST, query, signal)).data)
      faults.push(...answer.faults)
      for (const id of some) {
        const price = answer.prices.get(id)
        if (price !== undefined) prices.set(byId.get(id) as AssetId, price)
      }
    }
    return { prices, faults }
  }

  async probe(signal: AbortSignal): Promise<{ host: string; at: number; creditsLeft: number | null }> {
    const { data, at } = await this.get(KEY, {}, signal)
    const info = KeyInfo.safeParse(data)
    if (!info.success) throw this.failure('answer', KEY, 'the answer does not describe a key')
    return { host: this.http.host, at, creditsLeft: info.data.usage?.current_month?.credits_left ?? null }
  }

  report(): CallReport & { readonly credits: number } {
    return { ...this.http.report(), credits: this.credits }
  }

  spent(used: number): void {
    this.http.spent(used)
  }

  close(): void {
    this.http.close()
  }

  private async live({ asset, from, to }: PriceQuestion, signal: AbortSignal): Promise<PriceReply> {
    const { prices, faults } = await this.spot([asset], 'usd' as Quote, signal)
    const found = prices.get(asset)
    if (found === undefined && faults[0] !== undefined) throw this.failure('answer', LATEST, faults[0])
    const inside = found !== undefined && found.time >= from && found.time < to ? [found] : []
    const samples = {
      times: Float64Array.from(inside, ({ time }) => time),
      prices: Float64Array.from(inside, ({ price }) => price),
    }
    return { samples, invalid: [], coveredTo: to }
  }

  private async idOf(asset: AssetId, signal: AbortSignal): Promise<number> {
    const id = (await this.list.of(signal)).idOf(asset, this.options.describe(asset))
    if (id === null) throw this.failure('not-found', MAP, `no coin of its list is surely "${asset}"`)
    return id
  }

  private async readMap(signal: AbortSignal): Promise<CoinIds> {
    const rows: unknown[] = []
    for (;;) {
      const query = {
        listing_status: 'active',
        start: String(rows.length + 1),
        limit: String(MAP_ROWS),
        sort: 'id',
        aux: 'platform,is_active',
      }
      const { data } = await this.get(MAP, query, signal)
      const page = rowsOf(data)
      rows.push(...page)
      if (page.length < MAP_ROWS) break
    }
    const { ids, unusable } = coinIds(rows)
    if (rows.length === 0 || unusable === rows.length)
      throw this.failure('answer', MAP, 'the answer is no list of coins')
    this.current = ids
    return ids
  }

  private async get(
    path: string,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<{ data: unknown; at: number }> {
    const { value, at } = await this.http.getJson(path, { query, signal })
    const envelope = Envelope.safeParse(value)
    if (!envelope.success || envelope.data.data === undefined)
      throw this.failure('answer', path, 'the answer holds no data')
    this.credits += envelope.data.status.credit_count ?? 0
    // A call may cost more than the one credit that was counted when it was sent.
    this.http.spent((this.options.monthCredits?.used ?? 0) + this.credits)
    return { data: envelope.data.data, at }
  }

  /** The refusal of a plan without history, in words; such a plan is asked for the past no more. */
  private withoutHistory(error: unknown): unknown {
    if (!(error instanceof ProviderError) || error.providerCode !== 1006) return error
    this.hasHistory = false
    const { host, route, status, providerCode } = error
    return new ProviderError('plan-reach', {
      ...{ provider: this.id, host, route, status, providerCode },
      message: `${error.words}: the plan has no past prices, only those of now`,
      fix: 'Set CMC_HISTORY_DAYS=0, or use a plan with past prices.',
    })
  }

  private failure(kind: 'answer' | 'not-found', route: string, message: string): ProviderError {
    return new ProviderError(kind, { provider: this.id, host: this.http.host, route, message })
  }
}
