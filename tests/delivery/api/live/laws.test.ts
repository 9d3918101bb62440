import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import type { Flow } from '#core/flow.ts'
import { money } from '#core/number.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { intervalOf } from '#delivery/api/live/interval.ts'
import { quickMoney } from '#delivery/api/live/quick-text.ts'
import { PriceBook } from '#delivery/api/live/price-book.ts'
import { readBasis } from '#delivery/api/live/read-basis.ts'
import { Valuation } from '#delivery/api/live/valuation.ts'
import type { Store } from '#pipeline/ports.ts'
import { liveBasis, type LiveBasis } from '#pipeline/queries/live-basis.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { ASSETS, USD, flow, groupArbitrary } from '#tests/support/ledgers.ts'
import { testSeed } from '#tests/support/random.ts'
import { candles, importAll, write } from '#tests/pipeline/pnl-history.ts'

fc.configureGlobal({ seed: testSeed(81) })

/** Days before the end of a month, so that a day reaches over it. */
const FROM = Date.UTC(2026, 1, 27, 12) as Hour
const HOURS = 48
const SETTINGS = { ...DEFAULT_SETTINGS, carryHours: { crypto: 1 }, through: ASSETS[0] as AssetId }
const portfolio: Portfolio = {
  ...{ owner: 'local', name: 'main', baseCurrency: USD, wallets: [], flowsFile: null },
  holdings: [{ asset: ASSETS[0] as AssetId, quantity: '1.5', unitCost: null, since: null }],
}

let files = 0
const open = () => openStore({ kind: 'embedded', file: `${temporaryFolder()}/${++files}.db`, create: true })

/** A store with flows, and with prices up to an hour. */
async function storeOf(flows: readonly Flow[], prices: readonly (readonly number[])[], hours: number) {
  const store = await open()
  await store.writePortfolio(portfolio)
  if (flows.length > 0) await importAll(store, flows, FROM)
  for (const [at, asset] of ASSETS.entries())
    await write(store, candles(asset, 'coingecko', FROM, (prices[at] ?? []).slice(0, hours), 2))
  return store
}

async function basisOf(store: Store, now: number) {
  const basis = await liveBasis({ portfolio, now }, store, SETTINGS)
  // As it comes from a thread.
  return readBasis(new TextEncoder().encode(JSON.stringify(basis)))
}

const price = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 700, max: 9_999 }).map((n) => n / 7) },
  { weight: 1, arbitrary: fc.constant(NaN) },
)
const priced = fc.array(price, { minLength: HOURS, maxLength: HOURS })
const groups = fc.array(groupArbitrary(FROM, HOURS - 1), { maxLength: 12 })

/** What is bought or sold in the hour that runs has a value only where it has a price of its own. */
function isValued(flows: readonly Flow[]): boolean {
  const late = flows.some(({ time }) => time > addHours(FROM, HOURS - 2))
  if (!late) return true
  return flows.every(
    ({ kind, unitPrice, asset }) =>
      kind !== 'convert' &&
      ((kind !== 'buy' && kind !== 'sell') || unitPrice !== null || asset === 'fiat:usd'),
  )
}

const near = (a: number | null | undefined, b: number | null | undefined, scale: number) => {
  if (a === null || a === undefined || b === null || b === undefined) return expect(a).toBe(b)
  if (Number.isNaN(a) || Number.isNaN(b)) return expect(a).toBe(b)
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, scale, Math.abs(a), Math.abs(b)))
}

/** Σ |terms|, which laws are held to. */
const sizeOf = ({ assets, value }: LiveBasis): number =>
  assets.reduce(
    (size, { quantity, baseQuantity, fixed, flowed }) =>
      size + 1_500 * (Math.abs(quantity) + Math.abs(baseQuantity) + Math.abs(flowed)) + Math.abs(fixed),
    Math.abs(value[0] ?? 0) || 0,
  )

describe('live figures', () => {
  test('where nothing is newer than the newest hour they are those of `pnl`, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(groups, fc.tuple(priced, priced, priced), async (all, prices) => {
        const now = addHours(FROM, HOURS - 1)
        const store = await storeOf(all.flat(), prices, HOURS)
        try {
          const { total, to } = await pnlReport({ portfolio, quote: USD, days: 1, now }, store, SETTINGS)
          const basis = await basisOf(store, to)
          const figures = new Valuation(basis, new PriceBook(USD)).value()
          expect(basis.hour).toBe(to)
          expect(figures.total).toBe(total.value.at(-1))
          expect(figures.quality).toBe(total.quality.at(-1))
          expect(figures.coverage).toBe(total.coverage.at(-1))
          expect(figures.change?.pnl).toBe(total.change24h?.pnl)
          near(figures.change?.fraction, total.change24h?.percent, 1)
        } finally {
          await store.close()
        }
      }),
      { numRuns: 40 },
    )
  })

  test('with prices of the next full hour they are what `pnl` will say of it', async () => {
    await fc.assert(
      fc.asyncProperty(groups, fc.tuple(priced, priced, priced), async (all, prices) => {
        const flows = all.filter(isValued).flat()
        const next = addHours(FROM, HOURS - 1)
        // Where a mark is missing at the hour that a day begins with, a report that begins there counts from the next.
        const known = prices.map((series) =>
          series.map((value, at) =>
            (at >= HOURS - 2 || at === HOURS - 25) && Number.isNaN(value) ? 100 : value,
          ),
        )
        const store = await storeOf(flows, known, HOURS - 1)
        try {
          const basis = await basisOf(store, next)
          expect(basis.hour).toBe(next - HOUR_MS)
          const book = new PriceBook(USD)
          const valuation = new Valuation(basis, book)
          book.take(
            ASSETS.map((asset, at) => ({
              ...{ asset, price: (known[at] as number[])[HOURS - 1] as number, time: next, quality: 3 },
            })),
          )
          const live = valuation.value()
          for (const [at, asset] of ASSETS.entries())
            await write(store, candles(asset, 'coingecko', FROM, known[at] as number[], 2))
          const { total } = await pnlReport(
            { portfolio, quote: USD, from: addHours(next, -24), to: next, now: next },
            store,
            SETTINGS,
          )
          const value = total.value.at(-1) as number
          const size = sizeOf(basis)
          near(live.total, value, size)
          near(live.change?.pnl, total.change24h?.pnl, size)
          near(live.change?.fraction, total.change24h?.percent, 1)
        } finally {
          await store.close()
        }
      }),
      { numRuns: 60 },
    )
  })

  test('what came in within the hour is no profit, what was earned in it is', async () => {
    const prices = ASSETS.map(() => Array.from({ length: HOURS }, () => 100))
    const now = addHours(FROM, HOURS - 1) + 600_000
    const at = { time: now - 60_000, asset: ASSETS[1] as AssetId, quantity: '2' }
    const store = await storeOf(
      [flow({ ...at, kind: 'deposit' }), flow({ ...at, kind: 'income', quantity: '0.5' })],
      prices,
      HOURS,
    )
    const basis = await basisOf(store, now)
    const figures = new Valuation(basis, new PriceBook(USD)).value()
    expect(figures.total).toBe(400)
    expect(figures.change).toEqual({ pnl: 50, fraction: 50 / 350 })
    await store.close()
  })
})

test('money said quickly is what it is said to be elsewhere', () => {
  const doubles = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: 1, max: 1e11, noNaN: true }),
    // Ties, and what rounds up to one digit more.
    fc
      .tuple(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 9 }))
      .map(([a, b]) => a / 10 ** b + 5e-9),
    fc.constantFrom(99_999_999_999.95, 999_999.9999995, 9.99999999999999, 1.0000000000005, -2.5, 0, 1e21),
  )
  fc.assert(
    fc.property(doubles, (value) => {
      expect(quickMoney(value)).toBe(money(value))
    }),
    { numRuns: 20_000 },
  )
})

describe('how often prices are asked for', () => {
  const DAY = 86_400_000
  test('every minute where nothing is counted, less often where the month has less, never at the cost of runs', () => {
    expect(intervalOf(1, { perMinute: 30, month: null })).toEqual({ ms: 60_000, why: null })
    const month = { left: 10_000, planned: 4_320, msLeft: 30 * DAY }
    expect(intervalOf(1, { perMinute: 30, month })).toEqual({
      ms: 457_000,
      why: 'as often as the calls that ingestion leaves allow',
    })
    expect(intervalOf(1, { perMinute: 30, month: { ...month, planned: 10_000 } }).ms).toBeNull()
    expect(intervalOf(20, { perMinute: 30, month: null }).ms).toBe(80_000)
  })

  test('whatever the budget, what is asked for until the end of the month fits into what is left', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 500_000 }),
        fc.integer({ min: 0, max: 500_000 }),
        fc.integer({ min: 3_600_000, max: 31 * DAY }),
        (calls, left, planned, msLeft) => {
          const { ms } = intervalOf(calls, { perMinute: 500, month: { left, planned, msLeft } })
          if (ms === null) return
          expect(ms).toBeGreaterThanOrEqual(60_000)
          expect((msLeft / ms) * calls).toBeLessThanOrEqual(left - planned)
        },
      ),
    )
  })
})
