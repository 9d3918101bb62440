import { describe, expect, test } from 'vitest'
import { disposalsOf } from '../../web/src/pages/lots/disposals.ts'
import { faultOf, planOf, refusal, sortedFaults, type Preview } from '../../web/src/pages/lots/import.ts'
import { money } from '../../web/src/format/money.ts'

const preview: Preview = {
  ...{ schemaVersion: 1, asOf: '2026-11-01T00:00:00Z', format: 'flows' },
  ...{ added: 2, unchanged: 0, gone: 0, faults: [], rows: [] },
}

describe('a file before it is imported', () => {
  test('faults are by line and field; what is of no line comes first', () => {
    expect(faultOf('my.csv:5 time: "x" is no time: write it as 2026-11-01')).toEqual({
      ...{ line: 5, field: 'time', text: '"x" is no time: write it as 2026-11-01' },
    })
    expect(faultOf('my.csv:2: a quote (") stands inside')).toEqual({
      ...{ line: 2, field: null, text: 'a quote (") stands inside' },
    })
    expect(faultOf('the file has no header')).toEqual({
      line: null,
      field: null,
      text: 'the file has no header',
    })
    const sorted = sortedFaults(['a.csv:10 fee: x', 'no header', 'a.csv:9 time: y'])
    expect(sorted.map(({ line }) => line)).toEqual([null, 9, 10])
  })

  test('says in a sentence what would happen, and what cannot', () => {
    expect(planOf(preview)).toBe('2 rows would be added.')
    expect(planOf({ ...preview, added: 1, unchanged: 1_200, gone: 1 })).toBe(
      '1 row would be added; 1,200 rows are there already; 1 row of the import before is no longer in it.',
    )
    expect(planOf({ ...preview, added: null })).toContain('cannot be imported')
    expect(planOf({ ...preview, faults: ['x'] })).toContain('left out')
  })

  test('is not sent where it would be refused', () => {
    expect([refusal({ size: 0 }), refusal({ size: 64_000_001 }), refusal({ size: 64_000_000 })]).toEqual([
      expect.stringContaining('empty'),
      expect.stringContaining('64 MB'),
      null,
    ])
  })
})

test('disposals of a year have a key each, also two of one flow', () => {
  const row = { flow: 'a', time: '2026-01-01T00:00:00Z', kind: 'sell' }
  const rows = [row, { ...row, kind: 'fee' }, { ...row, time: '2025-12-31T23:59:59Z' }]
  const found = disposalsOf(rows, 2026)
  expect(found.map(({ kind }) => kind)).toEqual(['sell', 'fee'])
  expect(new Set(found.map(({ key }) => key)).size).toBe(2)
})

test('what was paid and what it made add up to the cent, which what is held does not have to', () => {
  const usd = { currency: 'usd' }
  expect(money('94.028', { ...usd, kind: 'paid' }).text).toBe('$94.03')
  expect(money('94.028', { ...usd, kind: 'pnl' }).text).toBe('+$94.03')
  expect(money('94.028', usd).text).toBe('$94.02')
})
