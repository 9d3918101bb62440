import type { Chain } from '#core/chain.ts'
import { addHours, formatTime, hourOf } from '#core/hour.ts'
import { ProviderError } from '../http/failure.ts'
import { createHttp, type Http } from '../http/http.ts'
import type { HttpTuning } from '../http/options.ts'
import { judge } from './errors.ts'
import { pageOf, SupportedChains } from './schema.ts'

const BASE_URL = 'https://api.allium.so'
const CHAINS = '/api/v1/supported-chains/realtime-apis/simple'
export const BALANCES = '/api/v1/developer/wallet/balances'
export const HISTORY = '/api/v1/developer/wallet/balances/history'
export const TRANSACTIONS = '/api/v1/developer/wallet/transactions'
export const PRICES = '/api/v1/developer/prices/history'
const MAX_PAGES = 10_000
/** Wrapped ether: what a call asks about that is made only to try the key. */
const WETH = { chain: 'ethereum', token_address: '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2' }

export type AlliumAccess = {
  readonly apiKey: string
  readonly baseUrl: string | null
  /** One call a second is what every key may do. */
  readonly perMinute: number | null
  readonly http?: HttpTuning
}
type Chains = Readonly<Record<string, readonly string[]>>

/** Calls to Allium: which chains an endpoint knows, and lists over all their pages. */
export class AlliumApi {
  readonly id = 'allium'
  readonly http: Http
  readonly now: () => number
  private chains: Promise<{ chains: Chains; at: number }> | null = null

  constructor(access: AlliumAccess) {
    this.now = access.http?.now ?? Date.now
    this.http = createHttp({
      ...access.http,
      provider: this.id,
      baseUrl: access.baseUrl ?? BASE_URL,
      headers: { 'X-API-KEY': access.apiKey },
      secrets: [access.apiKey],
      judge,
      perMinute: access.perMinute ?? 60,
      limits: { headersMs: 30_000, ...access.http?.limits },
      // "Please retry after 1 second": 1, 2, 4 s and on.
      retry: { rateLimitMs: 1_000, ...access.http?.retry },
    })
  }

  async probe(signal: AbortSignal): Promise<{ host: string; at: number; chains: readonly string[] }> {
    const { chains, at } = await this.supported(signal)
    return { host: this.http.host, at, chains: [...new Set(Object.values(chains).flat())].sort() }
  }

  /** The cheapest call that needs the key: one token's price of one hour. @throws as any call; CREDENTIAL_REFUSED */
  async tryKey(signal: AbortSignal): Promise<void> {
    const hour = hourOf(this.now())
    const body = {
      addresses: [WETH],
      start_timestamp: formatTime(addHours(hour, -1)),
      end_timestamp: formatTime(hour),
      time_granularity: '1h',
    }
    await this.pages(PRICES, body, {}, signal)
  }

  /** Every page of a list. @param over whether an item and all after it are beyond what is wanted */
  async pages(
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

  /** Whether an endpoint knows the chain; where it does not, its answer would be an empty list. */
  async answers(path: string, chain: Chain | null, signal: AbortSignal): Promise<boolean> {
    if (chain === null) return false
    const { chains } = await this.supported(signal)
    return (chains[path] ?? []).includes(chain.name)
  }

  failure(kind: 'answer' | 'not-found', route: string, message: string): ProviderError {
    return new ProviderError(kind, { provider: this.id, host: this.http.host, route, message })
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
}
