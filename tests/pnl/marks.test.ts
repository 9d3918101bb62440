import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyColumns } from '#core/candle.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { qualityName } from '#core/quality.ts'
import { firstOf, markSeries, markSource, ratioMarks, type SourceCandles } from '#pnl/marks/marks.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(41) })

const START = Date.UTC(2026, 2, 1) as Hour
const HOURS = 10
const MINUTE = 60_000
const CARRY = 3 * HOUR_MS

type Sample = { readonly at: number; readonly price: number }

/** Candles of samples given in minutes from START (may be negative: before it). */
function source(provider: string, samples: readonly Sample[], lead = 6): SourceCandles {
  const columns = emptyColumns(HOURS + lead)
  const from = addHours(START, -lead)
  for (const { at, price } of [...samples].sort((a, b) => a.at - b.at)) {
    const offset = START + at * MINUTE - from
    const index = Math.floor(offset / HOUR_MS)
    const first = Number.isNaN(columns.count[index])
    columns.count[index] = first ? 1 : (columns.count[index] as number) + 1
    if (first) {
      columns.open[index] = price
      columns.first[index] = offset % HOUR_MS
    }
    columns.close[index] = price
    columns.last[index] = offset % HOUR_MS
  }
  return { provider, pieces: [{ from, columns }] }
}

const marks = (...sources: SourceCandles[]) => markSeries(START, addHours(START, HOURS), sources, CARRY)
const words = (...sources: SourceCandles[]) => {
  const series = marks(...sources)
  return [...series.price].map(
    (price, i) => `${Number.isNaN(price) ? '-' : price} ${qualityName(series.quality[i] ?? 0)}`,
  )
}

describe('marks', () => {
  test('the first sample of the hour in its first 30 minutes is ok; later ones wait for the next hour', () => {
    expect(
      words(
        source('coingecko', [
          { at: 2, price: 100 },
          { at: 50, price: 101 },
          { at: 90, price: 102 },
        ]),
      ),
    ).toEqual([
      '100 ok',
      '101 carried',
      '102 carried',
      '102 carried',
      '102 carried',
      ...Array.from({ length: 5 }, () => '- missing'),
    ])
  })

  test('a second source counts with its record nearest to the hour, within ten minutes, as estimated', () => {
    const second = source('allium', [
      { at: -4, price: 90 },
      { at: 7, price: 91 },
      { at: 56, price: 92 },
      { at: 63, price: 93 },
      { at: 131, price: 94 },
    ])
    expect(words(source('coingecko', []), second).slice(0, 4)).toEqual([
      '90 estimated',
      '93 estimated',
      '93 carried',
      '94 carried',
    ])
  })

  test('a record shortly before the hour counts also where nothing is carried, and nothing counts after it', () => {
    const second = source('allium', [{ at: 115, price: 92 }])
    const series = markSeries(START, addHours(START, HOURS), [source('coingecko', []), second], 0)
    expect([...series.price]).toEqual([NaN, NaN, 92, ...new Array<number>(HOURS - 3).fill(NaN)])
  })

  test('the first source in the order that has a mark gives it', () => {
    const first = source('coingecko', [{ at: 61, price: 100 }])
    const second = source('allium', [
      { at: 0, price: 90 },
      { at: 60, price: 91 },
    ])
    expect(words(first, second).slice(0, 2)).toEqual(['90 estimated', '100 ok'])
    expect(markSource(marks(first, second), 2)).toBe('carried:1h coingecko')
  })

  test('a price by hand is estimated, also where it is the only source', () => {
    expect(words(source('manual', [{ at: 0, price: 5 }]))[0]).toBe('5 estimated')
  })

  test('another currency is converted by the ratio of one asset quoted in both', () => {
    const usd = marks(source('coingecko', [{ at: 1, price: 110_000 }]))
    const eur = marks(source('coingecko', [{ at: 1, price: 100_000 }]))
    const rate = ratioMarks(usd, eur, 'bitcoin usd/eur')
    expect(rate.price[0]).toBe(1.1)
    expect(qualityName(rate.quality[0] ?? 0)).toBe('estimated')
    expect(qualityName(rate.quality[1] ?? 0)).toBe('carried')
    expect(rate.price[5]).toBeNaN()
    const byHand = marks(source('manual', [{ at: 300, price: 1.2 }]))
    expect(firstOf(byHand, rate).price[5]).toBe(1.2)
  })

  const samples = fc.array(
    fc.record({
      at: fc.integer({ min: -6 * 60, max: HOURS * 60 - 1 }),
      price: fc.integer({ min: 1, max: 1000 }),
    }),
    { maxLength: 25 },
  )

  test('equal the definition, read sample by sample', () => {
    fc.assert(
      fc.property(samples.map(distinct), samples.map(distinct), (first, second) => {
        const found = marks(source('coingecko', first), source('allium', second))
        for (let hour = 0; hour < HOURS; hour++) {
          const expected = naiveMark(first, second, hour * 60)
          expect(`${String(found.price[hour])} ${qualityName(found.quality[hour] ?? 0)}`).toBe(expected)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('depend on nothing later: a longer series begins with the shorter one', () => {
    fc.assert(
      fc.property(samples.map(distinct), fc.integer({ min: 1, max: HOURS }), (all, hours) => {
        const known = all.filter(({ at }) => at < hours * 60)
        const long = marks(source('coingecko', all))
        const short = marks(source('coingecko', known))
        expect([...long.price.slice(0, hours)]).toEqual([...short.price.slice(0, hours)])
      }),
    )
  })
})

/** One sample a minute at most. */
function distinct(samples: readonly Sample[]): Sample[] {
  return [...new Map(samples.map((sample) => [sample.at, sample])).values()].sort((a, b) => a.at - b.at)
}

function naiveMark(first: readonly Sample[], second: readonly Sample[], minute: number): string {
  const own = first.find(({ at }) => at >= minute && at < minute + 60)
  if (own !== undefined && own.at < minute + 30) return `${own.price} ok`
  // Of a second source candles keep the first and last sample of each hour: what is nearest to an hour is one of them.
  const near = [...second].sort((a, b) => Math.abs(a.at - minute) - Math.abs(b.at - minute) || b.at - a.at)[0]
  if (near !== undefined && Math.abs(near.at - minute) <= 10) return `${near.price} estimated`
  const last = [...first.map((s) => ({ ...s, rank: 0 })), ...second.map((s) => ({ ...s, rank: 1 }))]
    .filter(({ at }) => at < minute)
    .sort((a, b) => b.at - a.at || a.rank - b.rank)[0]
  return last !== undefined && minute - last.at <= 180 ? `${last.price} carried` : 'NaN missing'
}
