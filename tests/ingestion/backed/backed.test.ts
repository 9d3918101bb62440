import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { hourOf } from '#core/hour.ts'
import { backed, type Backed, type BackedOptions } from '#ingestion/backed/client.ts'
import type { Places } from '#ingestion/backed/listing.ts'
import type { PriceSource } from '#pipeline/ports.ts'
import type { SpotSource } from '#pipeline/queries/spot-source.ts'
import * as fault from '#tests/support/provider-faults.ts'
import { json, misbehaving, type Misbehaving } from '#tests/support/provider-server.ts'

const USD = 'usd' as Quote
const now = Date.UTC(2026, 4, 20, 15, 20)
const TSLA = '0x0000000000000000000000000000000000000aaa'
const NVDA = '0x0000000000000000000000000000000000000bbb'
const SOLANA = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp'
const never = new AbortController().signal
const id = (text: string) => text as AssetId

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const trading = (part: object = {}) => ({ currency: 'USD', currentPeriod: 'market', openNow: true, ...part })
const node = (symbol: string, name: string, part: object = {}) => ({
  ...{ id: `node-${symbol}`, symbol, name, isTradingHalted: false, trading: trading(), deployments: [] },
  ...part,
})
const NODES = [
  node('TSLAx', 'Tesla xStock', {
    deployments: [
      { network: 'Solana', address: 'svm:XsDoVfqeBukxuZHWhdvWHBhgEHjGNst4MLodqsJHzoB' },
      { network: 'Ethereum', address: TSLA.toUpperCase().replace('0X', '0x') },
      { network: 'SomeNewNet', address: NVDA },
    ],
  }),
  // One address on several networks is common: another token may well have it elsewhere.
  node('NVDAx', 'NVIDIA xStock', {
    deployments: [
      { network: 'Ethereum', address: NVDA },
      { network: 'Arbitrum', address: TSLA },
    ],
  }),
  node('SPYx', 'SP500 xStock'),
  node('CLOSEDx', 'Closed xStock', {
    trading: trading({ openNow: false, currentPeriod: 'closed', nextChangeAt: '2026-05-20T16:00:00.000Z' }),
  }),
  node('EURx', 'Euro xStock', { trading: trading({ currency: 'EUR' }) }),
  { symbol: 5 },
]
const KNOWN: Record<string, Partial<Places>> = {
  'tesla-xstock': { places: [{ chain: 'eip155:1', contract: TSLA }] },
  'odd-name-xstock': { symbol: 'SPYX' },
}
const describe_ = (asset: AssetId): Places => ({ places: [], symbol: null, ...KNOWN[asset] })

type Answers = Record<string, fault.Fault>
/** A host whose list has the nodes in pages of two, and what else the test gives it, by the end of the path. */
async function server(answers: Answers = {}, nodes: readonly unknown[] = NODES): Promise<Misbehaving> {
  const started = await misbehaving(() => (request, response) => {
    const url = new URL(request.url ?? '', 'http://local')
    const found = Object.keys(answers).find((end) => url.pathname.endsWith(end))
    if (found !== undefined) return answers[found]?.(request, response)
    if (!url.pathname.endsWith('/public/assets')) return fault.status(404)(request, response)
    const page = Number(url.searchParams.get('page'))
    const part = nodes.slice(page * 2, page * 2 + 2)
    json({ nodes: part, page: { hasNextPage: (page + 1) * 2 < nodes.length } })(request, response)
  })
  open.push(started)
  return started
}
type Clock = { now: number }
function client(
  urls: string[],
  options: Partial<BackedOptions> = {},
  clock: Clock = { now },
): Backed & PriceSource & SpotSource {
  const made = backed({
    ...{ baseUrls: urls.map((url) => `${url}/api/v2`), perMinute: 60_000, describe: describe_ },
    http: { now: () => clock.now, retry: { retries: 1, minMs: 1, maxMs: 2, rateLimitMs: 5 } },
    ...options,
  })
  open.push(made)
  return made
}
const quote = (value: unknown) => json({ quote: value })
const calls = ({ arrivals }: Misbehaving, end: string) =>
  arrivals.filter(({ url }) => new URL(url, 'http://local').pathname.endsWith(end))

describe('the list', () => {
  test('is read from page 0 to the last, a hundred a page, once, with a user agent', async () => {
    const host = await server({ '/TSLAx/price-data': quote(432.17) })
    const source = client([host.url])
    await Promise.all([1, 2].map(() => source.spot([id('tesla-xstock')], USD, never)))
    const pages = calls(host, '/public/assets').map(({ url }) => new URL(url, 'http://local').searchParams)
    expect(pages.map((page) => page.get('page'))).toEqual(['0', '1', '2'])
    expect(pages.every((page) => page.get('pageSize') === '100')).toBe(true)
    expect(host.arrivals.every(({ headers }) => /^tidemark/.test(headers['user-agent'] ?? ''))).toBe(true)
  })

  test.each([
    ['by network and contract', 'tesla-xstock', 'TSLAx'],
    ['by the symbol it has as a coin', 'odd-name-xstock', 'SPYx'],
    ['by its name', 'sp500-xstock', 'SPYx'],
    ['a token by network and contract', `eip155:1/erc20:${NVDA}`, 'NVDAx'],
    ['the same address elsewhere is another token', `eip155:42161/erc20:${TSLA}`, 'NVDAx'],
    [
      'the prefix before an address is none of it',
      `${SOLANA}/token:XsDoVfqeBukxuZHWhdvWHBhgEHjGNst4MLodqsJHzoB`,
      'TSLAx',
    ],
    ['a network that is not known decides nothing', `eip155:10/erc20:${NVDA}`, null],
    ['an unknown name', 'nothing-xstock', null],
  ])('%s: %s', async (_name, asset, symbol) => {
    const all = Object.fromEntries(
      ['TSLAx', 'NVDAx', 'SPYx'].map((each, index) => [`/${each}/price-data`, quote(index + 1)]),
    )
    const host = await server(all)
    const { prices } = await client([host.url]).spot([id(asset)], USD, never)
    const expected = symbol === null ? undefined : ['TSLAx', 'NVDAx', 'SPYx'].indexOf(symbol) + 1
    expect(prices.get(id(asset))?.price).toBe(expected)
  })

  test('tokens by contract can be asked for once it has been read', async () => {
    const host = await server({ '/TSLAx/price-data': quote(1) })
    const source = client([host.url])
    const token = id(`eip155:1/erc20:${TSLA}`)
    const can = () => [
      source.supports(token, USD),
      source.supports(id('tesla-xstock'), USD),
      source.supports(id('bitcoin'), USD),
    ]
    expect(can()).toEqual([false, true, false])
    await source.spot([token], USD, never)
    expect(can()).toEqual([true, true, false])
    expect(source.supports(id('tesla-xstock'), 'eur' as Quote)).toBe(false)
  })
})

describe('a price', () => {
  const ask = { asset: id('tesla-xstock'), quote: USD, from: hourOf(now), to: now + 1 }

  test('is a sample of the moment at which it came; there is none of the past', async () => {
    const host = await server({ '/price-data': quote(432.17) })
    const source = client([host.url])
    expect(source.reach(now)).toBe(hourOf(now))
    const { samples, invalid } = await source.prices(ask, never)
    expect([[...samples.prices], [...samples.times], invalid]).toEqual([[432.17], [now], []])
  })

  test('null, which comes late, is no price and no fault: the last one is carried', async () => {
    const late: fault.Fault = (request, response) =>
      void setTimeout(() => quote(null)(request, response), 300)
    const host = await server({ '/price-data': late })
    const source = client([host.url])
    const { samples, invalid, coveredTo } = await source.prices(ask, never)
    expect([samples.times.length, invalid.length, coveredTo]).toEqual([0, 0, now + 1])
    const { prices, faults } = await source.spot([ask.asset], USD, never)
    expect([prices.size, faults]).toEqual([0, []])
  })

  test.each([
    ['zero', 0],
    ['a text', '432'],
    ['below 0', -1],
    ['missing', undefined],
  ])('that is %s is a fault, never a price', async (_name, value) => {
    const host = await server({ '/price-data': quote(value) })
    const source = client([host.url])
    await expect(source.prices(ask, never)).rejects.toMatchObject({ code: 'PROVIDER_ANSWER' })
    const { prices, faults } = await source.spot([ask.asset], USD, never)
    expect([prices.size, faults.length]).toEqual([0, 1])
  })

  test('in another currency is a fault', async () => {
    const host = await server({ '/price-data': quote(5) })
    const { prices, faults } = await client([host.url]).spot([id('euro-xstock')], USD, never)
    expect([prices.size, faults]).toEqual([0, [expect.stringContaining('not traded in dollars')]])
  })

  test('a closed market is not asked until it opens, and its hours are told', async () => {
    const clock = { now }
    const host = await server({ '/price-data': quote(7) })
    const source = client([host.url], {}, clock)
    const asset = id('closed-xstock')
    const closed = await source.spot([asset], USD, never)
    expect(closed.prices.size).toBe(0)
    expect(closed.markets.get(asset)).toEqual({
      ...{ currentPeriod: 'closed', openNow: false, nextChange: Date.UTC(2026, 4, 20, 16) },
    })
    expect(calls(host, '/price-data')).toHaveLength(0)
    clock.now = Date.UTC(2026, 4, 20, 16, 1)
    const opened = await source.spot([asset], USD, never)
    expect(opened.prices.get(asset)).toMatchObject({ price: 7, time: clock.now })
    expect(opened.markets.get(asset)?.openNow).toBe(true)
  })
})

describe('multipliers', () => {
  const of = async (body: unknown) => {
    const host = await server({ '/multiplier': json(body) })
    return client([host.url]).multiplier(id('tesla-xstock'), 'Solana', never)
  }
  test.each([
    [
      'nothing pending',
      { currentMultiplier: 1.0021, newMultiplier: 0, activationDateTime: 0, reason: null },
      null,
    ],
    ['texts', { currentMultiplier: '1.0021', newMultiplier: '0', activationDateTime: '0' }, null],
    [
      'a split to come',
      { currentMultiplier: 1.0021, newMultiplier: 2, activationDateTime: 1_780_000_000 },
      { multiplier: 2, from: 1_780_000_000_000 },
    ],
  ])('%s', async (_name, body, pending) => {
    expect(await of(body)).toEqual({ current: 1.0021, pending })
  })

  test.each([
    ['zero', { currentMultiplier: 0 }],
    ['nothing', {}],
    ['a list', []],
  ])('one that is %s is an error', async (_name, body) => {
    await expect(of(body)).rejects.toMatchObject({ code: 'PROVIDER_ANSWER' })
  })

  test('of the past, oldest first', async () => {
    const step = (after: number, at: number | string) => ({
      ...{ previousMultiplier: '1', multiplier: after, reason: 'Dividend', activationDateTime: at },
    })
    const host = await server({
      '/multiplier/history': json([step(1.2, 1_770_000_000), step(1.1, '2026-01-01T00:00:00Z')]),
    })
    expect(await client([host.url]).multipliers(id('tesla-xstock'), 'Ethereum', never)).toEqual([
      { from: Date.UTC(2026, 0, 1), before: 1, after: 1.1, reason: 'Dividend' },
      { from: 1_770_000_000_000, before: 1, after: 1.2, reason: 'Dividend' },
    ])
  })
})

describe('two hosts', () => {
  test.each([
    ['an HTML page with 503', fault.status(503, '<html>')],
    ['HTML with 200', fault.html],
    ['403 of a wall', fault.status(403)],
    ['a cut connection', fault.reset],
  ])('%s: the other answers, and is asked first from then on', async (_name, answer) => {
    const down = await server({ '/public/assets': answer })
    const up = await server({ '/price-data': quote(9) })
    const source = client([down.url, up.url])
    const { prices } = await source.spot([id('tesla-xstock')], USD, never)
    expect(prices.get(id('tesla-xstock'))?.price).toBe(9)
    const before = down.arrivals.length
    await source.spot([id('tesla-xstock')], USD, never)
    expect(down.arrivals.length).toBe(before)
    expect(source.report().host).toBe(new URL(up.url).host)
  })

  test('what is not known here is not known there', async () => {
    const first = await server({ '/price-data': fault.status(404) })
    const second = await server({ '/price-data': quote(1) })
    const { faults } = await client([first.url, second.url]).spot([id('tesla-xstock')], USD, never)
    expect(faults).toHaveLength(1)
    expect(second.arrivals).toHaveLength(0)
  })

  test('where none answers, the first one’s failure is told', async () => {
    const urls = await Promise.all([1, 2].map(() => server({ '/public/assets': fault.status(500) })))
    const source = client(urls.map(({ url }) => url))
    await expect(source.probe(never)).rejects.toMatchObject({
      ...{ code: 'PROVIDER_UNAVAILABLE', host: new URL(urls[0]?.url ?? '').host },
    })
  })
})

test('the probe tells host and assets', async () => {
  const host = await server()
  expect(await client([host.url]).probe(never)).toMatchObject({ host: new URL(host.url).host, assets: 2 })
})
