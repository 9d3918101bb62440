import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvOf } from '../../web/src/pages/pnl/csv.ts'
import { moved } from '../../web/src/pages/pnl/keys.ts'
import {
  ageOf,
  incompleteOf,
  levelFor,
  marksOf,
  partsOf,
  reasonAt,
  stepAt,
  tokenNote,
  unfinished,
  type Pnl,
} from '../../web/src/pages/pnl/rows.ts'
import { figureOf, measureName, seriesOf } from '../../web/src/pages/pnl/table.ts'
import { placeOf, readTrail, writeTrail, type Stop } from '../../web/src/pages/pnl/trail.ts'

const DAY = 86_400_000
const stepsOf = (pnl: readonly (string | null)[], marks: readonly number[]) =>
  marks.map((_, row) => stepAt(pnl, marks, row))
const hours = ['2026-11-01T00:00:00Z', '2026-11-01T01:00:00Z', '2026-11-01T02:00:00Z']
const none = { price: null, trading: null, income: null, fees: null, loss: null, residual: null }
const ends = { attribution: none, external: '0', exchanged: '0', pnlFraction: 0.02 }
const bitcoin: Pnl['tokens'][number] = {
  ...{ asset: 'bitcoin', symbol: 'BTC', quantity: ['1', '1', '1'], mark: ['100', null, '102'] },
  ...{ value: ['100', null, '102'], pnl: ['0', null, '2'], quality: ['ok', 'missing', 'carried'] },
  ...{ source: ['coingecko', null, 'carried:2h coingecko'] },
  ...ends,
}
const pnl: Pnl = {
  ...{ schemaVersion: 1, portfolio: 'main', baseCurrency: 'usd', mode: 'flows' },
  ...{ asOf: hours[2] as string, from: hours[0] as string, to: hours[2] as string, hours },
  tokens: [bitcoin, { ...bitcoin, asset: 'evil', symbol: '=HYPERLINK("x"),\n', pnl: ['0', '1', '0.5'] }],
  total: {
    ...{ value: ['200', '200', '204'], pnl: ['0', '1', '2.5'], coverage: [1, 0.5, 1] },
    ...{ coverageByCount: [1, 0.5, 1], quality: ['ok', 'ok', 'carried'], change24h: null },
    ...ends,
  },
  gaps: [{ asset: 'bitcoin', from: hours[1] as string, to: hours[1] as string, reason: 'no answer' }],
  ...{ missingWallets: [], carriedWallets: [], batches: { computed: 0, reused: 0 } },
  fractions: {
    tokens: [
      [0, null, 0.02],
      [0, 0.01, 0.005],
    ],
    total: [0, 0.005, 0.0125],
  },
}

describe('rows', () => {
  test('a range is read in what fits it: a week in hours, a quarter in days, a year in months', () => {
    expect([7, 8, 9, 90, 120, 121, 365].map((days) => levelFor(days * DAY))).toEqual([
      'hour',
      'hour',
      'day',
      'day',
      'day',
      'month',
      'month',
    ])
  })

  test('months are their first marks, with both ends of the range', () => {
    const days = [
      '2026-10-30T05',
      '2026-10-31T00',
      '2026-11-01T00',
      '2026-11-01T05',
      '2026-12-01T00',
      '2026-12-02T07',
    ]
    const stamps = days.map((day) => `${day}:00:00Z`)
    expect(marksOf(stamps, 'month')).toEqual([0, 2, 4, 5])
    expect(marksOf(stamps, 'day')).toEqual([0, 1, 2, 3, 4, 5])
    expect(marksOf([], 'month')).toEqual([])
  })

  test('after a missing mark a row tells of all since the last known one', () => {
    expect(stepsOf(['0', null, '2'], [0, 1, 2])).toEqual([null, null, '2'])
    expect(stepsOf([null, '5', '4.5'], [0, 1, 2])).toEqual([null, null, '-0.5'])
  })

  test('steps sum exactly to what the rows began and ended with', () => {
    const amounts = fc.array(fc.option(fc.bigInt(-(10n ** 20n), 10n ** 20n)), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(amounts, (units) => {
        const known = units.filter((one) => one !== null)
        const text = (one: bigint) => `${one < 0n ? '-' : ''}${String(one < 0n ? -one : one)}.5`
        const exact = (one: string) =>
          BigInt(one.replace('.', '').replace(/^(-?)0+(?=\d)/, '$1')) * (one.includes('.') ? 1n : 10n)
        const steps = stepsOf(
          units.map((one) => (one === null ? null : text(one))),
          units.map((_, at) => at),
        )
        const sum = steps.reduce((total, step) => total + (step === null ? 0n : exact(step)), 0n)
        const [first, last] = [known[0] ?? 0n, known.at(-1) ?? 0n]
        expect(sum).toBe(known.length === 0 ? 0n : exact(text(last)) - exact(text(first)))
      }),
      { seed: 81 },
    )
  })

  test('what is not known says why, in the words of the command', () => {
    expect(reasonAt(pnl, 'bitcoin', hours[1] as string)).toBe('no answer')
    expect(reasonAt(pnl, 'bitcoin', hours[2] as string)).toBe('no price')
    expect([0, 1, 2].map((at) => tokenNote(bitcoin, at))).toEqual(['', 'missing', 'carried 2h coingecko'])
    expect(tokenNote({ quality: ['estimated'], source: ['manual'] }, 0)).toBe('estimated (manual)')
    expect([ageOf('carried:2h coingecko'), ageOf('coingecko'), ageOf(null)]).toEqual([
      '2h',
      undefined,
      undefined,
    ])
    expect(incompleteOf(pnl)[0]).toEqual({
      ...{ asset: 'bitcoin', symbol: 'BTC', quality: 'carried', reason: 'carried 2h coingecko' },
    })
  })

  test('no change is told of a total before both of its ends are complete', () => {
    expect(unfinished(pnl)).toBeNull()
    const half = { ...pnl, total: { ...pnl.total, coverage: [0.99, 1, 1] } }
    expect(unfinished(half)).toContain('beginning')
    expect(unfinished({ ...pnl, total: { ...pnl.total, quality: ['ok', 'ok', 'missing'] } })).toContain('end')
  })

  test('a change is told by the parts that are something; rounding is none', () => {
    const parts = { ...none, price: '2', fees: '-0.10', income: '0', residual: '0.00000001' }
    expect(partsOf(parts)).toEqual([
      ['price', '2'],
      ['fees', '-0.10'],
    ])
    expect(partsOf({ ...none, residual: '0.5' })).toEqual([['residual', '0.5']])
  })
})

describe('the table', () => {
  const marks = [0, 1, 2]
  const series = seriesOf(pnl)

  test('tokens come in their order, the whole last; it has no quantity and no mark', () => {
    expect(series.map(({ asset }) => asset)).toEqual(['bitcoin', 'evil', null])
    const [token, , whole] = series
    if (token === undefined || whole === undefined) throw new Error('no series')
    expect([1, 2].map((row) => figureOf(token, 'step', row, marks))).toEqual([null, '2'])
    expect(figureOf(whole, 'step', 2, marks)).toBe('1.5')
    expect(figureOf(whole, 'percent', 2, marks)).toBe('0.0125')
    expect([figureOf(whole, 'mark', 2, marks), figureOf(token, 'mark', 1, marks)]).toEqual([undefined, null])
    expect([measureName('step', 'hour'), measureName('step', 'day')]).toEqual(['this hour', 'since before'])
  })

  test('its file has plain decimals, nothing where nothing is known, and no formula of anybody', () => {
    const lines = csvOf(pnl, marks, series)
    expect(lines).toContain('2026-11-01T01:00:00Z,bitcoin,BTC,1,,,,,,missing\n')
    expect(lines).toContain('2026-11-01T02:00:00Z,total,total,,,204,1.5,2.5,0.0125,carried\n')
    expect(lines).toContain(`"'=HYPERLINK(""x""),\n"`)
    expect(lines).not.toMatch(/,=/)
  })

  test('keys never lead out of it', () => {
    const press = fc.constantFrom(
      'ArrowUp',
      'ArrowDown',
      'ArrowLeft',
      'ArrowRight',
      'PageUp',
      'PageDown',
      'Home',
      'End',
    )
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 9_000 }),
      columns: fc.integer({ min: 1, max: 60 }),
    })
    fc.assert(
      fc.property(sizes, fc.array(fc.tuple(press, fc.boolean()), { maxLength: 40 }), (size, presses) => {
        let at = { row: 0, column: 0 }
        for (const [key, ctrlKey] of presses) {
          at = moved(at, { key, ctrlKey, metaKey: false }, { ...size, page: 20 }) ?? at
          expect(at.row >= 0 && at.row < size.rows && at.column >= 0 && at.column < size.columns).toBe(true)
        }
      }),
      { seed: 82 },
    )
    const size = { rows: 10, columns: 5, page: 4 }
    const from = { row: 3, column: 2 }
    const go = (key: string, ctrlKey = false) => moved(from, { key, ctrlKey, metaKey: false }, size)
    expect([go('ArrowDown'), go('ArrowRight'), go('PageDown')]).toEqual([
      { row: 4, column: 2 },
      { row: 3, column: 3 },
      { row: 7, column: 2 },
    ])
    expect([go('End', true), go('Home'), go('x')]).toEqual([
      { row: 9, column: 4 },
      { row: 3, column: 0 },
      null,
    ])
  })
})

describe('the way back from a drill', () => {
  test('is what was left, in its order, and survives the address', () => {
    const stops: Stop[] = [{ range: '1y' }, { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' }]
    expect(readTrail(writeTrail(stops))).toEqual(stops)
    expect(writeTrail([])).toBeNull()
    expect(placeOf({ range: '7d' })).toEqual({ range: '7d', from: null, to: null })
    expect(readTrail('<script>,2026-99-99~x,7d')).toEqual([{ range: '7d' }])
    expect(readTrail(null)).toEqual([])
  })
})
