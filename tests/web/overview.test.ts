import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../web/src/api/types.ts'
import {
  firstFrom,
  linesOf,
  middleOf,
  nearest,
  stretchesOf,
  type Series,
} from '../../web/src/charts/points.ts'
import { addDecimals, compareDecimals, minus } from '../../web/src/format/decimal.ts'
import { tick } from '../../web/src/format/money.ts'
import type { LiveFigures } from '../../web/src/live/use-live.ts'
import { headlineOf, unknownChange } from '../../web/src/pages/overview/headline.ts'
import {
  ageOfMark,
  isSmall,
  shortId,
  shownHoldings,
  withOthers,
  type Holding,
  type Slice,
} from '../../web/src/pages/overview/parts.ts'

type Dashboard = Answer<'GET /portfolio/dashboard'>

const HOUR = 3_600_000
const at = (hour: number): string => new Date(Date.UTC(2026, 10, 1) + hour * HOUR).toISOString()

describe('the total', () => {
  const screen = (change: Partial<Dashboard['change']>, coverage: number[] = [1, 1]) =>
    ({
      total: {
        value: '100',
        quality: 'ok',
        coverage: 1,
        coverageByCount: 1,
        change24h: null,
        incomplete: [],
      },
      change: { range: '7d', from: at(0), to: at(10), pnl: '5', fraction: 0.05, ...change },
      history: { coverage },
    }) as unknown as Dashboard
  const told = { asOf: at(10.5), total: '120', coverage: 0.9, change24h: null } as unknown as LiveFigures

  test('is that of the newest hour until prices of now are told', () => {
    expect(headlineOf(screen({}), null)).toMatchObject({ value: '100', asOf: at(10), isLive: false })
    expect(headlineOf(screen({}), told)).toMatchObject({
      value: '120',
      asOf: at(10.5),
      coverage: 0.9,
      isLive: true,
    })
  })

  test('of an hour that is newer than what was told last is that of the hour', () => {
    expect(headlineOf(screen({ to: at(11) }), told)).toMatchObject({ value: '100', isLive: false })
  })

  test('at the end of a span that is over does not move', () => {
    expect(headlineOf(screen({ range: 'custom' }), told)).toMatchObject({ value: '100', isLive: false })
  })

  test('has no change unless both ends are whole', () => {
    expect(unknownChange(screen({}))).toBeNull()
    expect(unknownChange(screen({ pnl: null }))).toBe('an end of the range is not known')
    expect(unknownChange(screen({}, [0.987, 1]))).toBe('only 98.7% of the value at its start has a price')
    expect(unknownChange(screen({}, [1, 0.9999]))).toBe('only 99.9% of the value at its end has a price')
    expect(unknownChange(screen({}, []))).not.toBeNull()
  })

  test('has a change without its amount for who is shown none', () => {
    const hidden = (fraction: number | null) => {
      const shown = screen({ pnl: null, fraction })
      return unknownChange({ ...shown, history: { ...shown.history, index: [1, 1.05] } })
    }
    expect(hidden(0.05)).toBeNull()
    expect(hidden(null)).not.toBeNull()
  })
})

describe('lines of a chart', () => {
  const series = (text: string): Series => ({
    time: [...text].map((_, index) => at(index)),
    value: [...text].map((one, index) => (one === ' ' ? null : String(index))),
    quality: [...text].map((one) =>
      one === 'c' ? 'carried' : one === 'e' ? 'estimated' : one === ' ' ? 'missing' : 'ok',
    ),
  })
  const drawn = (points: readonly (readonly [number, number | null])[]) =>
    points
      .map(([, value]) => value ?? '|')
      .join(' ')
      .replace(/^\| /, '')

  test('are solid between hours that are known, and dashed where one is carried over', () => {
    const { sure, unsure, all } = linesOf(series('oocoo'))
    expect(drawn(sure)).toBe('0 1 | 3 4')
    expect(drawn(unsure)).toBe('1 2 3')
    expect(drawn(all)).toBe('0 1 2 3 4')
  })

  test('are not joined over a gap', () => {
    const { all, sure } = linesOf(series('oo oo'))
    expect(all[2]?.[1]).toBeNull()
    expect(drawn(sure)).toBe('0 1 | 3 4')
  })

  test('between two dashed pieces are not drawn over them', () => {
    expect(drawn(linesOf(series('ococo')).sure)).toBe('')
    expect(drawn(linesOf(series('oocoocoo')).sure)).toBe('0 1 | 3 4 | 6 7')
  })

  test('are dashed where a part of the value has no price', () => {
    expect(drawn(linesOf({ ...series('ooo'), coverage: [1, 1, 0.5] }).unsure)).toBe('1 2')
  })

  test('of any quality: every piece is drawn once, solid or dashed', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('o', 'c', 'e', ' '), maxLength: 30 }), (text) => {
        const { all, sure, unsure } = linesOf(series(text))
        const pieces = (line: typeof sure): number =>
          line.filter(([, value], index) => index > 0 && value !== null && line[index - 1]?.[1] !== null)
            .length
        const possible = all.filter(
          ([, value], index) => index > 0 && value !== null && all[index - 1]?.[1] !== null,
        )
        expect(pieces(sure) + pieces(unsure)).toBe(possible.length)
      }),
      { seed: 8 },
    )
  })

  test('stretches of a quality have half an hour around them', () => {
    const start = Date.parse(at(0))
    expect(stretchesOf(series('oeeoe'), 'estimated')).toEqual([
      [start + HOUR / 2, start + 2.5 * HOUR],
      [start + 3.5 * HOUR, start + 4.5 * HOUR],
    ])
  })

  test('the nearest point is as near as any', () => {
    expect(nearest([], 5)).toBe(-1)
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(500), { minLength: 1 }),
        fc.integer({ min: -20, max: 520 }),
        (some, wanted) => {
          const list = some.toSorted((a, b) => a - b)
          const found = list[nearest(list, wanted)] ?? NaN
          expect(Math.abs(found - wanted)).toBe(Math.min(...list.map((one) => Math.abs(one - wanted))))
        },
      ),
      { seed: 8 },
    )
  })

  test('a point lies in the bar that ends with it or after it', () => {
    expect([9, 10, 11, 20, 21].map((time) => firstFrom([10, 20], time))).toEqual([0, 0, 1, 1, 2])
    expect(firstFrom([], 5)).toBe(-1)
  })

  test('bars stand in line, the short ones at the ends too', () => {
    const day = Date.UTC(2026, 10, 1)
    expect(middleOf('2026-11-02T00:00:00Z', 24)).toBe(day + 12 * HOUR)
    expect(middleOf('2026-11-02T05:00:00Z', 24)).toBe(day + 36 * HOUR)
    expect(middleOf('2026-11-01T03:00:00Z', 1)).toBe(day + 2.5 * HOUR)
  })
})

describe('sums', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(20))
    .map(([units, places]) => {
      const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
      const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
      const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text
      return units < 0n && plain !== '0' ? `-${plain}` : plain
    })

  test('are exact', () => {
    expect(addDecimals([])).toBe('0')
    expect(addDecimals(['0.1', '0.2'])).toBe('0.3')
    expect(addDecimals(['-1', '0.999'])).toBe('-0.001')
    expect(addDecimals(['5', '-5'])).toBe('0')
  })

  test('lose nothing: what was added can be taken away again, in any order', () => {
    fc.assert(
      fc.property(decimal, decimal, decimal, (a, b, c) => {
        expect(compareDecimals(minus(addDecimals([a, b, c]), b), addDecimals([c, a]))).toBe(0)
      }),
      { seed: 8 },
    )
  })

  test('a line of a chart is named by a round figure', () => {
    expect(
      [0, 950, -2_000, 118_500, 1_250_000, 0.00012].map((value) => tick(value, { currency: 'usd' })),
    ).toEqual([...['$0', '$950', '-$2K', '$118.5K', '$1.25M', '$0.00012']])
  })
})

describe('allocation', () => {
  const slice = (key: number, more: Partial<Slice> = {}): Slice => ({
    ...{ key: String(key), label: `A${String(key)}`, value: '0.1', share: 0.05, quality: 'ok' },
    ...more,
  })

  test('lists eight parts and the others as one, whose value is exact and quality the worst', () => {
    const many = Array.from({ length: 12 }, (_, key) => slice(key, key === 10 ? { quality: 'carried' } : {}))
    const shown = withOthers(many)
    expect(shown).toHaveLength(9)
    expect(shown[8]).toMatchObject({ label: '4 others', value: '0.4', quality: 'carried' })
    expect(shown[8]?.share).toBeCloseTo(0.2, 12)
  })

  test('does not put one part away by itself', () => {
    const nine = Array.from({ length: 9 }, (_, key) => slice(key))
    expect(withOthers(nine)).toBe(nine)
  })

  test('others of which nothing has a price have no value, which is not 0', () => {
    const many = Array.from({ length: 12 }, (_, key) =>
      slice(key, { value: null, share: null, quality: 'missing' }),
    )
    expect(withOthers(many).at(-1)).toMatchObject({ value: null, share: null, quality: 'missing' })
  })
})

describe('holdings', () => {
  const holding = (symbol: string, value: string | null, more: Partial<Holding> = {}): Holding => ({
    ...{ asset: symbol.toLowerCase(), symbol, wallet: 'manual', label: null, chain: '', quantity: '1' },
    ...{
      mark: null,
      value,
      quality: 'ok',
      source: null,
      lastMark: null,
      readAt: null,
      share: null,
      fraction: null,
    },
    ...more,
  })
  const rows = [
    holding('BTC', '500'),
    holding('DUST', '0.99'),
    holding('DEBT', '-0.5'),
    holding('LOAN', '-700'),
    holding('LOST', null),
    holding('ETH', '1', { label: 'hot', chain: 'base' }),
  ]
  const symbols = (some: readonly Holding[]) => some.map(({ symbol }) => symbol)

  test('that are worth less than one are hidden and counted; debts by their size; what has no price never', () => {
    const shown = shownHoldings(rows, { text: '', hideSmall: true })
    expect(symbols(shown.rows)).toEqual(['BTC', 'LOAN', 'LOST', 'ETH'])
    expect(shown.hidden).toBe(2)
    expect(shownHoldings(rows, { text: '', hideSmall: false })).toEqual({ rows, hidden: 0 })
    expect(isSmall(holding('A', '1'))).toBe(false)
  })

  test('are found by every word that is looked for, in any of their names', () => {
    expect(symbols(shownHoldings(rows, { text: 'HOT base', hideSmall: true }).rows)).toEqual(['ETH'])
    expect(symbols(shownHoldings(rows, { text: ' hot  btc ', hideSmall: true }).rows)).toEqual([])
    expect(shownHoldings(rows, { text: 'd', hideSmall: true }).hidden).toBe(2)
  })

  test('are named by ids that fit: addresses are cut in the middle', () => {
    expect(shortId('ethereum:0x6B175474E89094C44Da98b954EedeAC495271d0F')).toBe('ethereum:0x6B17…1d0F')
    expect(shortId('bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq')).toMatch(/…/)
    expect(shortId('staked-ether')).toBe('staked-ether')
  })

  test('say how old a price is that is carried over', () => {
    expect(ageOfMark('carried:3h coingecko')).toBe('3 h')
    expect(ageOfMark('coingecko')).toBeUndefined()
    expect(ageOfMark(null)).toBeUndefined()
  })
})
