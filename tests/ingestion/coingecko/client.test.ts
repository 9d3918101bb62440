import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { DAY_MS, HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { coingecko, type CoinGecko, type CoinGeckoOptions } from '#ingestion/coingecko/client.ts'
import { gapReasonOf } from '#ingestion/http/failure.ts'
import type { CoinSource, PriceSource } from '#pipeline/ports.ts'
import { replayMarket } from '#scripts/simulator/replay.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '#scripts/simulator/server.ts'
import { syntheticMarket } from '#scripts/simulator/synthetic.ts'
import * as fault from '#tests/support/provider-faults.ts'
import { json, misbehaving } from '#tests/support/provider-server.ts'

const usd = 'usd' as Quote
const id = (text: string) => text as AssetId
const never = new AbortController().signal
const market = syntheticMarket({ seed: 11 })
const now = Date.UTC(2026, 2, 10, 12, 34, 56)
const hour = (back: number) => (hourOf(now) - back * HOUR_MS) as Hour

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function simulator(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulated = await startSimulator({ market, now: () => now, ...options })
  open.push(simulated)
  return simulated
}
function client(
  baseUrl: string,
  options: Partial<CoinGeckoOptions> = {},
): CoinGecko & PriceSource & CoinSource {
  const made = coingecko({
    ...{ plan: 'public', apiKey: null, baseUrl, perMinute: 60_000, historyDays: null, monthCredits: null },
    http: { now: () => now, retry: { retries: 2, minMs: 5, maxMs: 10 }, limits: { totalMs: 2_000 } },
    ...options,
  })
  open.push(made)
  return made
}
const bitcoin = (from: Hour, to: number) => ({ asset: id('bitcoin'), quote: usd, from, to })

describe('hourly prices', () => {
  test('samples inside the range, exactly as the market has them, covered up to the provider’s now', async () => {
    const { coingeckoUrl, seen } = await simulator()
    const answer = await client(coingeckoUrl).prices(bitcoin(hour(100), now), never)
    const points = market.points('bitcoin', hour(100), now)
    const pairs = Array.from(answer.samples.times, (time, index) => [time, answer.samples.prices[index]])
    expect(pairs.slice(0, points.length)).toEqual(points)
    // Behind them only the live point, a sample of its own hour.
    expect(pairs.length - points.length).toBeLessThanOrEqual(1)
    expect(answer.coveredTo).toBeLessThanOrEqual(now)
    expect(now - answer.coveredTo).toBeLessThan(1_000)
    expect(seen[0]?.query).not.toContain('interval')
  })

  test('one hour is read as two days, which come hourly, and cut back', async () => {
    const { coingeckoUrl, seen } = await simulator()
    const answer = await client(coingeckoUrl).prices(bitcoin(hour(0), now), never)
    const query = new URLSearchParams(seen[0]?.query)
    expect(Number(query.get('to')) - Number(query.get('from'))).toBeGreaterThanOrEqual(48 * 3_600)
    expect(answer.samples.times.every((time) => time >= hour(0) && time < now)).toBe(true)
    expect(answer.samples.times.length).toBeLessThanOrEqual(2)
  })

  test('a closed window is covered whole', async () => {
    const { coingeckoUrl } = await simulator()
    const answer = await client(coingeckoUrl).prices(bitcoin(hour(200), hour(150)), never)
    expect(answer.coveredTo).toBe(hour(150))
  })

  test('pro asks in ISO minutes with its key in its header, and reaches back without end', async () => {
    const key = 'CG-pro-key'
    const { coingeckoUrl, seen } = await simulator({ coingecko: { plan: 'pro', apiKey: key } })
    const pro = client(coingeckoUrl, { plan: 'pro', apiKey: key })
    await pro.prices(bitcoin(hour(9_000), hour(8_000)), never)
    expect(seen[0]).toMatchObject({ status: 200 })
    expect(seen[0]?.query).toMatch(/from=\d{4}-\d\d-\d\dT\d\d(:|%3A)00&to=/)
    expect(seen[0]?.headers).toContain('x-cg-pro-api-key')
    expect([pro.reach(now), client(coingeckoUrl).reach(now)]).toEqual([null, hour(365 * 24 - 2)])
  })

  test('a CDN’s old copy covers no more than when it was made', async () => {
    const alter: SimulatorOptions['alter'] = (reply) => ({ ...reply, headers: { age: '600' } })
    const { coingeckoUrl } = await simulator({ alter })
    const answer = await client(coingeckoUrl).prices(bitcoin(hour(60), now), never)
    const last = answer.samples.times.at(-1) as number
    expect(answer.coveredTo).toBe(Math.max(Math.floor(now / 1000) * 1000 - 600_000, last + 1))
  })

  test.each([
    ['an empty list', () => []],
    ['a pair without a time', (pairs: unknown[]) => [...pairs, [null, 5]]],
  ])('%s for a known coin is an error of that item', async (_name, change) => {
    const { coingeckoUrl } = await simulator({ alter: fault.withPrices(change) })
    const asked = client(coingeckoUrl).prices(bitcoin(hour(60), now), never)
    await expect(asked).rejects.toMatchObject({ code: 'PROVIDER_ANSWER' })
  })

  test('F14: weird prices are kept aside, the others are taken', async () => {
    const weird = [0, -5, null, '1234', 'NaN']
    const alter = fault.withPrices((pairs) =>
      pairs.map((pair, i) => (i < 5 ? [(pair as number[])[0], weird[i]] : pair)),
    )
    const { coingeckoUrl } = await simulator({ alter })
    const { samples, invalid } = await client(coingeckoUrl).prices(bitcoin(hour(60), now), never)
    expect(invalid.map(({ price }) => price)).toEqual(['0', '-5', 'null', '1234', 'NaN'])
    expect(samples.times.length).toBeGreaterThan(50)
    expect(samples.prices.every((price) => price > 0)).toBe(true)
  })

  test('an unknown coin, a range beyond the plan’s reach, a refused key: told apart', async () => {
    const { coingeckoUrl } = await simulator()
    const free = client(coingeckoUrl)
    const reasons: unknown[] = []
    for (const request of [
      { ...bitcoin(hour(60), now), asset: id('nocoin') },
      bitcoin(hour(9_000), hour(8_900)),
    ]) {
      const error: unknown = await free.prices(request, never).catch((thrown: unknown) => thrown)
      reasons.push([gapReasonOf(error), (error as { code: string }).code])
    }
    const demo = await simulator({ coingecko: { plan: 'demo', apiKey: 'right' } })
    const wrong = client(demo.coingeckoUrl, { plan: 'demo', apiKey: 'wrong' })
    const error: unknown = await wrong
      .prices(bitcoin(hour(60), now), never)
      .catch((thrown: unknown) => thrown)
    reasons.push([gapReasonOf(error), (error as { code: string }).code])
    expect(reasons).toEqual([
      ['not-listed', 'PROVIDER_REFUSED'],
      ['plan-reach', 'PROVIDER_REFUSED'],
      ['failed', 'CREDENTIAL_REFUSED'],
    ])
  })
})

test('F9, F12: with faults of every sort in half of all calls every series comes through, as without them', async () => {
  const body = JSON.stringify({ prices: [[now, 1]], market_caps: [], total_volumes: [] })
  const sorts = [fault.reset, fault.html, fault.status(500), fault.status(503), fault.truncated(body, 20)]
  const faults = [...sorts, fault.shortened(body, 11), fault.tooMany('0'), fault.truncatedGzip(body, 30)]
  const flaky = await simulator({ intercept: fault.sometimes(0.5, 20_260_310, faults) })
  const steady = await simulator()
  const patient = { now: () => now, retry: { retries: 12, minMs: 1, maxMs: 4 } }
  const [tried, sure] = [client(flaky.coingeckoUrl, { http: patient }), client(steady.coingeckoUrl)]
  for (const coin of market.coins) {
    for (const back of [90, 200, 2_000]) {
      const request = { asset: id(coin.id), quote: usd, from: hour(back), to: hour(back - 80) }
      expect(await tried.prices(request, never)).toEqual(await sure.prices(request, never))
    }
  }
  expect(tried.report().failed).toBe(0)
  expect(tried.report().retries).toBeGreaterThan(15)
})

describe('plans and hosts', () => {
  const made = (options: Partial<CoinGeckoOptions>) => () =>
    coingecko({
      ...{ plan: 'demo', apiKey: 'k', baseUrl: null, perMinute: null, historyDays: null, monthCredits: null },
      ...options,
    })

  test('a key goes to the host of its plan only', () => {
    expect(made({ plan: 'pro', baseUrl: 'https://api.coingecko.com/api/v3' })).toThrow(
      'not the host of the plan',
    )
    expect(made({ baseUrl: 'https://pro-api.coingecko.com/api/v3' })).toThrow('not the host of the plan')
    expect(made({ apiKey: null })).toThrow('needs a key')
    expect(made({ plan: 'public', apiKey: 'k' })).not.toThrow()
  })

  test('the public plan sends no key although one is set', async () => {
    const { coingeckoUrl, seen } = await simulator()
    await client(coingeckoUrl, { apiKey: 'k' }).probe(never)
    expect(seen[0]?.headers.filter((name) => name.startsWith('x-cg'))).toEqual([])
  })

  test('the wrong plan’s key is a matter of configuration', async () => {
    const { coingeckoUrl } = await simulator({ coingecko: { plan: 'demo', apiKey: 'k' } })
    const pro = client(coingeckoUrl, { plan: 'pro', apiKey: 'k' })
    await expect(pro.probe(never)).rejects.toMatchObject({ code: 'CONFIG_INVALID', providerCode: 10010 })
  })

  test('what doctor learns', async () => {
    const { coingeckoUrl } = await simulator({ coingecko: { plan: 'pro', apiKey: 'k' } })
    const probe = await client(coingeckoUrl, { plan: 'pro', apiKey: 'k' }).probe(never)
    expect(probe).toMatchObject({ plan: 'Analyst', perMinute: 500, creditsLeft: 498_796 })
    expect(Math.abs(probe.at - now)).toBeLessThan(1_000)
  })

  test('a base URL that is only a host works as well', async () => {
    const { coingeckoUrl, seen } = await simulator()
    const bare = client(coingeckoUrl.replace('/api/v3', ''))
    expect((await bare.topCoins(3, usd, never)).coins).toHaveLength(3)
    await bare.topCoins(3, usd, never)
    expect(seen.map(({ status }) => status)).toEqual([404, 200, 200])
  })
})

describe('coins', () => {
  const many = replayMarket(
    Array.from({ length: 620 }, (_, i) => ({
      id: `coin-${i}`,
      times: [now - DAY_MS / 2],
      prices: [1],
      supply: 1_000 - i,
    })),
  )

  test('the top N over all pages, ranked', async () => {
    const { coingeckoUrl, seen } = await simulator({ market: many })
    const { coins, faults } = await client(coingeckoUrl).topCoins(600, usd, never)
    expect(faults).toEqual([])
    expect(coins.map(({ asset }) => asset)).toEqual(Array.from({ length: 600 }, (_, i) => `coin-${i}`))
    expect(seen).toHaveLength(3)
  })

  test('more than there are: the last page is short, and that is the end', async () => {
    const { coingeckoUrl, seen } = await simulator({ market: many })
    expect((await client(coingeckoUrl).topCoins(5_000, usd, never)).coins).toHaveLength(620)
    expect(seen).toHaveLength(3)
  })

  test('F17: every page twice: each coin once, and no endless reading', async () => {
    const alter: SimulatorOptions['alter'] = (reply) =>
      Array.isArray(reply.body)
        ? { ...reply, body: [...(reply.body as unknown[]), ...(reply.body as unknown[])] }
        : reply
    const { coingeckoUrl } = await simulator({ market: many, alter })
    const { coins } = await client(coingeckoUrl).topCoins(300, usd, never)
    expect(new Set(coins.map(({ asset }) => asset)).size).toBe(300)
    const [page] = [await misbehaving(() => json(Array.from({ length: 250 }, (_, i) => row(i))))]
    open.push(page)
    expect((await client(`${page.url}/api/v3`).topCoins(1_000, usd, never)).coins).toHaveLength(250)
    expect(page.arrivals.length).toBeLessThanOrEqual(5)
  })

  test('a later page that fails leaves the pages before it, with the fault', async () => {
    let page = 0
    const { coingeckoUrl } = await simulator({
      market: many,
      intercept: (_ask, request, response) => {
        if (page++ === 0) return false
        fault.html(request, response)
        return true
      },
    })
    const { coins, faults } = await client(coingeckoUrl).topCoins(500, usd, never)
    expect(coins).toHaveLength(250)
    expect(faults).toEqual([expect.stringContaining('page 2')])
  })

  test('rows that are no coin are named, the others are taken; prices keep their digits', async () => {
    const text = `[{"id":"a","symbol":"a\\u202e","name":"A","current_price":0.12345678901234567891,"market_cap":1e3,"market_cap_rank":1},
      {"id":5},{"id":"usd","symbol":"u","name":"U"},{"id":"b","symbol":"b","name":"B","current_price":"12","market_cap":null},
      {"id":"c","symbol":"__proto__","name":"constructor","current_price":1.2e-8,"market_cap_rank":null}]`
    const server = await misbehaving(() => fault.status(200, text))
    open.push(server)
    const { coins, faults } = await client(`${server.url}/api/v3`).topCoins(6, usd, never)
    expect(coins.map(({ asset, symbol, price }) => [asset, symbol, price])).toEqual([
      ['a', 'A', '0.12345678901234567891'],
      ['c', '__PROTO__', '0.000000012'],
    ])
    expect(faults).toHaveLength(3)
  })

  test('by id: as many calls as the URL takes, unknown ones named', async () => {
    const { coingeckoUrl, seen } = await simulator({ market: many })
    const ids = Array.from({ length: 400 }, (_, i) => id(`coin-${i}`))
    const asked = [...ids, id('nocoin'), id('eip155:1/erc20:0x1')]
    const { coins, faults } = await client(coingeckoUrl).coinsById(asked, usd, never)
    expect(coins).toHaveLength(400)
    expect(faults).toEqual([expect.stringContaining('"nocoin"')])
    expect(seen.length).toBeGreaterThanOrEqual(3)
    for (const { path, query } of seen)
      expect(`https://pro-api.coingecko.com${path}${query}`.length).toBeLessThan(2_000)
  })

  test('tokens by chain, with the coin that each chain pays with', async () => {
    const { coingeckoUrl } = await simulator()
    const { tokens, faults } = await client(coingeckoUrl).tokens(never)
    expect(faults).toEqual([])
    expect(tokens).toContainEqual({
      ...{ chain: 'eip155:1', contract: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48' },
      ...{ decimals: null, asset: 'usd-coin', symbol: 'USDC' },
    })
    expect(tokens).toContainEqual({
      ...{ chain: 'eip155:8453', contract: 'native', decimals: null, asset: 'ethereum', symbol: 'ETH' },
    })
  })

  function row(i: number) {
    return {
      id: `coin-${i}`,
      symbol: 's',
      name: 'n',
      current_price: 1,
      market_cap: 1,
      market_cap_rank: i + 1,
    }
  }
})
