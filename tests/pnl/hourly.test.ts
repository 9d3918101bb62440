import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { hourlyPnl, type HourlyResult } from '#pnl/hourly/hourly.ts'
import { qualityName } from '#core/quality.ts'
import type { MarkSeries } from '#pnl/marks/marks.ts'
import {
  ASSETS,
  START,
  USD,
  flow,
  ledgerArbitrary,
  marksOf,
  pricesArbitrary,
} from '#tests/support/ledgers.ts'
import { naivePnl } from '#tests/support/naive-pnl.ts'
import type { Flow } from '#core/flow.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(40) })

const HOURS = 12
const BTC = 'bitcoin' as AssetId
const at = (hours: number) => START + hours * HOUR_MS

function run(
  flows: readonly Flow[],
  prices: Record<string, number[]>,
  holdings: Record<string, string> = {},
): HourlyResult {
  return hourlyPnl({
    from: START,
    baseCurrency: USD,
    marks: new Map(
      Object.entries(prices).map(([asset, series]) => [asset as AssetId, marksOf(START, series)]),
    ),
    holdings: new Map(Object.entries(holdings) as [AssetId, string][]),
    flows,
  })
}

describe('what a token made in an hour', () => {
  test('a holding without flows makes quantity × change of the price', () => {
    const { tokens, total } = run([], { bitcoin: [100, 110, 90] }, { bitcoin: '0.5' })
    expect([...(tokens.get(BTC)?.pnl ?? [])]).toEqual([0, 5, -5])
    expect([...total.value]).toEqual([50, 55, 45])
  })

  test('a short makes money when the price falls', () => {
    expect([...run([], { bitcoin: [100, 90] }, { bitcoin: '-2' }).total.pnl]).toEqual([0, 20])
  })

  test('a purchase at its price makes only what the price did after it', () => {
    const buy = flow({ time: at(0.5), asset: BTC, quantity: '1', kind: 'buy', unitPrice: '104', fee: '1' })
    const token = run([buy], { bitcoin: [100, 110] }, { bitcoin: '1' }).tokens.get(BTC)
    expect(token?.pnl[1]).toBe(10 + 6 - 1)
    expect(token?.attribution).toEqual({ price: 10, trading: 6, income: 0, fees: -1, loss: 0, residual: 0 })
  })

  test('a purchase paid with money that is not tracked came from outside: per cents count it', () => {
    const buy = flow({ time: at(0.5), asset: BTC, quantity: '1', kind: 'buy', unitPrice: '100', fee: '1' })
    const { total } = run([buy], { bitcoin: [100, 110, 121] })
    expect([...total.fraction]).toEqual([NaN, 0.09, 0.2])
    expect(total.exchanged).toBe(101)
    const cash = flow({
      time: at(0.5),
      asset: 'fiat:usd' as AssetId,
      quantity: '-100',
      kind: 'sell',
      tx: 't',
    })
    const tracked = run(
      [{ ...buy, tx: 't', fee: null }, cash],
      { bitcoin: [100, 110, 121] },
      { 'fiat:usd': '200' },
    )
    expect([...tracked.total.fraction]).toEqual([0, 0.05, 0.105])
    expect(tracked.total.exchanged).toBe(0)
  })

  test('a deposit makes nothing, income does, gas and losses cost', () => {
    const flows = [
      flow({ time: at(0.5), asset: BTC, quantity: '5', kind: 'deposit', unitPrice: '1' }),
      flow({ time: at(0.5), asset: BTC, quantity: '1', kind: 'income', unitPrice: '1' }),
      flow({ time: at(0.5), asset: BTC, quantity: '-0.5', kind: 'gas' }),
      flow({ time: at(0.5), asset: BTC, quantity: '-2', kind: 'lost' }),
    ]
    const token = run(flows, { bitcoin: [100, 110] }).tokens.get(BTC)
    expect(token?.attribution).toEqual({
      price: 0,
      trading: 0,
      income: 110,
      fees: -55,
      loss: -220,
      residual: 0,
    })
    expect(token?.pnl[1]).toBe(110 - 55 - 220)
    expect(token?.external).toBe(550)
  })

  test('a split restates the quantity and makes nothing of its own', () => {
    const split = flow({ time: at(0.5), asset: BTC, quantity: '9', kind: 'split' })
    const token = run([split], { bitcoin: [100, 10, 11] }, { bitcoin: '1' }).tokens.get(BTC)
    expect([...(token?.pnl ?? [])]).toEqual([0, 0, 10])
  })

  test('a flow exactly at an hour belongs to the interval that ends there', () => {
    const buy = flow({ time: at(1), asset: BTC, quantity: '1', kind: 'buy', unitPrice: '100' })
    expect([...(run([buy], { bitcoin: [90, 110, 120] }).tokens.get(BTC)?.pnl ?? [])]).toEqual([0, 10, 20])
  })

  test('a hole without marks is null and settled whole at the next mark', () => {
    const flows = [
      flow({ time: at(1.5), asset: BTC, quantity: '1', kind: 'deposit' }),
      flow({ time: at(1.5), asset: BTC, quantity: '1', kind: 'buy', unitPrice: '105' }),
    ]
    const { tokens, total } = run(flows, { bitcoin: [100, NaN, NaN, 120] }, { bitcoin: '1' })
    expect([...(tokens.get(BTC)?.pnl ?? [])]).toEqual([0, NaN, NaN, 20 + 15])
    // The total stands where it was, at the last known mark and with the last known PnL.
    expect([...total.pnl]).toEqual([0, 0, 0, 35])
    expect([...total.value]).toEqual([100, 100, 300, 360])
    expect([...total.coverage]).toEqual([1, 0, 0, 1])
  })

  test('a transfer between own wallets is in transit, costs its network fee, and comes from nowhere', () => {
    const flows = [
      flow({ time: at(0.5), asset: BTC, quantity: '-1', kind: 'transfer', wallet: 'a', tx: 't' }),
      flow({ time: at(1.5), asset: BTC, quantity: '0.99', kind: 'transfer', wallet: 'b', tx: 't' }),
    ]
    const token = run(flows, { bitcoin: [100, 100, 200] }, { bitcoin: '1' }).tokens.get(BTC)
    expect([...(token?.quantity ?? [])]).toEqual(['1', '1', '0.99'])
    expect([...(token?.pnl ?? [])]).toEqual([0, 0, 98])
    expect(token?.attribution.fees).toBe(-2)
    expect([...(token?.externalIn ?? [])]).toEqual([0, 0, 0])
  })

  test('a total of what was never priced is missing, not 0', () => {
    const { total } = run([], { bitcoin: [NaN, NaN, 100, NaN, 110] }, { bitcoin: '1' })
    expect([...total.value]).toEqual([NaN, NaN, 100, 100, 110])
    expect([...total.pnl]).toEqual([NaN, NaN, 0, 0, 10])
    expect([...total.coverage]).toEqual([0, 0, 1, 0, 1])
    expect([...total.quality].map(qualityName)).toEqual(['missing', 'missing', 'ok', 'missing', 'ok'])
  })

  test('where nothing is held no mark is needed', () => {
    const { tokens, total } = run(
      [flow({ time: at(1.5), asset: BTC, quantity: '-1', kind: 'sell', unitPrice: '130' })],
      { bitcoin: [100, 110, NaN, NaN] },
      { bitcoin: '1' },
    )
    expect([...(tokens.get(BTC)?.value ?? [])]).toEqual([100, 110, 0, 0])
    expect([...(tokens.get(BTC)?.pnl ?? [])]).toEqual([0, 10, 30, 30])
    expect([...total.coverage]).toEqual([1, 1, 1, 1])
  })
})

describe('laws', () => {
  const scene = fc.record({
    flows: ledgerArbitrary(START, HOURS),
    prices: fc.tuple(...ASSETS.map(() => pricesArbitrary(HOURS + 1))),
    holdings: fc.tuple(...ASSETS.map(() => fc.integer({ min: -1000, max: 1000 }).map((n) => String(n / 8)))),
  })
  type Scene = { flows: Flow[]; prices: number[][]; holdings: string[] }
  const marks = (prices: number[][]) =>
    new Map<AssetId, MarkSeries>(ASSETS.map((asset, i) => [asset, marksOf(START, prices[i] ?? [])]))
  const holding = (holdings: string[]) => new Map(ASSETS.map((asset, i) => [asset, holdings[i] ?? '0']))
  const play = ({ flows, prices, holdings }: Scene, from: Hour = START) =>
    hourlyPnl({ from, baseCurrency: USD, marks: marks(prices), holdings: holding(holdings), flows })

  test('equals the definition, computed slowly in exact decimals', () => {
    fc.assert(
      fc.property(scene, (s) => {
        const { tokens, total } = play(s)
        const naive = naivePnl({
          from: START,
          hours: HOURS,
          prices: marks(s.prices),
          holdings: holding(s.holdings),
          flows: s.flows,
        })
        for (const [asset, token] of tokens) {
          const expected = naive.get(asset)
          expect(expected, asset).toBeDefined()
          for (let hour = 0; hour <= HOURS; hour++) {
            expect(token.quantity[hour]).toBe(expected?.quantity[hour])
            near(token.pnl[hour], expected?.pnl[hour] ?? null, expected?.scale ?? 0)
          }
        }
        // A total is missing only before anything held was ever priced.
        const known = total.pnl.findIndex((value) => !Number.isNaN(value))
        if (known >= 0) expect(total.coverage.slice(0, known).every((covered) => covered === 0)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('attribution sums to the change, token by token, with a residual of 0', () => {
    fc.assert(
      fc.property(scene, (s) => {
        for (const token of play(s).tokens.values()) {
          const { price, trading, income, fees, loss, residual } = token.attribution
          const pnl = token.pnl.findLast((value) => !Number.isNaN(value)) ?? 0
          const size = [price, trading, income, fees, loss, pnl].reduce(
            (sum, term) => sum + Math.abs(term),
            1,
          )
          expect(residual).toBe(0)
          expect(Math.abs(price + trading + income + fees + loss - pnl)).toBeLessThanOrEqual(1e-7 * size)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('value(to) − value(from) is PnL, what came from outside, and what was exchanged', () => {
    fc.assert(
      fc.property(scene, (s) => {
        const { tokens, total } = play(s)
        for (const token of tokens.values()) {
          const change = (token.value[HOURS] ?? NaN) - (token.value[0] ?? NaN)
          if (Number.isNaN(change) || Number.isNaN(token.pnl[HOURS])) continue
          const parts = [token.pnl[HOURS] ?? NaN, token.external, token.exchanged]
          const size = [...token.value, ...parts].reduce((sum, term) => sum + Math.abs(term || 0), 1)
          expect(Math.abs(change - parts.reduce((sum, term) => sum + term, 0))).toBeLessThan(1e-7 * size)
        }
        expect(total.exchanged).toBeCloseTo(
          [...tokens.values()].reduce((sum, token) => sum + token.exchanged, 0),
          3,
        )
      }),
      { numRuns: 300 },
    )
  })

  test('token rows sum to the total wherever all are priced', () => {
    fc.assert(
      fc.property(scene, (s) => {
        const { tokens, total } = play(s)
        for (let hour = 0; hour <= HOURS; hour++) {
          const rows = [...tokens.values()]
          if (rows.some((row) => Number.isNaN(row.pnl[hour]) || Number.isNaN(row.value[hour]))) continue
          const size = rows.reduce(
            (sum, row) => sum + Math.abs(row.pnl[hour] ?? 0) + Math.abs(row.value[hour] ?? 0),
            1,
          )
          expect(
            Math.abs(rows.reduce((sum, row) => sum + (row.pnl[hour] ?? 0), 0) - (total.pnl[hour] ?? 0)),
          ).toBeLessThan(1e-9 * size)
          expect(
            Math.abs(rows.reduce((sum, row) => sum + (row.value[hour] ?? 0), 0) - (total.value[hour] ?? 0)),
          ).toBeLessThan(1e-9 * size)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('F14, F15: a price that goes missing moves no total', () => {
    fc.assert(
      fc.property(
        fc.tuple(...ASSETS.map(() => pricesArbitrary(HOURS + 1, 0))),
        fc.tuple(...ASSETS.map(() => fc.integer({ min: 1, max: 1000 }).map((n) => String(n / 8)))),
        fc.integer({ min: 1, max: HOURS }),
        (prices, holdings, gone) => {
          const all = play({ flows: [], prices, holdings })
          const without = prices.map((series, i) =>
            i === 1 ? series.map((p, h) => (h >= gone ? NaN : p)) : series,
          )
          const partial = play({ flows: [], prices: without, holdings })
          // Where the price went, the other tokens alone move the total: hold bbb at its last mark and compare.
          const frozen = prices.map((series, i) =>
            i === 1 ? series.map((p, h) => (h >= gone ? (series[gone - 1] ?? p) : p)) : series,
          )
          const expected = play({ flows: [], prices: frozen, holdings })
          expect([...partial.total.value]).toEqual([...expected.total.value])
          expect([...partial.total.pnl]).toEqual([...expected.total.pnl])
          expect(partial.total.coverage[HOURS]).toBeLessThan(1)
          expect(all.total.coverage[HOURS]).toBe(1)
          expect(partial.tokens.get(ASSETS[1] as AssetId)?.pnl[HOURS]).toBeNaN()
        },
      ),
    )
  })

  test('order of rows changes nothing, bit for bit', () => {
    fc.assert(
      fc.property(scene, fc.infiniteStream(fc.nat()), (s, random) => {
        const shuffled = [...s.flows]
          .map((row) => ({ row, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
        const one = play(s)
        const other = play({ ...s, flows: shuffled.map(({ row }) => row) })
        expect([...other.total.pnl]).toEqual([...one.total.pnl])
        expect([...other.total.value]).toEqual([...one.total.value])
      }),
      { numRuns: 200 },
    )
  })

  test('prices times a power of two scale PnL exactly', () => {
    fc.assert(
      fc.property(scene, (s) => {
        const bare = s.flows.map((row) => ({ ...row, unitPrice: null, fee: null, feeAsset: null }))
        const noCash = bare.filter((row) => row.asset !== 'fiat:usd')
        const one = play({ ...s, flows: noCash })
        const four = play({
          ...s,
          flows: noCash,
          prices: s.prices.map((series) => series.map((price) => price * 4)),
        })
        const last = HOURS
        near(four.total.pnl[last], (one.total.pnl[last] ?? 0) * 4, Math.abs(four.total.pnl[last] ?? 0) + 1e6)
      }),
      { numRuns: 100 },
    )
  })
})

test('marks of one hour more leave every hour before as it was', () => {
  const longer = run([], { bitcoin: [100, 110, 90, 70] }, { bitcoin: '3' })
  const shorter = run([], { bitcoin: [100, 110, 90] }, { bitcoin: '3' })
  expect([...longer.total.pnl].slice(0, 3)).toEqual([...shorter.total.pnl])
  expect(addHours(START, 3) - START).toBe(3 * HOUR_MS)
})

function near(found: number | undefined, expected: number | null, scale: number): void {
  if (expected === null) expect(found).toBeNaN()
  else
    expect(Math.abs((found ?? NaN) - expected)).toBeLessThanOrEqual(1e-9 * (scale + Math.abs(expected) + 1))
}
