/** What `value` says of a portfolio at an hour is what `pnl` says there, on ledgers made at random. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { emptyColumns, type CandleRun } from '#core/candle.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { portfolioBook, type Balance, type ManualHolding, type Portfolio } from '#core/portfolio.ts'
import { qualityName } from '#core/quality.ts'
import { valuePortfolios } from '#pipeline/jobs/value.ts'
import type { Snapshot, Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import type { Valued } from '#pipeline/value/portfolio.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openFile, newFile } from '#tests/storage/support/embedded.ts'
import { ASSETS, USD, ledgerArbitrary } from '#tests/support/ledgers.ts'
import { testSeed } from '#tests/support/random.ts'

const SEED = testSeed(97)
const RUNS = Number(process.env['RUNS'] ?? 60)

/** Around the end of a month, so that days, flows and prices reach over it. */
const FROM = Date.UTC(2026, 0, 30) as Hour
const HOURS = 4 * 24
const NOW = addHours(FROM, HOURS)
const [A, B, C] = ASSETS as [AssetId, AssetId, AssetId]
const WALLET = `0x${'ab'.repeat(20)}`

const holding = (asset: AssetId, quantity: string, since: number | null = null): ManualHolding => ({
  asset,
  quantity,
  since,
  unitCost: null,
})

function portfolioOf(part: Partial<Portfolio>): Portfolio {
  return {
    owner: 'local',
    name: 'main',
    baseCurrency: USD,
    wallets: [],
    holdings: [],
    flowsFile: null,
    ...part,
  }
}

/** One sample an hour at the minute given; NaN leaves the hour empty. */
function candles(asset: AssetId, prices: readonly number[], minute = 1, from = FROM): CandleRun {
  const columns = emptyColumns(prices.length)
  prices.forEach((price, index) => {
    columns.covered[index] = HOUR_MS
    columns.count[index] = Number.isNaN(price) ? 0 : 1
    if (Number.isNaN(price)) return
    for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) columns[name][index] = price
    columns.first[index] = columns.last[index] = minute * 60_000
  })
  return { asset, quote: USD, provider: 'coingecko', from, columns }
}

const write = (store: Store, run: CandleRun) => store.writePrices([{ run, suspects: [], gaps: [] }])

function importAll(store: Store, flows: readonly Flow[]) {
  const place = { owner: 'local', book: portfolioBook('main'), source: 'test', file: null }
  return store.importFlows({ ...place, mode: 'mirror', at: NOW, flows: [flows] })
}

async function valued(store: Store, time: Hour, portfolio: Portfolio | null): Promise<Valued[]> {
  const all: Valued[] = []
  const request = { portfolio, time, now: NOW, persist: true }
  for await (const page of valuePortfolios(request, store, DEFAULT_SETTINGS, new AbortController().signal))
    all.push(...page.valued)
  return all
}

async function one(store: Store, time: Hour, portfolio: Portfolio): Promise<Snapshot> {
  const [only] = await valued(store, time, portfolio)
  return (only as Valued).snapshot
}

const number = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value + 0

/** The snapshot's figures as a report of the day before the hour gives them. */
async function asPnl(store: Store, time: Hour, portfolio: Portfolio) {
  const from = addHours(time, -24)
  const request = { portfolio, quote: USD, from, to: time, now: NOW, persist: false }
  const { total, tokens } = await pnlReport(request, store, DEFAULT_SETTINGS)
  const moved = tokens.some(({ pnl }) => pnl.filter((value) => !Number.isNaN(value)).length > 1)
  const change = total.change24h
  return {
    value: number(total.value.at(-1)),
    quality: qualityName(total.quality.at(-1) as number),
    coverage: total.coverage.at(-1),
    coverageByCount: total.coverageByCount.at(-1),
    // Where no asset has two marks to compare there is no change to speak of; `pnl` counts from its first one.
    change24h:
      change === null || (tokens.length > 0 && !moved)
        ? null
        : { amount: change.pnl + 0, fraction: change.percent },
    assets: new Map(tokens.map((token) => [token.asset, token])),
  }
}

/** Every figure that both have is the same number. */
async function expectSame(store: Store, time: Hour, portfolio: Portfolio): Promise<void> {
  const snapshot = await one(store, time, portfolio)
  const { assets, ...total } = await asPnl(store, time, portfolio)
  const { value, quality, coverage, coverageByCount, change24h, positions } = snapshot
  expect({ value, quality, coverage, coverageByCount, change24h }).toEqual(total)
  for (const [asset, token] of assets) {
    const own = positions.filter((position) => position.asset === asset)
    const quantity = token.quantity.at(-1)
    if (quantity === '0') continue
    if (own.length === 1) {
      const mark = number(token.mark.at(-1))
      const same = { quantity, mark, value: number(token.value.at(-1)) }
      expect(own[0]).toMatchObject({ ...same, quality: qualityName(token.quality.at(-1) as number) })
    } else expect(own.length).toBeGreaterThan(1)
  }
}

const price = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 9999 }).map((n) => n / 7) },
  { weight: 2, arbitrary: fc.constant(NaN) },
)
/** Gaps longer than a price is carried, an asset that is never priced, a market that opens or closes. */
const series = fc.oneof(
  { weight: 6, arbitrary: fc.array(price, { minLength: HOURS + 1, maxLength: HOURS + 1 }) },
  { weight: 1, arbitrary: fc.constant<number[]>([]) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.array(price, { minLength: HOURS + 1, maxLength: HOURS + 1 }), fc.nat(HOURS), fc.nat(HOURS))
      .map(([prices, a, b]) => prices.map((value, at) => (at >= a && at <= b ? NaN : value))),
  },
)
const prices = fc.tuple(series, series, series)
const hours = fc.integer({ min: 0, max: HOURS }).map((n) => addHours(FROM, n))
const quantity = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 20 }))
  .map(([digits, scale]) => `${digits}e-${scale}`)
const holdings = fc.array(
  fc
    .tuple(fc.constantFrom(...ASSETS), quantity, fc.option(hours, { nil: null, freq: 2 }))
    .map(([asset, text, since]) => holding(asset, text, since)),
  { maxLength: 5 },
)

async function filled(all: readonly (readonly number[])[]): Promise<Store> {
  const store = await openFile(newFile())
  for (const [at, own] of all.entries())
    if (own.length > 0) await write(store, candles(ASSETS[at] as AssetId, own, at * 9))
  return store
}

describe('the same as pnl', () => {
  const check = (property: fc.IAsyncProperty<never>) => fc.assert(property, { numRuns: RUNS, seed: SEED })

  test('holdings entered by hand', { timeout: 60_000 }, () =>
    check(
      fc.asyncProperty(prices, holdings, fc.array(hours, { minLength: 1, maxLength: 3 }), async (...made) => {
        const [all, held, times] = made
        const store = await filled(all)
        for (const time of times) await expectSame(store, time, portfolioOf({ holdings: held }))
      }) as never,
    ),
  )

  test('flows of every kind', { timeout: 60_000 }, () =>
    check(
      fc.asyncProperty(
        prices,
        holdings,
        ledgerArbitrary(addHours(FROM, 1), HOURS - 2, 14),
        fc.array(hours, { minLength: 1, maxLength: 3 }),
        async (all, held, ledger, times) => {
          const store = await filled(all)
          await importAll(store, ledger)
          for (const time of times) await expectSame(store, time, portfolioOf({ holdings: held }))
        },
      ) as never,
    ),
  )

  test('wallets known by their balances, with flows and without', { timeout: 60_000 }, () =>
    check(
      fc.asyncProperty(
        prices,
        fc.array(fc.tuple(fc.constantFrom(A, B), fc.nat(HOURS * 3600), fc.nat(1000)), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.option(ledgerArbitrary(addHours(FROM, 1), HOURS - 2, 5), { nil: [] }),
        hours,
        async (all, read, ledger, time) => {
          const store = await filled(all)
          const balances = read.map(([asset, second, amount]): Balance => ({
            owner: 'local',
            wallet: WALLET,
            chain: 'ethereum',
            asset,
            time: FROM + second * 1000,
            quantity: String(amount),
            source: 'test',
          }))
          await store.writeBalances(balances)
          await importAll(
            store,
            ledger.map((flow) => (flow.wallet === 'hot' ? { ...flow, chain: 'ethereum' } : flow)),
          )
          const wallets = [{ address: WALLET, label: 'hot', chains: ['ethereum'] }]
          await expectSame(store, time, portfolioOf({ wallets, holdings: [holding(C, '2')] }))
        },
      ) as never,
    ),
  )
})
