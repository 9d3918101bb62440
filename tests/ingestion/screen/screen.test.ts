import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns } from '#core/candle.ts'
import { DAY_MS, HOUR_MS, hourOf } from '#core/hour.ts'
import type { Samples } from '#core/sample.ts'
import { judgeAnswer } from '#ingestion/screen/judged.ts'
import { screen, type ScreenContext } from '#ingestion/screen/screen.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(31) })

const FROM = hourOf(Date.UTC(2026, 0, 1))
const at = (hours: number) => FROM + hours * HOUR_MS
const context: ScreenContext = {
  ...{ asset: 'bitcoin' as AssetId, quote: 'usd' as Quote, provider: 'coingecko', before: null },
}
/** One sample an hour. */
const hourly = (...prices: number[]): Samples => ({
  times: Float64Array.from(prices, (_, hour) => at(hour)),
  prices: Float64Array.from(prices),
})
const states = (samples: Samples, more: Partial<ScreenContext> = {}) => {
  const { accepted, suspects } = screen(samples, { ...context, ...more })
  return { kept: [...accepted.prices], aside: suspects.map(({ price, state }) => `${price} ${state}`) }
}

describe('F14: suspect samples', () => {
  test('nothing suspect: the samples come back as they are', () => {
    const samples = hourly(100, 105, 999, 101)
    expect(screen(samples, context)).toEqual({ accepted: samples, suspects: [] })
    expect(screen(samples, context).accepted).toBe(samples)
  })

  test('F14: one tick of 10^6 times is held; the way back is released once three samples confirm it', () => {
    expect(states(hourly(100, 1e8, 100))).toEqual({
      kept: [100],
      aside: ['100000000 pending', '100 pending'],
    })
    expect(states(hourly(100, 1e8, 100, 101, 102, 103))).toEqual({
      kept: [100, 100, 101, 102, 103],
      aside: ['100000000 held', '100 released'],
    })
  })

  test('F14: a drop to a tenth is allowed, one below is suspect', () => {
    expect(states(hourly(100, 10)).aside).toEqual([])
    expect(states(hourly(100, 9.99)).aside).toEqual(['9.99 pending'])
    expect(states(hourly(100, 1e-30)).aside).toHaveLength(1)
  })

  test('a new level that the next three confirm within 2 times is released', () => {
    expect(states(hourly(1, 50, 60, 70, 99))).toEqual({ kept: [1, 50, 60, 70, 99], aside: ['50 released'] })
    expect(states(hourly(1, 50, 60, 70, 99, 500)).aside).toEqual(['50 released'])
    expect(states(hourly(1, 50, 60, 101, 70))).toEqual({ kept: [1, 60, 101, 70], aside: ['50 held'] })
    expect(states(hourly(1, 50, 60, 70)).aside).toEqual(['50 pending'])
  })

  test('only samples within 24 hours are compared', () => {
    const day = (ms: number): Samples => ({
      times: Float64Array.of(FROM, FROM + ms),
      prices: Float64Array.of(1, 500),
    })
    expect(states(day(DAY_MS)).aside).toHaveLength(1)
    expect(states(day(DAY_MS + 1)).aside).toHaveLength(0)
  })

  test('the sample before the first is compared too', () => {
    expect(states(hourly(100), { before: { time: at(-1), price: 1 } }).aside).toEqual(['100 pending'])
    expect(states(hourly(100), { before: { time: at(-25), price: 1 } }).aside).toEqual([])
  })

  test('a second source within 2 times confirms, another does not', () => {
    expect(states(hourly(1, 50), { second: () => 26 }).aside).toEqual([])
    expect(states(hourly(1, 50), { second: () => 24 }).aside).toEqual(['50 pending'])
    expect(states(hourly(1, 50), { second: () => null }).aside).toEqual(['50 pending'])
  })

  test('by hand: accepted counts, rejected never does, although others would confirm it', () => {
    const decided = (state: 'accepted' | 'rejected') => (time: number) => (time === at(1) ? state : null)
    expect(states(hourly(1, 50), { decided: decided('accepted') })).toEqual({
      kept: [1, 50],
      aside: ['50 accepted'],
    })
    expect(states(hourly(1, 50, 51, 52, 53), { decided: decided('rejected') })).toEqual({
      kept: [1, 51, 52, 53],
      aside: ['50 rejected'],
    })
    expect(states(hourly(1, 2), { decided: decided('rejected') })).toEqual({
      kept: [1],
      aside: ['2 rejected'],
    })
  })

  test('what is no price is held, and nothing is compared with it', () => {
    expect(states(hourly(100, 0, NaN, -3, Infinity, 101))).toEqual({
      kept: [100, 101],
      aside: ['0 held', 'NaN held', '-3 held', 'Infinity held'],
    })
  })

  test('points that the client could not use are suspects too, and count when accepted with a number', () => {
    const invalid = [
      { time: at(0) + 60_000, price: '0', reason: 'price is not above 0' },
      { time: at(1) + 60_000, price: '7.5', reason: 'price is not a number' },
      { time: at(2) + 60_000, price: 'x', reason: 'price is not a number' },
    ]
    const none = screen(hourly(7, 8, 9), { ...context, invalid })
    expect(none.suspects.map(({ time, state }) => [time - FROM, state])).toEqual([
      [60_000, 'held'],
      [HOUR_MS + 60_000, 'held'],
      [2 * HOUR_MS + 60_000, 'held'],
    ])
    const all = screen(hourly(7, 8, 9), { ...context, invalid, decided: () => 'accepted' })
    expect([...all.accepted.prices]).toEqual([7, 0, 8, 7.5, 9])
    expect(all.suspects.map(({ state }) => state)).toEqual(['accepted', 'accepted', 'held'])
  })

  const price = fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: 50, max: 200, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(0, -1, NaN, Infinity, 1e-30, 1e8) },
  )
  const series = fc.array(price, { maxLength: 40 }).map((prices) => hourly(...prices))

  test('every sample is either accepted or aside, never both, and order is kept', () => {
    fc.assert(
      fc.property(series, (samples) => {
        const { accepted, suspects } = screen(samples, context)
        const aside = suspects.filter(({ state }) => state !== 'released' && state !== 'accepted')
        const all = [...accepted.times, ...aside.map(({ time }) => time)].sort((a, b) => a - b)
        expect(all).toEqual([...samples.times])
        expect([...accepted.times]).toEqual([...accepted.times].sort((a, b) => a - b))
        expect(accepted.prices.every((value) => value > 0 && Number.isFinite(value))).toBe(true)
      }),
    )
  })

  test('F14: in a calm series one bad tick, whatever it is, is the only thing that goes, and only it', () => {
    const calm = fc.array(fc.double({ min: 90, max: 110, noNaN: true }), { minLength: 10, maxLength: 30 })
    const bad = fc.constantFrom(0, -5, NaN, Infinity, 1e-30, 1e9, 3, 5_000)
    fc.assert(
      fc.property(calm, bad, fc.nat({ max: 5 }), (prices, tick, place) => {
        const index = 1 + place
        const samples = hourly(...prices.map((value, hour) => (hour === index ? tick : value)))
        const { accepted } = screen(samples, context)
        expect([...accepted.times]).toEqual([...samples.times].filter((_, hour) => hour !== index))
      }),
    )
  })

  test('what is decided does not depend on where the range is cut, once three later samples are there', () => {
    fc.assert(
      fc.property(series, fc.nat({ max: 30 }), (samples, cut) => {
        const whole = screen(samples, context).suspects
        const early = { times: samples.times.slice(0, cut), prices: samples.prices.slice(0, cut) }
        const settled = screen(early, context).suspects.filter(({ state }) => state !== 'pending')
        for (const suspect of settled) expect(whole).toContainEqual(suspect)
      }),
    )
  })
})

describe('one answer, judged', () => {
  const answer = {
    samples: hourly(100, 100, 1e6, 100, 101, 102, 103),
    coveredTo: at(6) + 60_000,
    invalid: [],
  }

  test('samples become the candles of the part that is kept', () => {
    const { run, suspects } = judgeAnswer(answer, { asked: FROM, from: hourOf(at(2)), to: at(5) }, context)
    expect([run.from, [...run.columns.count]]).toEqual([at(2), [0, 1, 1]])
    expect(suspects.map(({ time, state }) => [time, state])).toEqual([
      [at(2), 'held'],
      [at(3), 'released'],
    ])
  })

  test('buckets keep their candles but for the hours that opened suspect', () => {
    const candles = emptyColumns(7)
    candles.count.fill(1)
    candles.covered.fill(HOUR_MS)
    candles.high.fill(200)
    const { run } = judgeAnswer(
      { ...answer, candles },
      { asked: FROM, from: hourOf(at(1)), to: at(4) },
      context,
    )
    expect([...run.columns.count]).toEqual([1, 0, 1])
    expect([...run.columns.high]).toEqual([200, NaN, 200])
    expect([...run.columns.covered]).toEqual([HOUR_MS, HOUR_MS, HOUR_MS])
    expect(candles.count[2]).toBe(1)
  })
})
