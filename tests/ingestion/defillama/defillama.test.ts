import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { defillama, type DefiLlama, type DefiLlamaOptions } from '#ingestion/defillama/client.ts'
import type { PriceSource } from '#pipeline/ports.ts'
import type { SpotSource } from '#pipeline/queries/spot-source.ts'
import * as fault from '#tests/support/provider-faults.ts'
import { fixture, haveFixtures } from '#tests/support/provider-fixtures.ts'
import { json, misbehaving, type Misbehaving } from '#tests/support/provider-server.ts'

const USD = 'usd' as Quote
const AERO = 'eip155:8453/erc20:0x940181a94a35a4569e4529a3cdfb74e38fd98631'
const USDC = 'eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913'
const never = new AbortController().signal
const from = Date.UTC(2026, 5, 1) as Hour
const now = from + 30 * 24 * HOUR_MS
const id = (text: string) => text as AssetId

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})
async function server(answer: (call: number) => fault.Fault): Promise<Misbehaving> {
  const started = await misbehaving(answer)
  open.push(started)
  return started
}
function client(url: string, options: Partial<DefiLlamaOptions> = {}): DefiLlama & PriceSource & SpotSource {
  const http = { now: () => now, retry: { retries: 1, minMs: 1, maxMs: 2, rateLimitMs: 5 } }
  const made = defillama({ apiKey: null, baseUrl: url, perMinute: 60_000, http, ...options })
  open.push(made)
  return made
}
const seconds = (ms: number) => ms / 1000

/** Answers a chart as the host does: a record near each point that was asked for, `lag` seconds after it. */
function chartOf(lag: number, extra: object = {}): fault.Fault {
  return (request, response) => {
    const url = new URL(request.url ?? '', 'http://local')
    const key = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
    const [start, span] = ['start', 'span'].map((name) => Number(url.searchParams.get(name)))
    const prices = Array.from({ length: span ?? 0 }, (_, index) => ({
      timestamp: (start ?? 0) + index * 3600 + lag,
      price: 100 + index,
    }))
    json({ coins: { [key]: { symbol: 'X', confidence: 0.99, prices, ...extra } } })(request, response)
  }
}

describe('what it can be asked for', () => {
  test.each([
    ['bitcoin', true],
    [AERO, true],
    ['eip155:1/slip44:60', true],
    ['eip155:999999/erc20:0x940181a94a35a4569e4529a3cdfb74e38fd98631', false],
    ['eip155:1/erc721:0x940181a94a35a4569e4529a3cdfb74e38fd98631', false],
    ['fiat:eur', false],
    ['symbol:ABC', false],
  ])('%s: %s', (asset, supported) => {
    expect(client('http://127.0.0.1:1').supports(id(asset), USD)).toBe(supported)
    expect(client('http://127.0.0.1:1').supports(id(asset), 'eur' as Quote)).toBe(false)
  })

  test('a key of the paid host stands in the path, and in nothing that is said', async () => {
    const { url, arrivals } = await server(() => fault.status(401, 'key sk-canary-1 is wrong'))
    const paid = client(url, { apiKey: 'sk-canary-1' })
    const error: unknown = await paid.spot([id('bitcoin')], USD, never).catch((thrown: unknown) => thrown)
    expect(arrivals[0]?.url).toBe('/sk-canary-1/coins/prices/current/coingecko:bitcoin')
    expect(error).toMatchObject({ code: 'CREDENTIAL_REFUSED' })
    expect(JSON.stringify([error, (error as Error).message, paid.report()])).not.toContain('canary')
  })
})

test.each([
  ...[400, 401, 402, 403, 404, 413, 429, 500].map(
    (code) => [`HTTP ${code}`, fault.status(code, 'your key sk-canary-2')] as const,
  ),
  ['HTML', fault.html] as const,
  ['a cut connection', fault.reset] as const,
  ['a hang', fault.hang] as const,
  ['a redirect with the path', fault.redirect('/sk-canary-2/coins/elsewhere')] as const,
  ['a redirect to a host', fault.redirect('https://sk-canary-2.example/x')] as const,
])('no key in what is left of a failure: %s', async (_name, answer) => {
  const { url } = await server(() => answer)
  const http = {
    limits: { connectMs: 200, headersMs: 200, totalMs: 300 },
    retry: { retries: 1, minMs: 1, maxMs: 2, rateLimitMs: 1, rateLimitPatienceMs: 20 },
  }
  const paid = client(url, { apiKey: 'sk-canary-2', http })
  const ask = { asset: id('bitcoin'), quote: USD, from, to: from + 3 * HOUR_MS }
  for (const call of [() => paid.prices(ask, never), () => paid.spot([id('bitcoin')], USD, never)]) {
    const error: unknown = await call().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'TidemarkError' })
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary')
  }
})

describe.skipIf(!haveFixtures())('recorded answers', () => {
  test('prices now, by contract and by id, in whatever letters the keys come back', async () => {
    const { url, arrivals } = await server(() => (request, response) => {
      response.end(fixture('defillama/prices_current_base_mixed.json'))
      request.resume()
    })
    const answer = await client(url).spot([AERO, USDC, 'ethereum', 'never-heard-of'].map(id), USD, never)
    expect(Object.fromEntries(answer.prices)).toEqual({
      [AERO]: { price: 0.4369223616764674, time: 1786195910000, sure: true },
      [USDC]: { price: 0.9996758399978547, time: 1786196510000, sure: true },
      ethereum: { price: 1917.9113610792424, time: 1786196510000, sure: true },
    })
    expect(answer.faults).toEqual([])
    expect(arrivals).toHaveLength(1)
  })
})

describe('one moment', () => {
  const coin = (part: object) => ({ symbol: 'ETH', price: 10, timestamp: seconds(from), ...part })
  test.each([
    ['sure', { confidence: 0.9 }, { price: 10, sure: true }],
    ['flagged', { confidence: 0.89 }, { price: 10, sure: false }],
    ['at the limit', { confidence: 0.5 }, { price: 10, sure: false }],
    ['of unknown confidence', {}, { price: 10, sure: false }],
  ])('a price that is %s', async (_name, part, expected) => {
    const { url } = await server(() => json({ coins: { 'coingecko:ethereum': coin(part) } }))
    const { prices, faults } = await client(url).spot([id('ethereum')], USD, never)
    expect(prices.get(id('ethereum'))).toEqual({ time: from, ...expected })
    expect(faults).toEqual([])
  })

  test.each([
    ['doubted', { confidence: 0.49 }, '0.49'],
    ['zero', { price: 0, confidence: 0.99 }, 'price is 0'],
    ['null', { price: null, confidence: 0.99 }, 'price is null'],
    ['a text', { price: '10', confidence: 0.99 }, 'price is "10"'],
    ['without time', { timestamp: null }, 'no time'],
  ])('a price that is %s is a fault, never a price', async (_name, part, words) => {
    const { url } = await server(() => json({ coins: { 'coingecko:ethereum': coin(part) } }))
    const { prices, faults } = await client(url).spot([id('ethereum')], USD, never)
    expect(prices.size).toBe(0)
    expect(faults).toEqual([expect.stringContaining(words)])
  })

  test('at a time: a record further away than asked for is absent, however far the host looked', async () => {
    const near = coin({ timestamp: seconds(from) - 500, confidence: 0.99 })
    const far = coin({ timestamp: seconds(from) + 5 * 3600, confidence: 0.99 })
    const { url, arrivals } = await server(() =>
      json({ coins: { 'coingecko:ethereum': near, 'coingecko:bitcoin': far } }),
    )
    const answer = await client(url).pricesAt(['ethereum', 'bitcoin'].map(id), from, 600_000, never)
    expect([...answer.prices.keys()]).toEqual(['ethereum'])
    expect(arrivals[0]?.url).toBe(`/prices/historical/${seconds(from)}/coingecko:ethereum,coingecko:bitcoin`)
  })

  test('many coins are asked for a hundred at a time, and halved where the path is too long', async () => {
    const many = Array.from({ length: 250 }, (_, index) => id(`coin-${index}`))
    const { url, arrivals } = await server((call) => (request, response) => {
      const keys =
        decodeURIComponent(request.url ?? '')
          .split('/')
          .at(-1)
          ?.split(',') ?? []
      if (call === 0) return fault.status(414, 'URI Too Long')(request, response)
      json({ coins: Object.fromEntries(keys.map((key) => [key, coin({ confidence: 1 })])) })(
        request,
        response,
      )
    })
    const { prices } = await client(url).spot(many, USD, never)
    expect(prices.size).toBe(250)
    expect(arrivals.map(({ url: path }) => decodeURIComponent(path).split(',').length)).toEqual([
      100, 50, 50, 100, 50,
    ])
  })
})

describe('charts', () => {
  const ask = (hours: number, asset = 'ethereum') => ({
    ...{ asset: id(asset), quote: USD, from },
    to: from + hours * HOUR_MS,
  })

  test('points keep the time of their own record, and only those of the range come', async () => {
    const { url, arrivals } = await server(() => chartOf(-13))
    const answer = await client(url).prices(ask(48), never)
    expect(answer.samples.times.length).toBe(47)
    expect(answer.samples.times[0]).toBe(from + HOUR_MS - 13_000)
    expect(answer.samples.prices[0]).toBe(101)
    expect(answer.coveredTo).toBe(from + 48 * HOUR_MS)
    expect(arrivals[0]?.url).toBe(`/chart/coingecko:ethereum?start=${seconds(from)}&span=48&period=1h`)
  })

  test('nothing under its key is no sample, not a price of 0', async () => {
    const { url } = await server(() => json({ coins: {} }))
    const answer = await client(url).prices(ask(48), never)
    expect([answer.samples.times.length, answer.invalid.length]).toEqual([0, 0])
    expect(answer.coveredTo).toBe(from + 48 * HOUR_MS)
  })

  test('a chart that its source doubts is kept aside, point by point, with the confidence', async () => {
    const { url } = await server(() => chartOf(5, { confidence: 0.3 }))
    const { samples, invalid } = await client(url).prices(ask(3), never)
    expect(samples.times.length).toBe(0)
    expect(invalid).toEqual(
      [100, 101, 102].map((price, hour) => ({
        time: from + hour * HOUR_MS + 5_000,
        price: String(price),
        reason: expect.stringContaining('0.3') as string,
      })),
    )
  })

  test('points that are none are kept aside, the others stay', async () => {
    const point = (hour: number, price: unknown) => ({ timestamp: seconds(from) + hour * 3600 + 2, price })
    const prices = [point(0, 5), point(1, 0), point(2, null), point(3, 6)]
    const { url } = await server(() => json({ coins: { 'coingecko:ethereum': { prices } } }))
    const answer = await client(url).prices(ask(4), never)
    expect([...answer.samples.prices]).toEqual([5, 6])
    expect(answer.invalid.map(({ price }) => price)).toEqual(['0', 'null'])
  })

  test('what is too much for the host is asked for in halves', async () => {
    const { url, arrivals } = await server(() => (request, response) => {
      const span = Number(new URL(request.url ?? '', 'http://local').searchParams.get('span'))
      ;(span > 150 ? fault.status(502, 'internal error') : chartOf(1))(request, response)
    })
    const { samples } = await client(url).prices(ask(500), never)
    expect(samples.times.length).toBe(500)
    expect(new Set(samples.times).size).toBe(500)
    const spans = arrivals.map(({ url: path }) => Number(/span=(\d+)/.exec(path)?.[1]))
    // Twice each, since a 502 may pass; then the halves.
    expect(spans).toEqual([500, 500, 250, 250, 125, 125, 250, 250, 125, 125])
  })

  test.each([
    ['no object', [1, 2]],
    ['no coins', { prices: [] }],
    ['a chart without prices', { coins: { 'coingecko:ethereum': { symbol: 'ETH' } } }],
    ['points without time', { coins: { 'coingecko:ethereum': { prices: [{ price: 1 }] } } }],
  ])('%s is an error of that item', async (_name, body) => {
    const { url } = await server(() => json(body))
    await expect(client(url).prices(ask(3), never)).rejects.toMatchObject({ code: 'PROVIDER_ANSWER' })
  })
})

test('the probe tells the host and its clock', async () => {
  const { url } = await server(() =>
    json({ coins: { 'coingecko:bitcoin': { price: 1, timestamp: seconds(now) } } }),
  )
  expect((await client(url).probe(never)).host).toBe(new URL(url).host)
  const other = await server(() => json({ coins: {} }))
  await expect(client(other.url).probe(never)).rejects.toMatchObject({ code: 'PROVIDER_ANSWER' })
})
