import { afterEach, expect, test } from 'vitest'
import { defillama } from '#ingestion/defillama/client.ts'
import { checkPrices } from '#pipeline/queries/check-prices.ts'
import { spotPricesOf } from '#pipeline/queries/spot-last.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { llama, type Prices } from './llama.ts'
import { hourly, marketOf } from './markets.ts'
import { BTC, NOW, USD, hour, startWorld, type World } from './world.ts'

const MARKS = { ...DEFAULT_SETTINGS, sources: ['coingecko', 'defillama', 'backed', 'manual'] }
const never = new AbortController().signal
let world: World
const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  await world.close()
})

async function begin(second: Prices) {
  const price = (offset: number) => (offset === -5 ? 130 : 100)
  world = await startWorld({ market: marketOf([hourly('bitcoin', { price, without: [-3] })]) })
  const host = await llama(second, () => NOW)
  const source = defillama({
    ...{ apiKey: null, baseUrl: host.url, perMinute: 60_000 },
    http: { now: () => NOW, retry: { retries: 0, minMs: 1, maxMs: 2 } },
  })
  open.push(host, source)
  const prices = [...world.io.prices.map((feed) => feed.source), source]
  const ask = { asset: BTC, quote: USD, from: hour(-10), to: hour(0), now: NOW }
  return { host, check: () => checkPrices(ask, { store: world.store, marks: MARKS, prices }, never) }
}

test('what each source has, how far it is from the first, and where they dispute', async () => {
  const { check, host } = await begin((_asset, time) =>
    time === hour(-8) ? null : time === hour(-2) ? 104 : 101,
  )
  const hash = await world.store.canonicalHash()
  const report = await check()
  expect(report).toMatchObject({ against: 'coingecko', from: hour(-10), to: hour(0) })
  expect(report.sources).toEqual([
    {
      ...{ provider: 'coingecko', hours: 10, of: 11, shared: 0, median: null, most: null, disputed: 0 },
      note: null,
    },
    {
      ...{ provider: 'defillama', hours: 10, of: 11, shared: 9, median: expect.closeTo(0.01, 12) as number },
      ...{ most: { apart: 29 / 101, hour: hour(-5) }, disputed: 1, note: null },
    },
    {
      ...{ provider: 'backed', hours: 0, of: 11, shared: 0, median: null, most: null, disputed: 0 },
      note: 'not configured',
    },
  ])
  expect(report.disputes).toEqual([
    { hour: hour(-5), providers: ['coingecko', 'defillama'], prices: [130, 101], stands: 1 },
  ])
  expect(host.arrivals).toHaveLength(1)
  expect(await world.store.canonicalHash()).toBe(hash)
})

test('what the store has is not asked for again', async () => {
  const { check } = await begin(() => 100)
  await world.ingest({ assets: [BTC], days: 1 })
  world.calls()
  const report = await check()
  expect(world.calls().filter((path) => path.includes('market_chart'))).toHaveLength(1)
  expect(report.sources[0]).toMatchObject({ provider: 'coingecko', hours: 10 })
})

test('a source that fails is told, and the others are compared all the same', async () => {
  const { check, host } = await begin(() => 100)
  await host.close()
  const report = await check()
  expect(report.sources.map(({ provider, hours }) => [provider, hours])).toEqual([
    ['coingecko', 10],
    ['defillama', 0],
    ['backed', 0],
  ])
  expect(report.sources[1]?.note).toContain('defillama')
})

test('prices of now come from the sources of a job, and from its store when they are gone', async () => {
  await begin(() => 100)
  const stored = { ...world.io, prices: [], marks: MARKS }
  const none = await spotPricesOf(stored, null).of([BTC], USD, never)
  expect(none.prices.size).toBe(0)
  await world.ingest({ assets: [BTC], days: 1 })
  const live = await spotPricesOf({ ...world.io, marks: MARKS }, null).of([BTC], USD, never)
  expect(live.prices.get(BTC)).toMatchObject({ price: 100, source: 'coingecko', quality: 'ok' })
  const last = await spotPricesOf(stored, null).of([BTC], USD, never)
  expect(last.prices.get(BTC)).toMatchObject({
    ...{ price: 100, time: hour(0) + 60_000, source: 'coingecko', quality: 'carried' },
  })
})
