import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { waterfall } from '../../web/src/charts/waterfall.ts'
import { lastKnown, partsIn, partsOf, sourceRows, type Page } from '../../web/src/pages/asset/parts.ts'

describe('the waterfall', () => {
  test('stands on what came before, and ends with what all of it comes to', () => {
    expect(waterfall([5, -2])).toEqual({ base: [0, 3, 0], above: [5, 2, 3], below: [0, 0, 0] })
  })

  test('goes through 0 in two pieces', () => {
    expect(waterfall([2, -5])).toEqual({ base: [0, 0, 0], above: [2, 2, 0], below: [0, -3, -3] })
    expect(waterfall([-2, -1])).toEqual({ base: [0, -2, 0], above: [0, 0, 0], below: [-2, -1, -3] })
  })

  test('of any steps: each bar goes from where the one before ended to where it ends', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { maxLength: 8 }), (steps) => {
        const { base, above, below } = waterfall(steps)
        let sum = 0
        for (const [index, step] of [...steps, 0].entries()) {
          const isWhole = index === steps.length
          const [from, to] = isWhole ? [0, sum] : [sum, sum + step]
          const bottom = Math.min(base[index] ?? NaN, 0) + (below[index] ?? NaN)
          const top = Math.max(base[index] ?? NaN, 0) + (above[index] ?? NaN)
          const [low, high] = [Math.min(from, to), Math.max(from, to)]
          if (low !== high)
            expect([low < 0 ? bottom : base[index], high > 0 ? top : base[index]]).toEqual([low, high])
          sum += step
        }
      }),
      { seed: 8 },
    )
  })
})

describe('parts', () => {
  const attribution = { price: '5', trading: '0', income: null, fees: '-1', loss: '0', residual: '0' }

  test('that did nothing, or are not known, are not told', () => {
    expect(partsOf({ attribution }).map(({ key }) => key)).toEqual(['price', 'fees'])
  })

  test('of which one hour has some are told in all; prices always', () => {
    const none = [null, '0']
    const hourly = { price: none, trading: none, income: ['0', '2'], fees: none, loss: none, residual: none }
    const found = partsIn(hourly as unknown as NonNullable<Page['hourly']>)
    expect(found.map(({ key }) => key)).toEqual(['price', 'income'])
  })

  test('the last that is known is not the last there is', () => {
    expect(lastKnown(['1', '2', null])).toBe('2')
    expect(lastKnown([null])).toBeNull()
  })
})

test('each source has its newest price beside the mark that counts at its hour', () => {
  const hours = ['2026-11-01T00:00:00Z', '2026-11-01T01:00:00Z', '2026-11-01T02:00:00Z']
  const page = {
    pnl: { hours, tokens: [{ mark: ['100', '110', null] }] },
    sources: [
      { provider: 'a', time: hours.slice(0, 2), price: ['100', '121'] },
      { provider: 'b', time: hours, price: ['100', '110', '111'] },
      { provider: 'c', time: [], price: [] },
    ],
  } as unknown as Page
  const [a, b, c] = sourceRows(page)
  expect(a).toMatchObject({ price: '121', time: hours[1] })
  expect(a?.difference).toBeCloseTo(0.1, 12)
  expect(b).toMatchObject({ price: '111', difference: null })
  expect(c).toEqual({ provider: 'c', time: null, price: null, difference: null })
})
