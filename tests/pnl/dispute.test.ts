import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyColumns, type CandleColumns } from '#core/candle.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { qualityName } from '#core/quality.ts'
import { disputesOf, firstJumped, isDisputed } from '#pnl/marks/dispute.ts'
import { markSeries, sliceMarks, type SourceCandles } from '#pnl/marks/marks.ts'
import { DEFAULT_SETTINGS, markRulesOf } from '#pnl/settings.ts'
import type { AssetId } from '#core/asset.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(43) })

const START = Date.UTC(2026, 2, 1) as Hour
const CARRY = 3 * HOUR_MS
type Price = number | null

/** One sample an hour, `minute` minutes after it; hours without a price have none. */
function source(provider: string, prices: readonly Price[], minute = 1): SourceCandles {
  const columns = emptyColumns(prices.length)
  for (const [index, price] of prices.entries()) {
    columns.count[index] = price === null ? 0 : 1
    if (price === null) continue
    columns.open[index] = price
    columns.low[index] = price
    columns.high[index] = price
    columns.close[index] = price
    columns.first[index] = minute * 60_000
    columns.last[index] = minute * 60_000
  }
  return { provider, pieces: [{ from: START, columns }] }
}

/** The same candles in two pieces, as months are. */
function halves({ provider, pieces }: SourceCandles, at: number): SourceCandles {
  const cut = (begin: number, end: number) => ({
    from: addHours(START, begin),
    columns: Object.fromEntries(
      Object.entries(pieces[0]?.columns ?? {}).map(([name, column]) => [name, column.slice(begin, end)]),
    ) as unknown as CandleColumns,
  })
  return { provider, pieces: [cut(0, at), cut(at, 1_000)] }
}

/** Marks as words, with a limit of 5 % unless given. */
function words(sources: readonly SourceCandles[], hours: number, disputeLimit: number | undefined = 0.05) {
  const marks = markSeries(START, addHours(START, hours), sources, CARRY, { disputeLimit })
  return [...marks.price].map(
    (price, at) => `${price} ${qualityName(marks.quality[at] ?? 0)} ${marks.sources[marks.source[at] ?? -1]}`,
  )
}
const ok = (price: number) => `${price} ok coingecko`
const other = (price: number) => `${price} estimated defillama`

describe('two sources that differ', () => {
  test('the first stays the mark where nothing says that it jumped', () => {
    const first = source('coingecko', [100, 100, 100])
    const second = source('defillama', [100, 90, 100])
    expect(words([first, second], 3)).toEqual([ok(100), ok(100), ok(100)])
  })

  test('where the first is the one that jumped, the other is the mark, as estimated', () => {
    const first = source('coingecko', [100, 130, 100])
    const second = source('defillama', [null, 101, null])
    expect(words([first, second], 3)).toEqual([ok(100), other(101), ok(100)])
  })

  test('where both moved, the first stays', () => {
    const first = source('coingecko', [100, 130, 130])
    const second = source('defillama', [100, 120, 131])
    expect(words([first, second], 3)).toEqual([ok(100), ok(130), ok(130)])
  })

  test('a new level that the first keeps for three hours has confirmed itself', () => {
    const first = source('coingecko', [100, 130, 131, 132, 133, 134])
    const second = source('defillama', [100, 100, 100, 100, 100, 100])
    expect(words([first, second], 6)).toEqual([ok(100), other(100), other(100), other(100), ok(133), ok(134)])
  })

  test('without an hour before that one of them has, the first stays', () => {
    expect(words([source('coingecko', [130]), source('defillama', [100])], 1)).toEqual([ok(130)])
    const gap = [null, null, null]
    const first = source('coingecko', [100, ...gap, 130])
    expect(words([first, source('defillama', [null, ...gap, 100])], 5).at(-1)).toEqual(ok(130))
  })

  test('a price by hand disputes nothing, and neither does a record that is no mark', () => {
    const first = source('coingecko', [100, 130])
    expect(words([first, source('manual', [100, 100])], 2)).toEqual([ok(100), ok(130)])
    expect(words([first, source('defillama', [100, 100], 11)], 2)).toEqual([ok(100), ok(130)])
    expect(words([first, source('defillama', [100, 100], 10)], 2)).toEqual([ok(100), other(100)])
  })

  test('a price that the other saw in the same hour is none', () => {
    const second = source('allium', [100, 100], 0)
    const high = second.pieces[0]?.columns.high
    if (high !== undefined) high[1] = 130
    expect(words([source('coingecko', [100, 130]), second], 2)).toEqual([ok(100), ok(130)])
  })

  test('the second and the third are compared where the first has nothing', () => {
    const sources = [
      source('coingecko', [100, null]),
      source('allium', [null, 140]),
      source('defillama', [null, 101]),
    ]
    expect(words(sources, 2)).toEqual([ok(100), other(101)])
  })

  test('exactly at the limit is no dispute; without a limit there is none', () => {
    const first = source('coingecko', [100, 105])
    const second = source('defillama', [100, 100])
    expect(words([first, second], 2)).toEqual([ok(100), ok(105)])
    const far = source('coingecko', [100, 1000])
    expect(words([far, second], 2, Infinity)).toEqual([ok(100), ok(1000)])
  })

  test('each disputed hour is told with both prices and the one that stands', () => {
    const sources = [source('coingecko', [100, 130, 100, 100]), source('defillama', [100, 101, 100, 90])]
    expect(disputesOf(START, addHours(START, 4), sources, { disputeLimit: 0.05 })).toEqual([
      { hour: addHours(START, 1), providers: ['coingecko', 'defillama'], prices: [130, 101], stands: 1 },
      { hour: addHours(START, 3), providers: ['coingecko', 'defillama'], prices: [100, 90], stands: 0 },
    ])
  })
})

describe('rules', () => {
  test('a stablecoin has another limit than the rest, and an asset its own', () => {
    const settings = { ...DEFAULT_SETTINGS, disputePercent: { stable: 1, other: 5, pepe: 30 } }
    const limit = (asset: string) => markRulesOf(settings, asset as AssetId).disputeLimit
    expect([limit('usd-coin'), limit('bitcoin'), limit('pepe')]).toEqual([0.01, 0.05, 0.3])
  })

  test('a source that is only ever estimated is so in the first place too', () => {
    const sources = [source('defillama', [100])]
    const rules = { estimated: ['defillama'] }
    const marks = markSeries(START, addHours(START, 1), sources, CARRY, rules)
    expect(qualityName(marks.quality[0] ?? 0)).toBe('estimated')
  })
})

describe('laws', () => {
  const price = fc.option(fc.integer({ min: 90, max: 120 }), { nil: null, freq: 4 })
  const prices = fc.array(price, { minLength: 12, maxLength: 12 })

  test('a mark is the same wherever its series begins, also where nothing is carried', () => {
    fc.assert(
      fc.property(
        prices,
        prices,
        fc.integer({ min: 0, max: 11 }),
        fc.constantFrom(0, 1, 3),
        (a, b, at, carry) => {
          const sources = [source('coingecko', a), source('defillama', b)].map((one) => halves(one, 6))
          const series = (from: Hour) =>
            markSeries(from, addHours(START, 12), sources, carry * HOUR_MS, { disputeLimit: 0.05 })
          const whole = sliceMarks(series(START), addHours(START, at), addHours(START, 11))
          const part = series(addHours(START, at))
          expect([...part.price]).toEqual([...whole.price])
          expect([...part.quality]).toEqual([...whole.quality])
          expect([...part.source]).toEqual([...whole.source])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a mark is one of the prices of its hour, and differs from the first only where it is disputed', () => {
    fc.assert(
      fc.property(prices, prices, (a, b) => {
        const sources = [source('coingecko', a), source('defillama', b)]
        const marks = markSeries(START, addHours(START, 12), sources, 0, { disputeLimit: 0.05 })
        const disputed = new Map(
          disputesOf(START, addHours(START, 12), sources, { disputeLimit: 0.05 }).map((one) => [
            one.hour,
            one,
          ]),
        )
        for (let hour = 0; hour < 12; hour++) {
          const dispute = disputed.get(addHours(START, hour))
          const expected = dispute?.prices[dispute.stands] ?? a[hour] ?? b[hour] ?? NaN
          expect(marks.price[hour]).toBe(expected)
        }
      }),
    )
  })

  test('who is first does not decide whether there is a dispute', () => {
    const positive = fc.integer({ min: 1, max: 1000 })
    fc.assert(
      fc.property(positive, positive, (first, second) => {
        expect(isDisputed({ first, second }, 0.05)).toBe(isDisputed({ first: second, second: first }, 0.05))
        expect(firstJumped({ first, second }, [{ first, second: NaN }], 0.05)).toBe(false)
      }),
    )
  })
})
