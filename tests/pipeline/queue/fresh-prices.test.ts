import { expect, test } from 'vitest'
import { emptyColumns } from '#core/candle.ts'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, addHours, hourOf } from '#core/hour.ts'
import type { PriceAnswer, PriceRequest, PriceSource } from '#pipeline/ports.ts'
import { freshPrices, type ShortCache } from '#pipeline/queue/fresh-prices.ts'
import { optionalRedis } from '#storage/redis/client.ts'
import { redisCache } from '#storage/redis/cache.ts'
import { forThisTest, withPrivateServers } from '#tests/servers/in-tests.ts'
import { startRedis } from '#tests/servers/redis.ts'

const NOW = Date.UTC(2026, 9, 20, 12, 7)
const request = (part: Partial<PriceRequest> = {}): PriceRequest => ({
  asset: 'bitcoin' as AssetId,
  quote: 'usd' as Quote,
  from: addHours(hourOf(NOW), -24),
  to: NOW,
  ...part,
})
const never = () => new AbortController().signal

/** A provider with a sample in each hour, and how often it was called. */
function provider(more: Partial<PriceAnswer> = {}) {
  const calls: PriceRequest[] = []
  const prices = (ask: PriceRequest): Promise<PriceAnswer> => {
    calls.push(ask)
    const times: number[] = []
    for (let time = ask.from + 60_000; time < ask.to; time += HOUR_MS) times.push(time)
    const samples = {
      times: Float64Array.from(times),
      prices: Float64Array.from(times, (time) => 0.1 + 1 / (time % 977)),
    }
    const invalid = [{ time: ask.from + 5, price: '0', reason: 'price is not above 0' }]
    return Promise.resolve({ samples, coveredTo: ask.to, invalid, ...more })
  }
  const source: PriceSource = {
    ...{ id: 'coingecko', maxHours: 100, minHours: 1, prices },
    reach: () => null,
    supports: () => true,
  }
  return { source, calls }
}

withPrivateServers('redis').describe('prices of the last minute', () => {
  const open = async () => {
    const redis = await forThisTest(startRedis())
    const client = await optionalRedis(redis.url)
    return { redis, client, cache: redisCache(client) }
  }

  test('two processes that ask for the same make one call, and get the same answer, bit for bit', async () => {
    const { client, cache } = await open()
    const { source, calls } = provider()
    const [one, other] = [
      freshPrices(source, cache, () => NOW),
      freshPrices(source, cache, () => NOW + 30_000),
    ]
    const first = await one.prices(request(), never())
    expect(await other.prices(request({ to: NOW + 30_000 }), never())).toEqual(first)
    expect(calls).toHaveLength(1)
    const [key = ''] = await client.keys('tidemark:cache:*')
    expect(await client.ttl(key)).toBeGreaterThan(50)
    expect(await client.ttl(key)).toBeLessThanOrEqual(60)
    client.disconnect()
  })

  test('another asset, currency, start or hour is another question; the past is never kept', async () => {
    const { client, cache } = await open()
    const { source, calls } = provider()
    const fresh = freshPrices(source, cache, () => NOW)
    const others: Partial<PriceRequest>[] = [
      {},
      { asset: 'ethereum' as AssetId },
      { quote: 'eur' as Quote },
      { from: addHours(hourOf(NOW), -48) },
      { to: hourOf(NOW) - 1 },
      { to: hourOf(NOW) - 1 },
    ]
    for (const part of others) await fresh.prices(request(part), never())
    expect(calls).toHaveLength(others.length)
    expect(await client.keys('tidemark:cache:*')).toHaveLength(4)
    client.disconnect()
  })

  test('answers in buckets are not kept; a dead Redis is as none', async () => {
    const { redis, client, cache } = await open()
    const { source, calls } = provider({ candles: emptyColumns(24) })
    const fresh = freshPrices(source, cache, () => NOW)
    await fresh.prices(request(), never())
    expect(await client.keys('tidemark:cache:*')).toEqual([])
    await redis.kill()
    expect((await fresh.prices(request(), never())).coveredTo).toBe(NOW)
    expect(calls).toHaveLength(2)
    client.disconnect()
  })
})

test.each([
  'no JSON',
  '{}',
  'null',
  '{"times":[1],"prices":[1],"coveredTo":5,"invalid":[]}',
  `{"times":[],"prices":[1],"coveredTo":${NOW},"invalid":[]}`,
  `{"times":[${NOW - 5}],"prices":["1"],"coveredTo":${NOW},"invalid":[]}`,
  `{"times":[],"prices":[],"coveredTo":${NOW + 1},"invalid":[]}`,
  `{"times":[],"prices":[],"coveredTo":${NOW},"invalid":[{"time":1}]}`,
])('what somebody else wrote there is asked for again: %s', async (text) => {
  const cache: ShortCache = { get: () => Promise.resolve(text), put: () => Promise.resolve() }
  const { source, calls } = provider()
  await freshPrices(source, cache, () => NOW).prices(request(), never())
  expect(calls).toHaveLength(1)
})
