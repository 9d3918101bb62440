import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import type { Samples } from '#core/sample.ts'
import { ProviderError } from '../http/failure.ts'
import type { PriceQuestion, PriceReply } from '../price-reply.ts'
import { createHttp, type Http } from '../http/http.ts'
import type { HttpTuning } from '../http/options.ts'
import type { CallReport } from '../http/stats.ts'
import { coinKey, groupsOf, underKey } from './keys.ts'
import { pointOf, seriesOf, type PointPrice } from './map.ts'
import { Coins } from './schema.ts'

const FREE_URL = 'https://coins.llama.fi'
const PRO_URL = 'https://pro-api.llama.fi'
/** The most points of one chart, and the fewest that are worth asking apart when it was too much for the host. */
const MAX_POINTS = 500
const LEAST_POINTS = 50
/** Coins of one call; longer paths are refused on the way. */
const MAX_COINS = 100
const PATH_LENGTH = 6_000
const CLOCK_SKEW_MS = 5 * 60_000

export type DefiLlamaOptions = {
  /** Makes the calls go to the paid host, in whose path the key stands. */
  readonly apiKey: string | null
  readonly baseUrl: string | null
  readonly perMinute: number | null
  readonly http?: HttpTuning
}
/** Prices of one moment by asset. What the host does not know is absent; what it knows badly is a fault. */
export type PointsReply = {
  readonly prices: ReadonlyMap<AssetId, PointPrice>
  readonly faults: readonly string[]
}

/** DefiLlama as a source of prices, by CoinGecko id and by contract; fulfils `PriceSource` and `SpotSource`. */
export type DefiLlama = {
  readonly id: ProviderId
  readonly maxHours: number
  readonly minHours: number
  reach(now: number): Hour | null
  supports(asset: AssetId, quote: Quote): boolean
  prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply>
  /** The prices now. */
  spot(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<PointsReply>
  /** The records nearest to a time, none further away than `within` milliseconds. */
  pricesAt(
    assets: readonly AssetId[],
    time: number,
    within: number,
    signal: AbortSignal,
  ): Promise<PointsReply>
  probe(signal: AbortSignal): Promise<{ host: string; at: number }>
  report(): CallReport
  close(): void
}

/** @see docs/providers.md#defillama */
export function defillama(options: DefiLlamaOptions): DefiLlama {
  return new Client(options)
}

class Client implements DefiLlama {
  readonly id = 'defillama'
  readonly maxHours = MAX_POINTS
  readonly minHours = 1
  private readonly http: Http
  private readonly now: () => number

  constructor({ apiKey, baseUrl, perMinute, http }: DefiLlamaOptions) {
    this.now = http?.now ?? Date.now
    const free = baseUrl ?? FREE_URL
    this.http = createHttp({
      // What takes too long is asked for in smaller pieces, not again and again.
      ...http,
      retry: { retries: 3, ...http?.retry },
      provider: this.id,
      baseUrl: apiKey === null ? free : `${baseUrl ?? PRO_URL}/${encodeURIComponent(apiKey)}/coins`,
      secrets: apiKey === null ? [] : [apiKey, encodeURIComponent(apiKey)],
      perMinute: perMinute ?? 60,
    })
  }

  reach(): null {
    return null
  }

  supports(asset: AssetId, quote: Quote): boolean {
    return quote === 'usd' && coinKey(asset) !== null
  }

  async prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply> {
    const key = this.keyOf(request.asset)
    const { from, to } = request
    const { parts, at } = await this.chart(key, from, to, signal)
    const samples = joined(parts.map((part) => part.samples))
    const coveredTo = Math.max(from, Math.min(to, Math.max(at, (samples.times.at(-1) ?? 0) + 1)))
    return { samples, invalid: parts.flatMap((part) => part.invalid), coveredTo }
  }

  spot(assets: readonly AssetId[], _quote: Quote, signal: AbortSignal): Promise<PointsReply> {
    return this.points('/prices/current', assets, signal, () => null)
  }

  pricesAt(
    assets: readonly AssetId[],
    time: number,
    within: number,
    signal: AbortSignal,
  ): Promise<PointsReply> {
    // How far it looks is its own affair and has changed before: every record's own time decides.
    const far = (point: PointPrice) => (Math.abs(point.time - time) > within ? 'absent' : null)
    return this.points(`/prices/historical/${Math.round(time / 1000)}`, assets, signal, far)
  }

  async probe(signal: AbortSignal): Promise<{ host: string; at: number }> {
    const { value, at } = await this.http.getJson('/prices/current/coingecko:bitcoin', { signal })
    const coins = Coins.safeParse(value)
    if (!coins.success || pointOf(underKey(coins.data.coins, 'coingecko:bitcoin')) === null)
      throw this.failure('/prices/current', 'the host does not answer as DefiLlama does')
    return { host: this.http.host, at }
  }

  report(): CallReport {
    return this.http.report()
  }

  close(): void {
    this.http.close()
  }

  /** The chart of [from, to), in halves where the whole is too much for the host. */
  private async chart(
    key: string,
    from: Hour,
    to: number,
    signal: AbortSignal,
  ): Promise<{ parts: NonNullable<ReturnType<typeof seriesOf>>[]; at: number }> {
    const span = Math.ceil((to - from) / HOUR_MS)
    const path = `/chart/${pathOf([key])}`
    const query = { start: String(from / 1000), span: String(span), period: '1h' }
    try {
      const { value, at } = await this.http.getJson(path, { query, signal })
      const raw = underKey(this.coinsOf(path, value), key)
      // A coin that is not there has no record in these hours, or is not known: it does not say which.
      if (raw === undefined) return { parts: [], at }
      const series = seriesOf(raw, { from, to, latest: this.now() + CLOCK_SKEW_MS })
      if (series === null) throw this.failure(path, `the chart of "${key}" cannot be read`)
      return { parts: [series], at }
    } catch (error) {
      if (!isTooMuch(error) || span < 2 * LEAST_POINTS) throw error
      const middle = (from + Math.floor(span / 2) * HOUR_MS) as Hour
      const first = await this.chart(key, from, middle, signal)
      const second = await this.chart(key, middle, to, signal)
      return { parts: [...first.parts, ...second.parts], at: second.at }
    }
  }

  private async points(
    path: string,
    assets: readonly AssetId[],
    signal: AbortSignal,
    judge: (point: PointPrice) => 'absent' | null,
  ): Promise<PointsReply> {
    const keys = new Map(assets.map((asset) => [this.keyOf(asset), asset]))
    const prices = new Map<AssetId, PointPrice>()
    const faults: string[] = []
    for (const group of groupsOf([...keys.keys()], MAX_COINS, PATH_LENGTH)) {
      const coins = await this.coinsIn(path, group, signal)
      for (const key of group) {
        const asset = keys.get(key) as AssetId
        const point = pointOf(underKey(coins, key))
        if (point === null) continue
        if ('fault' in point) faults.push(`${this.id}: ${asset}: ${point.fault}`)
        else if (judge(point) === null) prices.set(asset, point)
      }
    }
    return { prices, faults }
  }

  /** Coins of one call, or of two where its path is too long for the host. */
  private async coinsIn(
    path: string,
    keys: readonly string[],
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    try {
      const { value } = await this.http.getJson(`${path}/${pathOf(keys)}`, { signal })
      return this.coinsOf(path, value)
    } catch (error) {
      const long = error instanceof ProviderError && (error.status === 413 || error.status === 414)
      if (!long || keys.length === 1) throw error
      const half = Math.ceil(keys.length / 2)
      const first = await this.coinsIn(path, keys.slice(0, half), signal)
      return { ...first, ...(await this.coinsIn(path, keys.slice(half), signal)) }
    }
  }

  private coinsOf(path: string, value: unknown): Readonly<Record<string, unknown>> {
    const answer = Coins.safeParse(value)
    if (!answer.success) throw this.failure(path, 'the answer holds no coins')
    return answer.data.coins
  }

  private keyOf(asset: AssetId): string {
    const key = coinKey(asset)
    if (key !== null) return key
    const message = `"${asset}" is no coin or token that it can be asked for`
    throw new ProviderError('not-found', { provider: this.id, host: this.http.host, route: '', message })
  }

  private failure(route: string, message: string): ProviderError {
    return new ProviderError('answer', { provider: this.id, host: this.http.host, route, message })
  }
}

const isTooMuch = (error: unknown): boolean =>
  error instanceof ProviderError && (error.kind === 'server' || error.kind === 'timeout')

/** Keys as they stand in a path: colons and commas are theirs, everything else is escaped. */
const pathOf = (keys: readonly string[]): string =>
  keys.map((key) => encodeURIComponent(key).replaceAll('%3A', ':')).join(',')

function joined(parts: readonly Samples[]): Samples {
  const times = parts.flatMap((part) => [...part.times])
  const prices = parts.flatMap((part) => [...part.prices])
  return { times: Float64Array.from(times), prices: Float64Array.from(prices) }
}
