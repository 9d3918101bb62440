import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS } from '#core/hour.ts'
import { backed } from '#ingestion/backed/client.ts'
import { coingecko } from '#ingestion/coingecko/client.ts'
import { defillama } from '#ingestion/defillama/client.ts'
import type { ShortCache } from '#pipeline/queue/fresh-prices.ts'
import { SpotPrices, type SpotOptions } from '#pipeline/queries/spot.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import * as fault from '#tests/support/provider-faults.ts'
import { json, misbehaving, type Misbehaving } from '#tests/support/provider-server.ts'

const USD = 'usd' as Quote
const BTC = 'bitcoin' as AssetId
const TSLA = 'tesla-xstock' as AssetId
const START = Date.UTC(2026, 4, 20, 15, 20)
const never = new AbortController().signal
const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

/** What several processes would have together. */
function memoryCache(): ShortCache & { readonly texts: Map<string, { text: string; seconds: number }> } {
  const texts = new Map<string, { text: string; seconds: number }>()
  return {
    texts,
    get: (key) => Promise.resolve(texts.get(key)?.text ?? null),
    put: (key, text, seconds) => Promise.resolve(void texts.set(key, { text, seconds })),
  }
}

type State = { down: boolean; price: number; confidence: number; quote: number | null }

/** One host for the three providers, which answers as `state` says. */
async function stand(options: Partial<SpotOptions> = {}) {
  const clock = { now: START }
  const state: Record<'gecko' | 'llama' | 'stocks', State> = {
    gecko: { down: false, price: 100, confidence: 1, quote: 1 },
    llama: { down: false, price: 101, confidence: 0.99, quote: 1 },
    stocks: { down: false, price: 1, confidence: 1, quote: 432 },
  }
  const host: Misbehaving = await misbehaving(() => (request, response) => {
    const url = new URL(request.url ?? '', 'http://local')
    const [, name = ''] = url.pathname.split('/')
    const own = state[name as keyof typeof state]
    if (own.down) return fault.status(400)(request, response)
    const updated = new Date(clock.now - 5_000)
    if (name === 'gecko') {
      const ids = url.searchParams.get('ids')?.split(',') ?? []
      const coin = { symbol: 'x', name: 'X', current_price: own.price, last_updated: updated.toISOString() }
      return json(ids.filter((id) => id !== 'new-coin').map((id) => ({ id, ...coin })))(request, response)
    }
    if (name === 'llama') {
      const keys = decodeURIComponent(url.pathname).split('/').at(-1)?.split(',') ?? []
      const coin = { price: own.price, confidence: own.confidence, timestamp: updated.getTime() / 1000 }
      return json({ coins: Object.fromEntries(keys.map((key) => [key, coin])) })(request, response)
    }
    if (url.pathname.endsWith('/price-data')) return json({ quote: own.quote })(request, response)
    const trading = { openNow: true, currentPeriod: 'market', currency: 'USD' }
    json({ nodes: [{ symbol: 'TSLAx', name: 'Tesla xStock', trading }] })(request, response)
  })
  open.push(host)
  const http = { now: () => clock.now, retry: { retries: 0, minMs: 1, maxMs: 2 } }
  const common = { perMinute: 60_000, http }
  const gecko = coingecko({
    ...{ ...common, plan: 'public', apiKey: null, baseUrl: `${host.url}/gecko/api/v3` },
    ...{ historyDays: null, monthCredits: null },
  })
  const llama = defillama({ ...common, apiKey: null, baseUrl: `${host.url}/llama` })
  const describe_ = () => ({ places: [], symbol: null })
  const stocks = backed({ ...common, baseUrls: [`${host.url}/stocks`], describe: describe_ })
  open.push(gecko, llama, stocks)
  const settings = { ...DEFAULT_SETTINGS, sources: ['coingecko', 'defillama', 'backed', 'manual'] }
  const sources = options.sources ?? [gecko, llama]
  const make = () => new SpotPrices({ settings, now: () => clock.now, ...options, sources })
  const calls = (name: string) => host.arrivals.filter(({ url }) => url.startsWith(`/${name}/`)).length
  return { clock, state, calls, spot: make(), make, stocks, gecko, llama, settings }
}

describe('one price', () => {
  test('is kept for a minute, and asked for again after it', async () => {
    const { clock, calls, spot } = await stand()
    const first = (await spot.of([BTC], USD, never)).prices.get(BTC)
    expect(first).toEqual({
      ...{ asset: BTC, price: 100, time: START - 5_000, age: 5_000, quality: 'ok' },
      ...{ source: 'coingecko', market: null },
    })
    clock.now += 59_999
    expect((await spot.of([BTC], USD, never)).prices.get(BTC)).toMatchObject({ age: 64_999, price: 100 })
    expect(calls('gecko')).toBe(1)
    clock.now += 1
    await spot.of([BTC], USD, never)
    expect(calls('gecko')).toBe(2)
  })

  test('many askers of one moment are one call, whatever they ask for', async () => {
    const { calls, spot } = await stand()
    const asks = Array.from({ length: 50 }, (_, index) => [BTC, `coin-${index % 10}` as AssetId])
    const reports = await Promise.all(
      asks.map((assets) => spot.of(assets, USD, new AbortController().signal)),
    )
    expect(reports.every(({ prices }) => prices.size === 2)).toBe(true)
    expect(calls('gecko')).toBe(1)
  })

  test('who asks while a call is under way waits for its answer', async () => {
    const { calls, spot } = await stand()
    const first = spot.of([BTC], USD, never)
    while (calls('gecko') === 0) await new Promise((resolve) => setImmediate(resolve))
    const second = spot.of([BTC], USD, never)
    expect((await second).prices).toEqual((await first).prices)
    expect(calls('gecko')).toBe(1)
  })

  test('what the first does not have comes from the next, as estimated; a doubtful one too', async () => {
    const { spot, state, make, clock } = await stand()
    const NEW = 'new-coin' as AssetId
    const { prices } = await spot.of([BTC, NEW], USD, never)
    expect(prices.get(NEW)).toMatchObject({ price: 101, source: 'defillama', quality: 'estimated' })
    expect(prices.get(BTC)).toMatchObject({ source: 'coingecko', quality: 'ok' })
    state.gecko.down = true
    clock.now += HOUR_MS
    const { prices: later, faults } = await make().of([BTC], USD, never)
    expect(later.get(BTC)).toMatchObject({ source: 'defillama', quality: 'estimated' })
    expect(faults).toEqual([expect.stringContaining('coingecko')])
  })

  test('an asker who goes away takes nothing from the others', async () => {
    const { spot, calls } = await stand()
    const stop = new AbortController()
    const gone = spot.of([BTC], USD, stop.signal)
    const stays = spot.of([BTC], USD, never)
    stop.abort(new Error('gone'))
    await expect(gone).rejects.toThrow('gone')
    expect((await stays).prices.get(BTC)?.price).toBe(100)
    expect(calls('gecko')).toBe(1)
  })
})

describe('when all sources are down', () => {
  const down = ({ state }: Awaited<ReturnType<typeof stand>>) => {
    state.gecko.down = true
    state.llama.down = true
  }

  test('the last price is carried with its age, as long as a mark would be', async () => {
    const world = await stand()
    await world.spot.of([BTC], USD, never)
    down(world)
    world.clock.now += 2 * HOUR_MS
    const { prices, faults } = await world.spot.of([BTC], USD, never)
    expect(prices.get(BTC)).toMatchObject({ price: 100, quality: 'carried', age: 2 * HOUR_MS + 5_000 })
    expect(faults).toHaveLength(2)
    world.clock.now += HOUR_MS
    expect((await world.spot.of([BTC], USD, never)).prices.size).toBe(0)
  })

  test('another process takes it from what they have together; fresh ones are not asked for twice', async () => {
    const cache = memoryCache()
    const world = await stand({ cache })
    await world.spot.of([BTC], USD, never)
    const other = world.make()
    expect((await other.of([BTC], USD, never)).prices.get(BTC)).toMatchObject({ price: 100, quality: 'ok' })
    expect(world.calls('gecko')).toBe(1)
    expect([...cache.texts.values()].map(({ seconds }) => seconds)).toEqual([3 * 3600])
    down(world)
    world.clock.now += HOUR_MS
    const { prices } = await world.make().of([BTC], USD, never)
    expect(prices.get(BTC)).toMatchObject({ price: 100, quality: 'carried' })
    for (const [key] of cache.texts) cache.texts.set(key, { text: '{"price":"x"}', seconds: 1 })
    expect((await world.make().of([BTC], USD, never)).prices.size).toBe(0)
  })

  test('the newest sample of the store stands in', async () => {
    const last = () => Promise.resolve({ price: 98, time: START - HOUR_MS, source: 'coingecko' })
    const world = await stand({ last })
    down(world)
    const { prices } = await world.spot.of([BTC], USD, never)
    expect(prices.get(BTC)).toMatchObject({
      price: 98,
      quality: 'carried',
      age: HOUR_MS,
      source: 'coingecko',
    })
  })
})

test('a stock whose market is closed is carried from its last session, with the hours', async () => {
  const world = await stand()
  const settings = { ...world.settings, sources: ['backed'] }
  const spot = new SpotPrices({ settings, now: () => world.clock.now, sources: [world.stocks] })
  const open_ = (await spot.of([TSLA], USD, never)).prices.get(TSLA)
  expect(open_).toMatchObject({
    price: 432,
    quality: 'ok',
    market: { openNow: true, currentPeriod: 'market' },
  })
  world.state.stocks.quote = null
  world.clock.now += 60 * HOUR_MS
  const closed = await spot.of([TSLA], USD, never)
  expect(closed.prices.get(TSLA)).toMatchObject({ price: 432, quality: 'carried', age: 60 * HOUR_MS })
  expect(closed.faults).toEqual([])
  world.clock.now += 37 * HOUR_MS
  expect((await spot.of([TSLA], USD, never)).prices.size).toBe(0)
})
