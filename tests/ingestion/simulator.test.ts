import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import { chartPoints } from '#scripts/simulator/chart.ts'
import { peakPerMinute } from '#scripts/simulator/rate.ts'
import { replayMarket } from '#scripts/simulator/replay.ts'
import { startSimulator } from '#scripts/simulator/server.ts'
import { syntheticMarket } from '#scripts/simulator/synthetic.ts'

const now = Date.UTC(2026, 2, 10, 12, 34, 56)
const market = syntheticMarket({ seed: 7 })
const gaps = (points: readonly (readonly [number, number])[]) =>
  points.slice(1).map(([time], index) => time - (points[index] as readonly [number, number])[0])

describe('the invented market', () => {
  test('the same seed gives the same prices, whatever range is asked for', () => {
    const whole = syntheticMarket({ seed: 7 }).points('bitcoin', now - 40 * DAY_MS, now)
    const part = market.points('bitcoin', now - 10 * DAY_MS, now - 5 * DAY_MS)
    expect(whole.filter(([time]) => time >= now - 10 * DAY_MS && time <= now - 5 * DAY_MS)).toEqual(part)
    expect(syntheticMarket({ seed: 8 }).points('bitcoin', now - DAY_MS, now)).not.toEqual(
      market.points('bitcoin', now - DAY_MS, now),
    )
  })

  test('points lie 0 to 5 minutes after the hour, few hours are empty, prices move as real ones do', () => {
    const points = market.points('ethereum', now - 365 * DAY_MS, now)
    expect(points.every(([time]) => time % HOUR_MS < 5 * 60_000)).toBe(true)
    expect(points.length).toBeGreaterThan(365 * 24 * 0.98)
    expect(points.length).toBeLessThan(365 * 24)
    const moves = points.slice(1).map(([, price], index) => Math.log(price / (points[index]?.[1] as number)))
    const spread = Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0) / moves.length)
    expect(spread).toBeGreaterThan(0.002)
    expect(spread).toBeLessThan(0.02)
    expect(market.coins.every(({ name }) => name.endsWith('(invented)'))).toBe(true)
  })
})

describe('granularity of charts', () => {
  const chart = (from: number, to: number) => chartPoints(market, 'bitcoin', 'usd', { from, to, now })

  test('5-minutely for a day that ends now, hourly to 90 days, daily beyond', () => {
    expect(Math.max(...gaps(chart(now - DAY_MS, now)))).toBeLessThanOrEqual(5 * 60_000)
    const day = chart(now - 2 * DAY_MS, now - DAY_MS)
    expect(day.length).toBeGreaterThan(20)
    expect(day.length).toBeLessThanOrEqual(25)
    expect(chart(now - 90 * DAY_MS, now).length).toBeGreaterThan(2_100)
    const long = chart(now - 91 * DAY_MS, now - 1000 * 60)
    expect(long.every(([time]) => time % DAY_MS === 0)).toBe(true)
    expect(long.length).toBe(91)
  })

  test('the last point of a range that reaches now is the live price', () => {
    expect(chart(now - 5 * DAY_MS, now + HOUR_MS).at(-1)).toEqual([now, market.priceAt('bitcoin', now)])
    expect(chart(now - 5 * DAY_MS, now - HOUR_MS).at(-1)?.[0]).toBeLessThanOrEqual(now - HOUR_MS)
  })
})

test('a replayed market serves every point as it is, and no live price long after its end', () => {
  const times = [0, 1, 2, 3].map((n) => n * HOUR_MS)
  const replay = replayMarket([{ id: 'x', times, prices: [1, 2, 3, 4] }])
  expect(replay.points('x', HOUR_MS, 2 * HOUR_MS)).toEqual([
    [HOUR_MS, 2],
    [2 * HOUR_MS, 3],
  ])
  expect(
    [-1, 0, HOUR_MS - 1, 3 * HOUR_MS + DAY_MS, 4 * HOUR_MS + DAY_MS].map((time) => replay.priceAt('x', time)),
  ).toEqual([null, 1, 1, 4, null])
})

test('more calls than its minute takes are answered with 429 and when to come back', async () => {
  const simulator = await startSimulator({ market, perMinute: 3 })
  const ping = () => fetch(`${simulator.coingeckoUrl}/ping`)
  const statuses: number[] = []
  for (let call = 0; call < 3; call++) statuses.push((await ping()).status)
  const refused = await ping()
  expect([...statuses, refused.status]).toEqual([200, 200, 200, 429])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(55)
  expect(simulator.peakPerMinute()).toBe(4)
  await simulator.close()
})

test('the most calls of any minute', () => {
  expect(peakPerMinute([])).toBe(0)
  expect(peakPerMinute([0, 59_999, 60_000, 60_001])).toBe(3)
  expect(peakPerMinute([0, 60_000, 120_000])).toBe(1)
})
