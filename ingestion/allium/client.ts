import type { AssetId, Quote } from '#core/asset.ts'
import type { CandleColumns, ProviderId } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import { DAY_MS, formatTime, type Hour } from '#core/hour.ts'
import type { Balance } from '#core/portfolio.ts'
import type { Samples } from '#core/sample.ts'
import { chainOf, type Chain } from '../chains.ts'
import type { Invalid } from '../coingecko/points.ts'
import { ProviderError } from '../http/failure.ts'
import { createHttp, type Http } from '../http/http.ts'
import type { HttpTuning } from '../http/options.ts'
import type { CallReport } from '../http/stats.ts'
import { balancesOf, type WalletPlace } from './balances.ts'
import { bucketsOf } from './buckets.ts'
import { judge } from './errors.ts'
import { flowsOf } from './flows.ts'
import { pageOf, PriceSeries, SupportedChains } from './schema.ts'
import { plainAddress, priceAddress, timeOf, type AddressOf, type ResolveToken } from './tokens.ts'

export type AlliumOptions = {
  readonly apiKey: string
  readonly baseUrl: string | null
  /** One call a second is what every key may do. */
  readonly perMinute: number | null
  readonly resolve: ResolveToken
  readonly addressOf: AddressOf
  /** Whether an address is one of the user's own wallets; in lower case for EVM chains. */
  readonly isOwn: (address: string) => boolean
  readonly http?: HttpTuning
}

type WalletQuestion = {
  readonly owner: string
  readonly address: string
  readonly chain: string
  readonly from: number
  readonly to: number
}
type WalletReply = {
  readonly balances: Balance[]
  readonly flows: Flow[]
  readonly faults: string[]
}
type PriceQuestion = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly from: Hour
  readonly to: number
}
type PriceReply = {
  readonly samples: Samples
  readonly coveredTo: number
  readonly invalid: readonly Invalid[]
  readonly candles: CandleColumns
}

/** Allium as a source of wallets and, by token address, of hourly prices; fulfils `WalletSource` and `PriceSource`. */
export type Allium = {
  readonly id: ProviderId
  readonly wallets: {
    readonly id: ProviderId
    supports(chain: string, signal: AbortSignal): Promise<boolean>
    wallet(request: WalletQuestion, signal: AbortSignal): Promise<WalletReply>
  }
  readonly prices: {
    readonly id: ProviderId
    readonly maxHours: number
    readonly minHours: number
    reach(now: number): Hour | null
    supports(asset: AssetId, quote: Quote): boolean
    prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply>
  }
  /** Asks for the list of chains; needs no key and costs nothing. */
  probe(signal: AbortSignal): Promise<{ host: string; at: number; chains: readonly string[] }>
  report(): CallReport
  close(): void
}

const BASE_URL = 'https://api.allium.so'
const CHAINS = '/api/v1/supported-chains/realtime-apis/simple'
const BALANCES = '/api/v1/developer/wallet/balances'
const HISTORY = '/api/v1/developer/wallet/balances/history'
const TRANSACTIONS = '/api/v1/developer/wallet/transactions'
const PRICES = '/api/v1/developer/prices/history'
const MAX_PAGES = 10_000

/** @see docs/providers.md#allium */
export function allium(options: AlliumOptions): Allium {
  const client = new Client(options)
  return {
    id: client.id,
    wallets: {
      id: client.id,
      supports: (chain, signal) => client.readsWallets(chain, signal),
      wallet: (request, signal) => client.wallet(request, signal),
    },
    prices: {
      id: client.id,
      maxHours: 90 * 24,
      minHours: 1,
      reach: () => null,
      supports: (asset, quote) => quote === 'usd' && priceAddress(asset, options.addressOf) !== null,
      prices: (request, signal) => client.prices(request, signal),
    },
    probe: (signal) => client.probe(signal),
    report: () => client.http.report(),
    close: () => client.http.close(),
  }
}

type Chains = Readonly<Record<string, readonly string[]>>

class Client {
  readonly id = 'allium'
  readonly http: Http
  private readonly options: AlliumOptions
  private chains: Promise<{ chains: Chains; at: number }> | null = null

  constructor(options: AlliumOptions) {
    this.options = options
    this.http = createHttp({
      ...options.http,
      provider: this.id,
      baseUrl: options.baseUrl ?? BASE_URL,
      headers: { 'X-API-KEY': options.apiKey },
      secrets: [options.apiKey],
      judge,
      perMinute: options.perMinute ?? 60,
      limits: { headersMs: 30_000, ...options.http?.limits },
      // "Please retry after 1 second": 1, 2, 4 s and on.
      retry: { rateLimitMs: 1_000, ...options.http?.retry },
    })
  }

  async probe(signal: AbortSignal) {
    const { chains, at } = await this.supported(signal)
    return { host: this.http.host, at, chains: [...new Set(Object.values(chains).flat())].sort() }
  }

  async readsWallets(chain: string, signal: AbortSignal): Promise<boolean> {
    return this.answers(BALANCES, chainOf(chain), signal)
  }

  async wallet(request: WalletQuestion, signal: AbortSignal): Promise<WalletReply> {
    const chain = chainOf(request.chain)
    // A chain that Allium does not know is no error there: the answer would be empty and read as an empty wallet.
    if (chain === null || !(await this.answers(BALANCES, chain, signal))) {
      throw this.failure('not-found', BALANCES, `the chain "${request.chain}" is not supported`)
    }
    const place = { ...request, chainName: request.chain, chain, resolve: this.options.resolve }
    const asked = [{ chain: chain.name, address: plainAddress(request.address) }]
    const latest = await this.pages(BALANCES, asked, {}, signal)
    const faults: string[] = []
    const history = await this.history(chain, asked, request, signal, faults)
    const { balances, faults: odd } = balancesOf(latest.items, history, place, latest.at)
    const flows = await this.transactions(place, asked, request, signal, faults)
    return { balances, flows, faults: [...odd, ...faults] }
  }

  async prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply> {
    const place = priceAddress(request.asset, this.options.addressOf)
    if (place === null || !(await this.answers(PRICES, place.chain, signal))) {
      throw this.failure('not-found', PRICES, `no token address of "${request.asset}" that it has prices for`)
    }
    const body = {
      addresses: [{ token_address: place.tokenAddress, chain: place.chain.name }],
      start_timestamp: formatTime(request.from),
      end_timestamp: formatTime(request.to),
      time_granularity: '1h',
    }
    const answer = await this.pages(PRICES, body, {}, signal)
    const series = answer.items.map((item) => PriceSeries.safeParse(item).data?.prices)
    const rows = series.flatMap((prices) => prices ?? [])
    if (series.length === 0 || series.includes(undefined)) {
      throw this.failure('answer', PRICES, `no price series of "${request.asset}"`)
    }
    const { from, to } = request
    const coveredTo = Math.max(from, Math.min(to, answer.at))
    const { unusable, ...buckets } = bucketsOf(rows, from, to, coveredTo)
    if (unusable > 0)
      throw this.failure('answer', PRICES, `${unusable} hours of "${request.asset}" are unreadable`)
    return { ...buckets, coveredTo }
  }

  private async history(
    chain: Chain,
    addresses: readonly unknown[],
    request: WalletQuestion,
    signal: AbortSignal,
    faults: string[],
  ): Promise<readonly unknown[]> {
    // Not every chain has one; the balance now and the transactions say as much.
    if (!(await this.answers(HISTORY, chain, signal))) return []
    const { from, to } = request
    const body = { addresses, start_timestamp: formatTime(from), end_timestamp: formatTime(to) }
    try {
      return (await this.pages(HISTORY, body, { limit: '5000' }, signal)).items
    } catch (error) {
      faults.push(faultOf(error, `history of balances of ${request.address} on ${request.chain}`))
      return []
    }
  }

  /** All pages or none: a part of the flows would change what the wallet held before. No fault says they are complete. */
  private async transactions(
    place: WalletPlace,
    addresses: readonly unknown[],
    request: WalletQuestion,
    signal: AbortSignal,
    faults: string[],
  ): Promise<Flow[]> {
    const { from, to } = request
    const what = `transactions of ${request.address} on ${request.chain}`
    if (!(await this.answers(TRANSACTIONS, place.chain, signal))) {
      faults.push(`allium: ${what} are not supported`)
      return []
    }
    try {
      const now = this.options.http?.now?.() ?? Date.now()
      const days = Math.max(1, Math.ceil((now - from) / DAY_MS) + 1)
      const query = { limit: '1000', lookback_days: String(days) }
      const rows = await this.pages(TRANSACTIONS, addresses, query, signal, (item) => isBefore(item, from))
      const { flows, faults: odd } = flowsOf(rows.items, place, this.options.isOwn)
      faults.push(...odd)
      return flows.filter(({ time }) => time >= from && time < to)
    } catch (error) {
      faults.push(faultOf(error, what))
      return []
    }
  }

  /** Every page of a list. @param over whether an item and all after it are beyond what is wanted */
  private async pages(
    path: string,
    body: unknown,
    query: Record<string, string>,
    signal: AbortSignal,
    over: (item: unknown) => boolean = () => false,
  ): Promise<{ items: unknown[]; at: number }> {
    const items: unknown[] = []
    const seen = new Set<string>()
    let next: Record<string, string> = {}
    for (let count = 0; count < MAX_PAGES; count++) {
      const answer = await this.http.postJson(path, { body, query: { ...query, ...next }, signal })
      const page = pageOf(answer.value)
      if (page === null) throw this.failure('answer', path, 'the answer is no list')
      items.push(...page.items)
      const { cursor } = page
      const done = page.items.length > 0 && page.items.every(over)
      if (cursor === null || cursor === '' || done) return { items, at: answer.at }
      if (seen.has(cursor)) throw this.failure('answer', path, 'the pages go round in circles')
      seen.add(cursor)
      next = { cursor }
    }
    throw this.failure('answer', path, `more than ${MAX_PAGES} pages`)
  }

  private async answers(path: string, chain: Chain | null, signal: AbortSignal): Promise<boolean> {
    if (chain === null) return false
    const { chains } = await this.supported(signal)
    return (chains[path] ?? []).includes(chain.name)
  }

  private supported(signal: AbortSignal): Promise<{ chains: Chains; at: number }> {
    this.chains ??= this.readChains(signal).catch((error: unknown) => {
      this.chains = null
      throw error
    })
    return this.chains
  }

  private async readChains(signal: AbortSignal): Promise<{ chains: Chains; at: number }> {
    const { value, at } = await this.http.getJson(CHAINS, { signal })
    const chains = SupportedChains.safeParse(value)
    if (!chains.success) throw this.failure('answer', CHAINS, 'the answer is no list of chains by endpoint')
    return { chains: chains.data, at }
  }

  private failure(kind: 'answer' | 'not-found', route: string, message: string): ProviderError {
    return new ProviderError(kind, { provider: this.id, host: this.http.host, route, message })
  }
}

function isBefore(item: unknown, from: number): boolean {
  const stamp =
    typeof item === 'object' && item !== null && 'block_timestamp' in item ? item.block_timestamp : null
  const time = typeof stamp === 'string' ? timeOf(stamp) : null
  return time !== null && time < from
}

function faultOf(error: unknown, what: string): string {
  if (!(error instanceof TidemarkError) || error.code === 'INTERRUPTED') throw error
  return `${what}: ${error.message}`
}
