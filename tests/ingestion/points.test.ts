import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pointsOf } from '#ingestion/points.ts'
import { hourlyWindow, MAX_HOURS, MIN_HOURS, timeParameter } from '#ingestion/coingecko/window.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(32) })

const range = { from: 1_000, to: 2_000, latest: 5_000 }
const read = (pairs: unknown[], within = range) => {
  const points = pointsOf(pairs, within)
  return (
    points && {
      ...points,
      samples: Array.from(points.samples.times, (t, i) => [t, points.samples.prices[i]]),
    }
  )
}

describe('F14: points of a chart', () => {
  test.each([
    ['0', 0, 'price is not above 0'],
    ['-1', -1, 'price is not above 0'],
    ['null', null, 'price is null'],
    ['12.5', '12.5', 'price is not a number'],
    ['nonsense', 'nonsense', 'price is not a number'],
    ['nothing', undefined, 'price is not a number'],
    ['true', true, 'price is not a number'],
  ])('F14: price %s is kept aside with its reason', (sent, price, reason) => {
    const points = read([
      [1_100, 5],
      [1_200, price],
      [1_300, 6],
    ])
    expect(points?.samples).toEqual([
      [1_100, 5],
      [1_300, 6],
    ])
    expect(points?.invalid).toEqual([{ time: 1_200, price: sent, reason }])
  })

  test('F14: not finite (1e999), 40 digits, 1e-30', () => {
    const pairs = JSON.parse(
      '[[1100,1e999],[1200,0.1234567890123456789012345678901234567891],[1300,1e-30]]',
    ) as unknown[]
    const points = read(pairs)
    expect(points?.invalid).toMatchObject([{ time: 1_100, reason: 'price is not finite' }])
    expect(points?.samples).toEqual([
      [1_200, 0.12345678901234568],
      [1_300, 1e-30],
    ])
  })

  test('a text as price is shown on one line, without control characters', () => {
    expect(read([[1_100, 'a\u001b[31m\nb\u202e']])?.invalid[0]?.price).toBe('a [31m b')
    expect(read([[1_100, 'x'.repeat(500)]])?.invalid[0]?.price.length).toBeLessThanOrEqual(80)
  })

  test('outside the range is not taken, the future is kept aside', () => {
    const points = read(
      [
        [999, 1],
        [1_000, 2],
        [1_999, 3],
        [2_000, 4],
      ],
      { ...range, latest: 1_500 },
    )
    expect(points?.samples).toEqual([[1_000, 2]])
    expect(points?.invalid).toEqual([{ time: 1_999, price: '3', reason: 'lies in the future' }])
  })

  test('a pair without a time damages the whole answer', () => {
    for (const damage of [null, 'x', {}, [], ['1100', 5], [null, 5]])
      expect(read([[1_100, 5], damage])).toBeNull()
  })

  test('any order gives ascending times; of equal times the last one sent stands', () => {
    const pair = fc.tuple(
      fc.integer({ min: 1_000, max: 1_030 }),
      fc.double({ min: 0.1, max: 10, noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 40 }), (pairs) => {
        const last = new Map(pairs)
        const expected = [...last].sort(([a], [b]) => a - b)
        expect(read(pairs)?.samples).toEqual(expected)
      }),
    )
  })
})

describe('windows that are answered hourly', () => {
  const base = hourOf(Date.UTC(2026, 0, 10))
  const at = (hours: number) => (base + hours * HOUR_MS) as Hour

  test('2 to 90 days stay as they are, shorter ones begin earlier', () => {
    expect(hourlyWindow(at(0), at(MIN_HOURS), null)).toEqual({ from: at(0), to: at(MIN_HOURS) })
    expect(hourlyWindow(at(0), at(MAX_HOURS), null)).toEqual({ from: at(0), to: at(MAX_HOURS) })
    expect(hourlyWindow(at(47), at(48) + 1_234, null)).toEqual({ from: at(0), to: at(48) + 1_234 })
  })

  test('at the edge of the plan’s reach the window ends later instead', () => {
    expect(hourlyWindow(at(5), at(6), at(4))).toEqual({ from: at(4), to: at(52) })
    expect(hourlyWindow(at(3), at(6), at(4))).toEqual({ from: at(3), to: at(51) })
  })

  test('longer ones are never asked for', () => {
    expect(() => hourlyWindow(at(0), at(MAX_HOURS) + 1, null)).toThrow('2160')
    expect(() => hourlyWindow(at(1), at(1), null)).toThrow()
  })

  test('every window is 2 to 90 days, holds what was asked for, and begins on an hour within reach', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 1, max: MAX_HOURS * HOUR_MS }),
        fc.option(fc.integer({ min: -100, max: 5_000 })),
        (start, span, edge) => {
          const from = at(start)
          const reach = edge === null ? null : at(Math.min(edge, start))
          const window = hourlyWindow(from, from + span, reach)
          const hours = (window.to - window.from) / HOUR_MS
          expect(window.from).toBeLessThanOrEqual(from)
          expect(window.to).toBeGreaterThanOrEqual(from + span)
          expect(window.from % HOUR_MS).toBe(0)
          expect(hours).toBeGreaterThanOrEqual(MIN_HOURS)
          expect(hours).toBeLessThanOrEqual(MAX_HOURS)
          if (reach !== null) expect(window.from).toBeGreaterThanOrEqual(reach)
        },
      ),
    )
  })

  test('times as the hosts take them', () => {
    expect(timeParameter(Date.UTC(2026, 0, 2, 3, 0), 'iso')).toBe('2026-01-02T03:00')
    expect(timeParameter(Date.UTC(2026, 0, 2, 3, 4, 5), 'iso')).toBe('2026-01-02T03:05')
    expect(timeParameter(1_767_225_600_001, 'seconds')).toBe('1767225601')
  })
})
