import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import {
  coinmarketcap,
  type CoinMarketCap,
  type CoinMarketCapOptions,
} from '#ingestion/coinmarketcap/client.ts'
import type { Described } from '#ingestion/coinmarketcap/ids.ts'
import { latestOf } from '#ingestion/coinmarketcap/map.ts'
import type { PriceSource } from '#pipeline/ports.ts'
import type { SpotSource } from '#pipeline/queries/spot-source.ts'
import * as fault from '#tests/support/provider-faults.ts'
import { fixture, haveFixtures } from '#tests/support/provider-fixtures.ts'
import { json, misbehaving, type Misbehaving } from '#tests/support/provider-server.ts'

const USD = 'usd' as Quote
const KEY = 'canary-cmc-5d1'
const now = Date.UTC(2026, 4, 20, 10, 20)
const UPDATED = '2026-05-20T10:02:00.000Z'
const USDC = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'
const never = new AbortController().signal
const id = (text: string) => text as AssetId

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const coin = (cmc: number, symbol: string, slug: string, name: string, platform: object | null = null) => ({
  ...{ id: cmc, symbol, slug, name, is_active: 1, platform },
})
const ethereum = (address: string) => ({
  id: 1027,
  name: 'Ethereum',
  slug: 'ethereum',
  token_address: address,
})
const LIST = [
  coin(1, 'BTC', 'bitcoin', 'Bitcoin'),
  coin(1027, 'ETH', 'ethereum', 'Ethereum'),
  coin(1839, 'BNB', 'bnb', 'BNB'),
  coin(3408, 'USDC', 'usd-coin', 'USDC', ethereum(USDC.toLowerCase())),
  coin(90001, 'USDC', 'fake-usdc', 'USDC', ethereum(`0x${'1'.repeat(40)}`)),
  coin(90002, 'USDC', 'other-usdc', 'USDC'),
  coin(90003, 'TWIN', 'twin', 'Twin'),
  coin(90004, 'TWIN', 'twin-2', 'Twin'),
  coin(90005, 'FAR', 'far', 'Far', { name: 'Some New Chain', slug: 'some-new', token_address: USDC }),
]
const KNOWN: Record<string, Partial<Described>> = {
  bitcoin: { symbol: 'BTC', name: 'Bitcoin' },
  ethereum: { symbol: 'ETH', name: 'Ethereum' },
  binancecoin: { symbol: 'BNB', name: 'BNB' },
  'usd-coin': { symbol: 'USDC', name: 'USDC', places: [{ chain: 'eip155:1', contract: USDC.toLowerCase() }] },
  'some-dollar': { symbol: 'USDC', name: 'Some Dollar' },
  'fake-usdc': { symbol: 'USDC', name: 'Fake' },
  twin: { symbol: 'TWIN', name: 'Twin' },
  'other-twin': { symbol: 'TWIN', name: 'Twin' },
}
const describe_ = (asset: AssetId): Described => ({ places: [], symbol: null, name: null, ...KNOWN[asset] })

const status = (part: object = {}) => ({
  status: { timestamp: UPDATED, error_code: 0, error_message: null, elapsed: 1, credit_count: 1, ...part },
})
type Routes = Partial<Record<'map' | 'latest' | 'historical' | 'info', fault.Fault>>

/** A host with the list of coins, and what else the test gives it. */
async function server(routes: Routes): Promise<Misbehaving> {
  const started = await misbehaving(() => (request, response) => {
    const path = new URL(request.url ?? '', 'http://local').pathname
    const name = path.split('/').at(-1) as keyof Routes
    const list = json({ ...status(), data: LIST })
    ;(routes[name] ?? (name === 'map' ? list : fault.status(404)))(request, response)
  })
  open.push(started)
  return started
}
function client(
  url: string,
  options: Partial<CoinMarketCapOptions> = {},
): CoinMarketCap & PriceSource & SpotSource {
  const made = coinmarketcap({
    ...{ apiKey: KEY, baseUrl: url, perMinute: 60_000, historyDays: 30, monthCredits: null },
    describe: describe_,
    http: {
      now: () => now,
      retry: { retries: 1, minMs: 1, maxMs: 2, rateLimitMs: 5 },
      retryAfterCapMs: 120_000,
    },
    ...options,
  })
  open.push(made)
  return made
}
const paths = ({ arrivals }: Misbehaving, name: string) =>
  arrivals.map(({ url }) => new URL(url, 'http://local')).filter(({ pathname }) => pathname.endsWith(name))

describe('every shape of quotes/latest', () => {
  const price = { price: 3012.44, last_updated: UPDATED }
  const row = (quote: unknown) => ({ id: 1027, symbol: 'ETH', quote })
  const asList = [
    { id: 2790, symbol: 'EUR', price: 1, last_updated: UPDATED },
    { id: 2781, symbol: 'USD', ...price },
  ]
  test.each([
    ['v2 by id: an object of rows', { '1027': row({ USD: price }) }],
    ['v2 by symbol: an object of lists', { ETH: [row({ USD: price })] }],
    ['v1: one object by symbol', { ETH: row({ USD: price }) }],
    ['v3: a list, its quote a list', [row(asList)]],
    ['v3: a quote with the number alone', [row([{ id: '2781', ...price }])]],
    ['a list, its quote an object', [row({ USD: price })]],
    ['a quote keyed by number', [row({ '2781': price })]],
  ])('%s', async (_name, data) => {
    const host = await server({ latest: json({ ...status({ error_code: '0', elapsed: '12' }), data }) })
    const { prices, faults } = await client(host.url).spot([id('ethereum')], USD, never)
    expect(prices.get(id('ethereum'))).toEqual({ price: 3012.44, time: Date.parse(UPDATED), sure: true })
    expect(faults).toEqual([])
    const query = Object.fromEntries(paths(host, 'latest')[0]?.searchParams ?? [])
    expect(query).toEqual({ id: '1027', convert: 'USD', skip_invalid: 'true', aux: 'cmc_rank' })
  })

  test('rows come in any order; an inactive coin has no price, and that is no fault', async () => {
    const data = [row(asList), { id: 1, quote: { USD: { price: null, last_updated: UPDATED } } }]
    const host = await server({ latest: json({ ...status(), data }) })
    const { prices, faults } = await client(host.url).spot(['bitcoin', 'ethereum'].map(id), USD, never)
    expect([[...prices.keys()], faults]).toEqual([['ethereum'], []])
  })

  test.each([
    ['zero', { ...price, price: 0 }],
    ['a text', { ...price, price: '3012' }],
    ['without a time', { price: 1 }],
    ['in another currency only', undefined],
  ])('a price that is %s is a fault, never a price', async (_name, dollars) => {
    const host = await server({ latest: json({ ...status(), data: [row({ EUR: price, USD: dollars })] }) })
    const { prices, faults } = await client(host.url).spot([id('ethereum')], USD, never)
    expect([prices.size, faults.length]).toEqual([0, 1])
  })

  test.skipIf(!haveFixtures())('a recorded list', () => {
    const { data } = JSON.parse(fixture('coinmarketcap/listings_latest_2019-02-08.json')) as { data: unknown }
    const { prices, faults } = latestOf(data)
    expect([...prices.keys()]).toEqual([1, 52, 1027])
    expect(prices.get(1)).toEqual({
      ...{ price: 3453.70296808, sure: true },
      time: Date.UTC(2019, 1, 8, 12, 28, 26),
    })
    expect(faults).toEqual([])
  })
})

describe('which coin is meant', () => {
  const asked = async (asset: string): Promise<number | null> => {
    const data = LIST.map((each) => ({
      id: each.id,
      quote: { USD: { price: each.id, last_updated: UPDATED } },
    }))
    const host = await server({ latest: json({ ...status(), data }) })
    return (await client(host.url).spot([id(asset)], USD, never)).prices.get(id(asset))?.price ?? null
  }
  test.each([
    ['by its slug and symbol', 'bitcoin', 1],
    ['by its name and symbol, where the slug is another', 'binancecoin', 1839],
    ['by its contract, in any letters', 'usd-coin', 3408],
    ['a token by its contract', `eip155:1/erc20:${USDC.toLowerCase()}`, 3408],
    ['the same contract on another chain is another token', `eip155:10/erc20:${USDC.toLowerCase()}`, null],
    ['a symbol alone decides nothing', 'some-dollar', null],
    ['a token is never known by its name', 'fake-usdc', null],
    ['a slug tells two of one name apart', 'twin', 90003],
    ['a name that two have is nobody’s', 'other-twin', null],
  ])('%s: %s', async (_name, asset, expected) => expect(await asked(asset)).toBe(expected))

  test('the list is read over all its pages, once', async () => {
    const page = (start: number) =>
      Array.from({ length: start > 5_000 ? 3 : 5_000 }, (_, index) =>
        coin(start + index, `S${start + index}`, `slug-${start + index}`, `Name ${start + index}`),
      )
    const host = await server({
      map: (request, response) => {
        const start = Number(new URL(request.url ?? '', 'http://local').searchParams.get('start'))
        json({ ...status(), data: page(start) })(request, response)
      },
      latest: json({ ...status(), data: [] }),
    })
    const source = client(host.url)
    await Promise.all([source.spot([id('bitcoin')], USD, never), source.spot([id('ethereum')], USD, never)])
    expect(paths(host, 'map').map(({ searchParams }) => searchParams.get('start'))).toEqual(['1', '5001'])
  })

  test('what cannot be asked for: currencies, symbols, another quote', () => {
    const source = client('http://127.0.0.1:1')
    const can = (asset: string, quote = 'usd') => source.supports(id(asset), quote as Quote)
    expect([
      can('bitcoin'),
      can('fiat:eur'),
      can('symbol:X'),
      can('nobody-knows'),
      can('bitcoin', 'eur'),
    ]).toEqual([...[true, false, false, false, false]])
  })
})

test('what it can be asked for is what the list has, as soon as that has been read', async () => {
  const host = await server({ latest: json({ ...status(), data: [] }) })
  const source = client(host.url)
  const assets = ['bitcoin', 'some-dollar', `eip155:1/erc20:${USDC.toLowerCase()}`].map(id)
  const can = () => assets.map((asset) => source.supports(asset, USD))
  expect(can()).toEqual([true, true, false])
  await source.spot(assets, USD, never)
  expect(can()).toEqual([true, false, true])
})

describe('past prices', () => {
  const from = (hourOf(now) - 5 * HOUR_MS) as Hour
  const ask = { asset: id('bitcoin'), quote: USD, from, to: from + 3 * HOUR_MS }
  const point = (hour: number, price: unknown) => ({
    timestamp: new Date(from + hour * HOUR_MS).toISOString(),
    quote: { USD: { price, timestamp: new Date(from + hour * HOUR_MS).toISOString() } },
  })
  const quotes = [point(-1, 9), point(0, 10), point(1, 11), point(2, 12), point(3, 13)]
  test.each([
    ['bare', { id: 1, quotes }],
    ['under its number', { '1': { id: 1, quotes } }],
    ['in a list', [{ id: 1, quotes }]],
    [
      'with lists of currencies',
      [{ id: 1, quotes: quotes.map((one) => ({ ...one, quote: [{ id: 2781, ...one.quote.USD }] })) }],
    ],
  ])('an answer %s', async (_name, data) => {
    const host = await server({ historical: json({ ...status({ credit_count: 3 }), data }) })
    const source = client(host.url)
    const answer = await source.prices(ask, never)
    expect([...answer.samples.prices]).toEqual([10, 11, 12])
    expect([...answer.samples.times]).toEqual([0, 1, 2].map((hour) => from + hour * HOUR_MS))
    expect(answer.coveredTo).toBe(ask.to)
    expect(source.report()).toMatchObject({ calls: 2, credits: 4 })
  })

  test('a plan without them says so, and is asked for the past no more', async () => {
    const error = {
      error_code: 1006,
      error_message: "Your API Key subscription plan doesn't support this endpoint.",
    }
    const host = await server({ historical: fault.status(403, status(error)) })
    const source = client(host.url)
    expect(source.reach(now)).toBeLessThan(from)
    await expect(source.prices(ask, never)).rejects.toMatchObject({
      ...{ kind: 'plan-reach', message: expect.stringContaining('no past prices') as string },
      fix: expect.stringContaining('CMC_HISTORY_DAYS=0') as string,
    })
    expect(source.reach(now)).toBe(hourOf(now))
  })

  test('without history the hour that is running is the price of now', async () => {
    const data = [{ id: 1, quote: { USD: { price: 50, last_updated: UPDATED } } }]
    const host = await server({ latest: json({ ...status(), data }) })
    const source = client(host.url, { historyDays: 0 })
    expect(source.reach(now)).toBe(hourOf(now))
    const answer = await source.prices({ ...ask, from: hourOf(now), to: now }, never)
    expect([[...answer.samples.prices], [...answer.samples.times]]).toEqual([[50], [Date.parse(UPDATED)]])
  })

  test('a coin that is not in the list is an item of its own', async () => {
    const host = await server({})
    await expect(client(host.url).prices({ ...ask, asset: id('twin-x') }, never)).rejects.toMatchObject({
      kind: 'not-found',
    })
  })
})

describe('errors', () => {
  const bad = (code: number | string, message = `key ${KEY} said no`) =>
    status({ error_code: code, error_message: message, credit_count: 0 })
  const failing = async (answer: fault.Fault) => {
    const host = await server({ latest: answer })
    const source = client(host.url)
    const error: unknown = await source.spot([id('bitcoin')], USD, never).catch((thrown: unknown) => thrown)
    return { host, source, error }
  }

  test.each([
    [400, 400, 'PROVIDER_REFUSED'],
    [401, 1001, 'CREDENTIAL_REFUSED'],
    [401, '1002', 'CREDENTIAL_REFUSED'],
    [402, 1003, 'CREDENTIAL_REFUSED'],
    [403, 1006, 'PROVIDER_REFUSED'],
    [403, 1007, 'CREDENTIAL_REFUSED'],
    [500, 500, 'PROVIDER_UNAVAILABLE'],
    [200, 1001, 'CREDENTIAL_REFUSED'],
    [200, '400', 'PROVIDER_REFUSED'],
  ])('HTTP %i with code %s is %s, without the key', async (http, code, expected) => {
    const { error } = await failing(fault.status(http, { ...bad(code), data: [] }))
    expect(error).toMatchObject({ code: expected })
    expect(String((error as Error).message)).toContain('said no')
    expect(JSON.stringify([error, (error as Error).message])).not.toContain(KEY)
  })

  test.each([
    ['a day’s credits come back at midnight', 1009, '2026-05-21T00:00:00Z'],
    ['a month’s with the next month', 1010, '2026-06-01T00:00:00Z'],
  ])('429: %s, and no call is made before', async (_name, code, until) => {
    for (const http of [429, 200]) {
      const { host, source, error } = await failing(fault.status(http, bad(code)))
      expect(error).toMatchObject({ kind: 'postponed', message: expect.stringContaining(until) as string })
      const calls = host.arrivals.length
      await expect(source.spot([id('bitcoin')], USD, never)).rejects.toMatchObject({ kind: 'postponed' })
      expect(host.arrivals.length).toBe(calls)
    }
  })

  test.each([
    ['the minute of a key', 1008, 60_000],
    ['an address, longer', 1011, 120_000],
  ])('429: %s is waited for', async (_name, code, ms) => {
    const waits: number[] = []
    const host = await server({ latest: fault.status(429, bad(code)) })
    const stop = new AbortController()
    const source = client(host.url, {
      http: {
        now: () => now,
        retryAfterCapMs: 120_000,
        onWait: (wait) => {
          waits.push(wait.ms)
          stop.abort()
        },
      },
    })
    await expect(source.spot([id('bitcoin')], USD, stop.signal)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeGreaterThanOrEqual(ms)
    expect(waits[0]).toBeLessThan(ms + 1_000)
  })

  test.skipIf(!haveFixtures())('the recorded 429 is the minute of a key', async () => {
    const stop = new AbortController()
    const body = fixture('coinmarketcap/error_429_minute_rate_limit_1008.json')
    const host = await server({ latest: fault.status(429, body) })
    const waits: number[] = []
    const onWait = ({ ms }: { ms: number }) => {
      waits.push(ms)
      stop.abort()
    }
    const source = client(host.url, { http: { now: () => now, onWait } })
    await expect(source.spot([id('bitcoin')], USD, stop.signal)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    expect(waits[0]).toBeGreaterThanOrEqual(60_000)
  })

  test.each([
    ['no envelope', json([1])],
    ['no data', json(status())],
    ['HTML with 200', fault.html],
  ])('%s is an error of that call', async (_name, answer) => {
    expect((await failing(answer)).error).toMatchObject({ code: 'PROVIDER_ANSWER' })
  })

  test('the key travels in its header and nowhere else', async () => {
    const { host } = await failing(fault.status(401, bad(1001)))
    expect(host.arrivals.every(({ headers }) => headers['x-cmc_pro_api_key'] === KEY)).toBe(true)
    expect(host.arrivals.some(({ url }) => url.includes(KEY))).toBe(false)
  })
})

test('credits are counted as the answers say, and a used-up month stops the calls', async () => {
  const data = [{ id: 1, quote: { USD: { price: 50, last_updated: UPDATED } } }]
  const host = await server({ latest: json({ ...status({ credit_count: 4 }), data }) })
  const source = client(host.url, { monthCredits: { limit: 100, used: 95 } })
  await source.spot([id('bitcoin')], USD, never)
  expect(source.report().credits).toBe(5)
  await expect(source.spot([id('bitcoin')], USD, never)).rejects.toMatchObject({ kind: 'postponed' })
})

test('the probe tells what is left of the month', async () => {
  const data = {
    plan: { credit_limit_monthly: 15_000, rate_limit_minute: 30 },
    usage: { current_month: { credits_used: 1, credits_left: 14_999 } },
  }
  const host = await server({ info: json({ ...status({ credit_count: 0 }), data }) })
  expect(await client(host.url).probe(never)).toMatchObject({
    host: new URL(host.url).host,
    creditsLeft: 14_999,
  })
})
