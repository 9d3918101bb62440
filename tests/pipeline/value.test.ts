/** What `value` says of a portfolio at an hour is what `pnl` says there, on ledgers made at random. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
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
import { ASSETS, USD, flow, ledgerArbitrary } from '#tests/support/ledgers.ts'
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

const level = (n: number, from = 0) =>
  Array.from({ length: HOURS + 1 }, (_, at) => (at < from ? NaN : n + at))
const at = (hour: number) => FROM + hour * HOUR_MS

describe('by example', () => {
  test('an exchange that begins before the day is valued by marks from before it', async () => {
    const store = await filled([level(100), level(7, 75)])
    await importAll(store, [
      flow({ time: at(70.5), asset: A, quantity: '-1', kind: 'sell', tx: 'x' }),
      flow({ time: at(72.5), asset: B, quantity: '3', kind: 'buy', tx: 'x' }),
    ])
    await expectSame(store, addHours(FROM, 96), portfolioOf({ holdings: [holding(A, '5')] }))
    const { change24h } = await one(store, addHours(FROM, 96), portfolioOf({ holdings: [holding(A, '5')] }))
    // Four of A made 24 each; three of B, worth 103 at 96 h, were paid with the 171 that A was worth at 71 h.
    expect(change24h?.amount).toBeCloseTo(4 * 24 + 3 * 103 - 171, 9)
  })

  test('flows of the day are no gain: the change is what the market made', async () => {
    const store = await filled([level(100)])
    await importAll(store, [
      flow({ time: at(10), asset: A, quantity: '2', kind: 'deposit' }),
      flow({ time: at(90), asset: A, quantity: '8', kind: 'deposit' }),
    ])
    const { value, change24h } = await one(store, addHours(FROM, 96), portfolioOf({}))
    expect(value).toBe(10 * 196)
    // 2 × 24 h and 8 × 6 h at 1 an hour, on 2 × 172 held before and 8 × 190 that came in.
    expect(change24h).toEqual({ amount: 96, fraction: 96 / (2 * 172 + 8 * 190) })
  })

  test('nothing to compare with is no change, not a change of 0', async () => {
    const store = await filled([level(100, 96), level(50)])
    const bare = await one(store, addHours(FROM, 96), portfolioOf({ holdings: [holding(A, '2')] }))
    expect([bare.value, bare.change24h]).toEqual([2 * 196, null])
    // A price of days ago is what it is worth at the beginning; one new mark alone moved from nowhere.
    const stale = level(100).map((price, hour) => (hour > 10 && hour < 96 ? NaN : price))
    const late = await filled([stale])
    const again = await one(late, addHours(FROM, 96), portfolioOf({ holdings: [holding(A, '2')] }))
    expect([again.value, again.change24h]).toEqual([2 * 196, null])
    const both = portfolioOf({ holdings: [holding(A, '2'), holding(B, '3')] })
    expect((await one(store, addHours(FROM, 96), both)).change24h).toEqual({
      amount: 3 * 24,
      fraction: (3 * 24) / (3 * 122),
    })
    const empty = await one(store, addHours(FROM, 96), portfolioOf({}))
    expect([empty.value, empty.change24h, empty.coverage]).toEqual([0, { amount: 0, fraction: null }, 1])
  })

  test('a price that went away leaves the total, and says what of it is covered', async () => {
    const gone = level(100).map((price, hour) => (hour > 80 ? NaN : price))
    const store = await filled([gone, level(50)])
    const held = portfolioOf({ holdings: [holding(A, '1'), holding(B, '1')] })
    const snapshot = await one(store, addHours(FROM, 96), held)
    expect(snapshot).toMatchObject({ value: 180 + 146, quality: 'ok', coverageByCount: 0.5 })
    expect(snapshot.coverage).toBeCloseTo(146 / 326, 12)
    expect(snapshot.positions).toMatchObject([
      { asset: A, quantity: '1', mark: null, value: null, quality: 'missing' },
      { asset: B, quantity: '1', mark: 146, value: 146, quality: 'ok' },
    ])
  })

  test('each portfolio is valued in its own currency, and stored under its owner', async () => {
    const store = await filled([level(100)])
    const eur = { ...candles(A, level(80)), quote: 'eur' as Quote }
    await write(store, eur)
    const holdings = [holding(A, '1')]
    await store.writePortfolio(portfolioOf({ owner: 'ada', baseCurrency: 'eur' as Quote, holdings }))
    await store.writePortfolio(portfolioOf({ owner: 'bob', holdings }))
    const all = await valued(store, addHours(FROM, 10), null)
    expect(all.map(({ snapshot }) => [snapshot.owner, snapshot.quote, snapshot.value])).toEqual([
      ['ada', 'eur', 90],
      ['bob', 'usd', 110],
    ])
    const query = { owner: 'ada', portfolio: 'main', from: FROM, to: NOW }
    expect(await store.snapshots(query)).toEqual([all[0]?.snapshot])
  })

  test('what a wallet holds is told by its contract, or as the coin of its chain', async () => {
    const store = await filled([level(100), level(50)])
    const contract = `0x${'cd'.repeat(20)}`
    const token = { asset: A, chain: 'eip155:8453', contract, decimals: 18, symbol: 'aaa' }
    await store.writeTokens([token], 1)
    const ETH = 'ethereum' as AssetId
    for (const asset of [A, B, ETH]) {
      const place = { owner: 'local', wallet: WALLET, chain: 'base', source: 'test' }
      await store.writeBalances([{ ...place, asset, time: FROM, quantity: '1' }])
    }
    const other = `0x${'ef'.repeat(20)}`
    const wallets = [WALLET, other].map((address) => ({ address, label: null, chains: ['base'] }))
    wallets[0]?.chains.push('optimism')
    const [only] = await valued(
      store,
      addHours(FROM, 50),
      portfolioOf({ wallets, holdings: [holding(A, '2')] }),
    )
    expect(only?.snapshot.positions.map(({ asset, token, wallet }) => [asset, token, wallet])).toEqual([
      [A, contract, WALLET],
      [A, null, 'manual'],
      [B, null, WALLET],
      [ETH, 'native', WALLET],
    ])
    expect(only?.unread).toEqual([
      { name: WALLET, chains: ['optimism'] },
      { name: other, chains: null },
    ])
  })
})
