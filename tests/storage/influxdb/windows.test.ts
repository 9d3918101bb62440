import { describe, expect, test } from 'vitest'
import { windowEnd, windowStart, windowsOf } from '#storage/influxdb/downsample.ts'
import { pricedChunk } from './support.ts'
import { seeded } from '../../support/random.ts'

const at = (text: string) => Date.parse(text)

describe('windows', () => {
  test('weeks are those of ISO: they begin on Monday, also over the end of a year', () => {
    expect(windowStart(at('2024-12-31T23:00Z'), 'weekly')).toBe(at('2024-12-30'))
    expect(windowStart(at('2025-01-05T23:00Z'), 'weekly')).toBe(at('2024-12-30'))
    expect(windowStart(at('2025-01-06'), 'weekly')).toBe(at('2025-01-06'))
    expect(windowEnd(at('2025-01-06'), 'weekly')).toBe(at('2025-01-13'))
    expect(windowStart(at('1969-12-30'), 'weekly')).toBe(at('1969-12-29'))
    expect(windowStart(at('2024-02-29T23:00Z'), 'daily')).toBe(at('2024-02-29'))
  })

  test('a window has the first open, the highest high, the lowest low, the last close and the mean of all samples', () => {
    const chunk = pricedChunk(seeded(1), { month: '2025-01' })
    for (const column of Object.values(chunk.columns)) column.fill(NaN)
    const put = (hour: number, values: Partial<Record<keyof typeof chunk.columns, number>>) => {
      for (const [name, value] of Object.entries(values)) chunk.columns[name as 'open'][hour] = value
    }
    put(2, { open: 5, high: 7, low: 4, close: 6, mean: 5.5, count: 3 })
    put(3, { count: 0, covered: 1 })
    put(5, { open: 6, high: 6.5, low: 3, close: 3.5, mean: 4, count: 1 })
    put(30, { open: 1, high: 1, low: 1, close: 1, mean: 1, count: 2 })
    expect(windowsOf([chunk], 'daily')).toEqual([
      { time: at('2025-01-01'), open: 5, high: 7, low: 3, close: 3.5, mean: (5.5 * 3 + 4) / 4, count: 4 },
      { time: at('2025-01-02'), open: 1, high: 1, low: 1, close: 1, mean: 1, count: 2 },
    ])
    expect(windowsOf([chunk], 'weekly')).toMatchObject([
      { time: at('2024-12-30'), open: 5, close: 1, count: 6 },
    ])
  })
})
