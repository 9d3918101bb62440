import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CANDLE_COLUMNS, type CandleColumns } from '#core/candle.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import type { Samples } from '#core/sample.ts'
import { toCandles } from '#ingestion/candles.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(30) })

const FROM = hourOf(Date.UTC(2026, 0, 1))
const minute = (n: number) => FROM + n * 60_000

function samplesOf(points: readonly (readonly [number, number])[]): Samples {
  return { times: Float64Array.from(points, ([t]) => t), prices: Float64Array.from(points, ([, p]) => p) }
}
const rowOf = (columns: CandleColumns, hour: number) =>
  Object.fromEntries(CANDLE_COLUMNS.map((name) => [name, columns[name][hour]]))

describe('candles of samples', () => {
  test('one hour with three samples, one without, one covered in part', () => {
    const samples = samplesOf([
      [minute(2), 10],
      [minute(20), 14],
      [minute(59), 12],
      [minute(125), 7],
    ])
    const columns = toCandles(samples, { from: FROM, coveredTo: minute(130) })
    expect(columns.count.length).toBe(3)
    expect(rowOf(columns, 0)).toEqual({
      ...{ open: 10, high: 14, low: 10, close: 12, mean: 12, count: 3 },
      ...{ first: 120_000, last: 59 * 60_000, covered: HOUR_MS },
    })
    expect(rowOf(columns, 1)).toEqual({
      ...{ open: NaN, high: NaN, low: NaN, close: NaN, mean: NaN, count: 0 },
      ...{ first: NaN, last: NaN, covered: HOUR_MS },
    })
    expect(rowOf(columns, 2)).toMatchObject({ open: 7, count: 1, first: 300_000, covered: 600_000 })
  })

  test('nothing covered is no candle; what lies outside is not used', () => {
    const samples = samplesOf([
      [minute(-1), 1],
      [minute(5), 2],
      [minute(70), 3],
    ])
    expect(toCandles(samples, { from: FROM, coveredTo: FROM }).count.length).toBe(0)
    const columns = toCandles(samples, { from: FROM, coveredTo: minute(60) })
    expect([...columns.count]).toEqual([1])
    expect([...columns.open]).toEqual([2])
  })

  test('the mean does not lose small prices beside a large one', () => {
    const samples = samplesOf([
      [minute(1), 1e17],
      [minute(2), 1],
      [minute(3), 1],
      [minute(4), 1],
    ])
    const columns = toCandles(samples, { from: FROM, coveredTo: minute(60) })
    expect(columns.mean[0]).toBe((1e17 + 3) / 4)
  })

  const point = fc.tuple(fc.integer({ min: -120, max: 600 }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
  const points = fc
    .uniqueArray(point, { selector: ([t]) => t, maxLength: 60 })
    .map((all) => all.map(([t, p]) => [minute(t), p] as const).sort(([a], [b]) => a - b))

  test('every sample inside is in exactly one candle, between its low and high', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 500 }), (all, covered) => {
        const coveredTo = minute(covered)
        const columns = toCandles(samplesOf(all), { from: FROM, coveredTo })
        const inside = all.filter(([t]) => t >= FROM && t < coveredTo)
        expect(columns.count.reduce((sum, count) => sum + count, 0)).toBe(inside.length)
        for (const [hour, count] of columns.count.entries()) {
          const own = inside.filter(([t]) => hourOf(t) === FROM + hour * HOUR_MS)
          expect(count).toBe(own.length)
          if (own.length === 0) continue
          const row = rowOf(columns, hour)
          expect(row).toMatchObject({
            open: own[0]?.[1],
            close: own.at(-1)?.[1],
            high: Math.max(...own.map(([, p]) => p)),
            low: Math.min(...own.map(([, p]) => p)),
            first: (own[0]?.[0] as number) - FROM - hour * HOUR_MS,
          })
          const mean = row['mean'] as number
          expect(mean).toBeGreaterThanOrEqual((row['low'] as number) * (1 - 1e-12))
          expect(mean).toBeLessThanOrEqual((row['high'] as number) * (1 + 1e-12))
        }
      }),
    )
  })

  test('cutting a range at any hour gives the same candles', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 7 }), (all, cut) => {
        const coveredTo = minute(500)
        const whole = toCandles(samplesOf(all), { from: FROM, coveredTo })
        const middle = (FROM + cut * HOUR_MS) as Hour
        const first = toCandles(samplesOf(all), { from: FROM, coveredTo: middle })
        const second = toCandles(samplesOf(all), { from: middle, coveredTo })
        for (const name of CANDLE_COLUMNS) expect([...first[name], ...second[name]]).toEqual([...whole[name]])
      }),
    )
  })
})
