import { DAY_MS } from '#core/hour.ts'
import { chartPoints } from './chart.ts'
import type { Market, MarketCoin } from './market.ts'
import { ok, type Ask, type Reply } from './reply.ts'

/** Which of CoinGecko's hosts is played, and the key that it takes. */
export type CoinGeckoRole = { readonly plan: 'public' | 'demo' | 'pro'; readonly apiKey: string | null }

const FREE_DAYS = 365

/** Answers a request under `/api/v3` as CoinGecko does, errors in the shapes that it sends them in. */
export function answerCoinGecko(ask: Ask, market: Market, role: CoinGeckoRole): Reply {
  if (!ask.path.startsWith('/api/v3/')) return wrongPath
  const refusal = keyFault(ask, role)
  if (refusal) return refusal
  const path = ask.path.slice('/api/v3'.length)
  if (path === '/ping') return ok({ gecko_says: '(V3) To the Moon!' })
  if (path === '/key' && role.plan === 'pro') return ok(KEY)
  if (path === '/coins/markets') return markets(ask, market)
  if (path === '/coins/list') return ok(market.coins.map((coin) => listed(coin, ask)))
  if (path === '/asset_platforms') return ok(PLATFORMS)
  if (path === '/simple/price') return simplePrice(ask, market)
  const chart = /^\/coins\/([^/]+)\/market_chart(\/range)?$/.exec(path)
  if (chart) return marketChart(decodeURIComponent(chart[1] ?? ''), chart[2] !== undefined, ask, market, role)
  return wrongPath
}

const wrongPath: Reply = {
  status: 404,
  body: { status: { error_code: 404, error_message: 'Incorrect path.' } },
}

const KEY = {
  plan: 'Analyst',
  rate_limit_request_per_minute: 500,
  monthly_call_credit: 500_000,
  current_total_monthly_calls: 1204,
  current_remaining_monthly_calls: 498_796,
}
const PLATFORMS = [
  { id: 'ethereum', chain_identifier: 1, name: 'Ethereum', shortname: 'ETH', native_coin_id: 'ethereum' },
  { id: 'base', chain_identifier: 8453, name: 'Base', shortname: '', native_coin_id: 'ethereum' },
  { id: 'solana', chain_identifier: null, name: 'Solana', shortname: 'SOL', native_coin_id: 'solana' },
]

function keyFault({ headers }: Ask, { plan, apiKey }: CoinGeckoRole): Reply | null {
  const demo = headers['x-cg-demo-api-key']
  const pro = headers['x-cg-pro-api-key']
  if (plan !== 'pro' && pro !== undefined) {
    return topCode(
      10010,
      'If you are using Pro API key, please change your root URL to pro-api.coingecko.com',
    )
  }
  if (plan === 'pro' && demo !== undefined) {
    return topCode(10011, 'If you are using Demo API key, please change your root URL to api.coingecko.com')
  }
  const sent = plan === 'pro' ? pro : demo
  if (plan === 'public' || (apiKey !== null && sent === apiKey)) return null
  return { status: 401, body: { status: status(10002, 'API Key Missing or wrong') } }
}

const status = (code: number, message: string) => ({
  timestamp: '2026-01-01T00:00:00.000+00:00',
  error_code: code,
  error_message: message,
})
const topCode = (code: number, message: string): Reply => ({
  status: 400,
  body: { timestamp: '2026-01-01T00:00:00.000+00:00', error_code: code, status: { error_message: message } },
})
const wrong = (message: string): Reply => ({ status: 422, body: { error: message } })
const unknownCoin: Reply = { status: 404, body: { error: 'coin not found' } }

function marketChart(id: string, range: boolean, ask: Ask, market: Market, role: CoinGeckoRole): Reply {
  const { query, now } = ask
  const quote = query.get('vs_currency')
  if (quote === null) return wrong('Missing parameter vs_currency')
  if (!market.coins.some((coin) => coin.id === id)) return unknownCoin
  if (market.rate(quote, now) === null) return wrong('invalid vs_currency')
  const from = range ? timeOf(query.get('from'), role) : now - Number(query.get('days')) * DAY_MS
  const to = range ? timeOf(query.get('to'), role) : now
  if (!Number.isFinite(from) || !Number.isFinite(to)) return wrong('Invalid from, to or days')
  if (role.plan !== 'pro' && from < now - FREE_DAYS * DAY_MS) return beyondReach
  const prices = chartPoints(market, id, quote, { from, to, now })
  const supply = market.coins.find((coin) => coin.id === id)?.supply ?? 0
  const scaled = (factor: number) => prices.map(([time, price]) => [time, price * factor])
  return ok({ prices, market_caps: scaled(supply), total_volumes: scaled(supply / 50) })
}

const beyondReach: Reply = {
  status: 401,
  body: {
    error: {
      status: status(
        10012,
        'Your request exceeds the allowed time range. Public API users are limited to querying historical data within the past 365 days.',
      ),
    },
  },
}

function timeOf(text: string | null, role: CoinGeckoRole): number {
  if (text === null) return NaN
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/.test(text)
  if (role.plan !== 'pro' || !iso) return NaN
  return Date.parse(text.length === 10 ? `${text}T00:00Z` : `${text}Z`)
}

function markets({ query, now }: Ask, market: Market): Reply {
  const quote = query.get('vs_currency')
  const rate = quote === null ? null : market.rate(quote, now)
  if (quote === null) return wrong('Missing parameter vs_currency')
  if (rate === null) return wrong('invalid vs_currency')
  const rows = market.coins
    .map((coin) => ({ coin, price: market.priceAt(coin.id, now) }))
    .sort((a, b) => (b.price ?? 0) * b.coin.supply - (a.price ?? 0) * a.coin.supply)
    .map(({ coin, price }, index) => marketRow(coin, price === null ? null : price * rate, index + 1, now))
  const ids = query.get('ids')?.split(',')
  const wanted = ids ? rows.filter((row) => ids.includes(row.id)) : rows
  const perPage = Math.min(250, Number(query.get('per_page') ?? 100))
  const start = (Number(query.get('page') ?? 1) - 1) * perPage
  return ok(wanted.slice(start, start + perPage))
}

function marketRow(
  { id, symbol, name, supply }: MarketCoin,
  price: number | null,
  rank: number,
  now: number,
) {
  return {
    id,
    symbol,
    name,
    image: null,
    current_price: price,
    market_cap: price === null ? null : Math.round(price * supply),
    market_cap_rank: rank,
    total_volume: price === null ? null : Math.round((price * supply) / 50),
    circulating_supply: supply,
    max_supply: null,
    roi: null,
    last_updated: new Date(now).toISOString(),
  }
}

function listed({ id, symbol, name, platforms }: MarketCoin, { query }: Ask) {
  return query.get('include_platform') === 'true' ? { id, symbol, name, platforms } : { id, symbol, name }
}

function simplePrice({ query, now }: Ask, market: Market): Reply {
  const quotes = query.get('vs_currencies')?.split(',')
  if (quotes === undefined) return wrong('Missing parameter vs_currencies')
  const ids = query.get('ids')?.split(',') ?? []
  const known = ids.filter((id) => market.coins.some((coin) => coin.id === id))
  const prices = known.map((id) => {
    const price = market.priceAt(id, now)
    const rates = quotes.map((quote) => [quote, market.rate(quote, now)] as const)
    const given = rates.flatMap(([quote, rate]) =>
      price === null || rate === null ? [] : [[quote, price * rate]],
    )
    return [id, { ...Object.fromEntries(given), last_updated_at: Math.floor(now / 1000) }] as const
  })
  return ok(Object.fromEntries(prices))
}
