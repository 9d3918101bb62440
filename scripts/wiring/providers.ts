import { hash } from 'node:crypto'
import type { Config } from '#config/config.ts'
import { monthOf } from '#core/month.ts'
import { allium, type Allium } from '#ingestion/allium/client.ts'
import { coingecko, type CoinGecko } from '#ingestion/coingecko/client.ts'
import { concurrencyFor, type HttpTuning, type SharedLimit } from '#ingestion/http/options.ts'
import type { Emit } from '#pipeline/events.ts'
import type { Budget, JobIo, PriceFeed } from '#pipeline/jobs/io.ts'
import type { CoinStore, RecordStore, UsageStore } from '#pipeline/ports.ts'
import { freshPrices } from '#pipeline/queue/fresh-prices.ts'
import { chainFeed } from './chain-feed.ts'
import { backedOf, coinmarketcapOf, defillamaOf, describer, limitKeyOf } from './price-sources.ts'
import type { Shared } from './shared.ts'
import { TokenBook } from './token-book.ts'

/** No limit of days: for null the client would take its plan's own. */
const ALL_DAYS = 36_500

/** CoinGecko as configured. @param used calls already made in this UTC month */
export function coingeckoOf(config: Config, used: number, http: HttpTuning): CoinGecko {
  const { plan, apiKey, baseUrl, rate, monthCredits, historyDays } = config.coingecko
  return coingecko({
    plan,
    apiKey,
    baseUrl,
    perMinute: rate,
    historyDays: historyDays ?? ALL_DAYS,
    monthCredits: monthCredits === null ? null : { limit: monthCredits, used },
    http,
  })
}

/** The limits of every client, and the words that a waiting provider gets on the progress line. */
function tuning(config: Config, emit: Emit): HttpTuning {
  return {
    retryAfterCapMs: config.retryAfterCap * 1000,
    onWait: ({ provider, ms, status }) =>
      emit({
        type: 'notice',
        level: 'info',
        message: `${provider}: ${status}, waiting ${Math.ceil(ms / 1000)} s`,
      }),
    onRetry: ({ provider, cause }) =>
      emit({ type: 'notice', level: 'info', message: `${provider}: ${cause}; trying again` }),
  }
}

/** What the providers need to know of the run they serve. */
type Run = {
  readonly store: UsageStore & CoinStore & RecordStore
  readonly emit: Emit
  /** Addresses of the user's own wallets, as far as they are known by now. */
  readonly own: ReadonlySet<string>
  /** What this process has together with others; null where it is alone. */
  readonly shared: Shared | null
  /** False for a run that writes nothing. */
  readonly persist: boolean
}
type Providers = Pick<
  JobIo,
  | 'prices'
  | 'coins'
  | 'wallets'
  | 'chains'
  | 'walletSources'
  | 'isOwn'
  | 'ownMark'
  | 'reports'
  | 'spent'
  | 'useTokens'
> & {
  close: () => void
}

/** Every provider that is configured, in the order of `PRICE_SOURCES`; without a key Allium is not asked. */
export async function providers(
  config: Config,
  { store, emit, own, shared, persist }: Run,
): Promise<Providers> {
  const http = tuning(config, emit)
  const used = await store.calls('coingecko', monthOf(Date.now()))
  const gecko = coingeckoOf(config, used, { ...http, shared: limitOf('coingecko', config.coingecko, shared) })
  const geckoBudget = budgetOf(config.coingecko.rate, config.coingecko.monthCredits)
  const tokens = new TokenBook()
  tokens.use((await store.tokens()).tokens)
  const second = alliumOf(config, tokens, own, { ...http, shared: limitOf('allium', config.allium, shared) })
  const alliumBudget = budgetOf(config.allium.rate, null)
  const feeds: Record<string, PriceFeed> = { coingecko: { source: gecko, budget: geckoBudget } }
  if (second !== null) feeds['allium'] = { source: second.prices, budget: alliumBudget }
  const more = await moreSources(config, { store, tokens, http, shared })
  for (const { source, budget } of more) feeds[source.id] = { source, budget }
  const chains = chainFeed(config, { store, emit, http, persist })
  const clients = [gecko, ...(second === null ? [] : [second]), ...more.map(({ source }) => source)]
  return {
    prices: config.priceSources.flatMap((id) => feeds[id] ?? []).map((feed) => withCache(feed, shared)),
    coins: { id: gecko.id, source: gecko, budget: geckoBudget },
    wallets: second === null ? null : { source: second.wallets, budget: alliumBudget },
    chains,
    walletSources: config.walletSources,
    isOwn: (address) => own.has(address.toLowerCase()),
    ownMark: () => hash('sha256', [...own].sort().join(' '), 'hex').slice(0, 16),
    reports: () => [...clients.map((client) => client.report()), ...chains.reports()],
    spent: (provider, used) => {
      for (const client of clients) if (client.id === provider && 'spent' in client) client.spent(used)
    },
    useTokens: (list) => tokens.use(list),
    close: () => [...clients, chains].forEach((client) => client.close()),
  }
}

type Sources = { readonly store: UsageStore & CoinStore; readonly tokens: TokenBook } & Pick<
  Run,
  'shared'
> & {
    readonly http: HttpTuning
  }

/** The sources beside CoinGecko and Allium, as far as `PRICE_SOURCES` names them and they have what they need. */
async function moreSources(config: Config, { store, tokens, http, shared }: Sources) {
  const named = (['coinmarketcap', 'backed', 'defillama'] as const).filter((id) =>
    config.priceSources.includes(id),
  )
  if (named.length === 0) return []
  const describe = describer(tokens, (await store.coins()).coins)
  const used = await store.calls('coinmarketcap', monthOf(Date.now()))
  return named.flatMap((id) => {
    const key = limitKeyOf(config, id)
    const own = { ...http, shared: limitOf(id, key, shared) }
    const made = {
      coinmarketcap: () => coinmarketcapOf(config, describe, used, own),
      backed: () => backedOf(config, describe, own),
      defillama: () => defillamaOf(config, own),
    }[id]()
    const credits = id === 'coinmarketcap' ? config.coinmarketcap.monthCredits : null
    return made === null ? [] : [{ source: made, budget: budgetOf(key.rate, credits) }]
  })
}

/** Allium as configured; null without a key. */
export function alliumOf(
  config: Config,
  tokens: TokenBook,
  own: ReadonlySet<string>,
  http: HttpTuning,
): Allium | null {
  const { apiKey, baseUrl, rate } = config.allium
  if (apiKey === null) return null
  return allium({
    apiKey,
    baseUrl,
    perMinute: rate,
    resolve: (chain, contract) => tokens.resolve(chain, contract),
    addressOf: (asset) => tokens.addressOf(asset),
    isOwn: (address) => own.has(address.toLowerCase()),
    http,
  })
}

/** The calls a minute of a key, over every process that uses it at this host. */
function limitOf(
  provider: string,
  { apiKey, baseUrl, rate }: { apiKey: string | null; baseUrl: string; rate: number },
  shared: Shared | null,
): SharedLimit | null {
  return shared?.limit(provider, `${new URL(baseUrl).host} ${apiKey ?? ''}`, rate) ?? null
}

function withCache(feed: PriceFeed, shared: Shared | null): PriceFeed {
  return shared === null ? feed : { ...feed, source: freshPrices(feed.source, shared.cache, Date.now) }
}

function budgetOf(perMinute: number, monthCredits: number | null): Budget {
  return { perMinute, monthCredits, concurrency: concurrencyFor(perMinute) }
}
