import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { toCandles } from '#ingestion/candles.ts'
import { candleAt, columnsOf, withSamples, type HourSample } from '#pipeline/jobs/hour-candle.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(20261020) })

const samples = (maxLength: number) =>
  fc.uniqueArray(
    fc.record({
      offset: fc.integer({ min: 0, max: HOUR_MS - 1 }),
      price: fc.integer({ min: 1, max: 1e6 }).map((cents) => cents / 100),
    }),
    { minLength: 1, maxLength, selector: ({ offset }) => offset },
  )
const candleOf = (list: readonly HourSample[]) => {
  const sorted = [...list].sort((a, b) => a.offset - b.offset)
  const series = {
    times: Float64Array.from(sorted, ({ offset }) => offset),
    prices: Float64Array.from(sorted, ({ price }) => price),
  }
  return candleAt(toCandles(series, { from: 0 as Hour, coveredTo: HOUR_MS }), 0)
}

describe('samples put into the candle of an hour', () => {
  test('make the candle that an answer with all of them makes', () => {
    fc.assert(
      fc.property(samples(4), (list) => {
        expect(withSamples(null, list)).toEqual(candleOf(list))
      }),
    )
  })

  test('one after the other, in any order, up to three make the same', () => {
    fc.assert(
      fc.property(samples(3), (list) => {
        const one = list.reduce<ReturnType<typeof candleOf>>(
          (candle, next) => withSamples(candle, [next]),
          null,
        )
        const whole = candleOf(list)
        expect(one).toMatchObject({ ...whole, mean: expect.closeTo(whole?.mean ?? 0, 8) as number })
      }),
    )
  })

  test('put in again they change nothing', () => {
    fc.assert(
      fc.property(samples(6), samples(3), (list, more) => {
        const once = withSamples(candleOf(list), more)
        expect(withSamples(once, more)).toEqual(once)
      }),
    )
  })

  test('another price at the same time is a correction', () => {
    const candle = withSamples(null, [{ offset: 0, price: 10 }])
    expect(withSamples(candle, [{ offset: 0, price: 12 }])).toMatchObject({ open: 12, high: 12, count: 1 })
  })

  test('columns of one hour read back as the candle', () => {
    const candle = withSamples(null, [{ offset: 7, price: 10 }])
    expect(candleAt(columnsOf(candle), 0)).toEqual(candle)
  })
})
