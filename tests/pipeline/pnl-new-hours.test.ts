import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import type { CandleRun } from '#core/candle.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import type { Balance, Portfolio } from '#core/portfolio.ts'
import type { Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { DEFAULT_SETTINGS, type MarkSettings } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { ASSETS, USD, flow, ledgerArbitrary } from '#tests/support/ledgers.ts'
import { testSeed } from '#tests/support/random.ts'
import { candles, content, importAll, storedPnl, write } from './pnl-history.ts'

fc.configureGlobal({ seed: testSeed(44) })

const A = ASSETS[0] as AssetId
const B = ASSETS[1] as AssetId
const EUR = 'eur' as Quote
/** Days before the end of a month, so that hours come on either side of it. */
const FROM = Date.UTC(2026, 1, 24) as Hour
const MARCH = (Date.UTC(2026, 2, 1) - FROM) / HOUR_MS
const SETTINGS = { ...DEFAULT_SETTINGS, carryHours: { crypto: 1 }, through: A }

const portfolio: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [],
  holdings: [{ asset: A, quantity: '1.5', unitCost: null, since: null }],
  flowsFile: null,
}

const level = (hours: number, price = 100) => Array.from({ length: hours }, (_, hour) => price + (hour % 7))
const at = (hour: number) => addHours(FROM, hour)

let files = 0
const open = () => openStore({ kind: 'embedded', file: `${temporaryFolder()}/${++files}.db`, create: true })

type Options = {
  readonly rebuild?: boolean
  readonly portfolio?: Portfolio
  readonly settings?: MarkSettings
}

async function look(store: Store, now: Hour, options: Options = {}): Promise<PnlReport> {
  const { settings = SETTINGS, ...others } = options
  const range = { quote: USD, mode: 'flows', from: at(1), to: now, now } as const
  return pnlReport({ portfolio, ...range, ...others }, store, settings)
}

/** What is stored and shown now is what a rebuild stores and shows, bit for bit. */
async function expectRebuilt(store: Store, now: Hour, options: Options = {}): Promise<void> {
  const shown = await look(store, now, options)
  const stored = await storedPnl(store)
  expect(content(shown)).toEqual(content(await look(store, now, { ...options, rebuild: true })))
  expect(stored).toEqual(await storedPnl(store))
}

describe('hours that come one after another', () => {
  const price = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 9999 }).map((n) => n / 7) },
    { weight: 1, arbitrary: fc.constant(NaN) },
  )
  const arrival = fc.record({
    asset: fc.constantFrom(...ASSETS),
    provider: fc.constantFrom('coingecko', 'coingecko', 'allium'),
    back: fc.integer({ min: 0, max: 5 }),
    prices: fc.array(price, { minLength: 1, maxLength: 4 }),
    minute: fc.constantFrom(0, 4, 20, 40),
    passed: fc.integer({ min: 0, max: 3 }),
  })
  const history = fc.record({
    ledger: ledgerArbitrary(at(1), 40, 5),
    begin: fc.integer({ min: 44, max: 130 }),
    arrivals: fc.array(arrival, { minLength: 3, maxLength: 12 }),
  })

  test('F18: equal a rebuild after each, whatever is corrected or goes missing', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ ledger, begin, arrivals }) => {
        const store = await open()
        await importAll(store, ledger, at(0))
        for (const asset of ASSETS) await write(store, candles(asset, 'coingecko', FROM, level(begin), 1))
        let now = at(begin)
        await look(store, now)
        for (const { asset, provider, back, prices, minute, passed } of arrivals) {
          await write(store, candles(asset, provider, addHours(now, -back), prices, minute))
          now = addHours(now, passed)
          await look(store, now)
        }
        await expectRebuilt(store, now)
        await store.close()
      }),
      { numRuns: Number(process.env['RUNS'] ?? 25) },
    )
  })
})

describe('a new hour after the last flow of its month', () => {
  const income = flow({ id: 'i', time: at(30), asset: A, quantity: '3', kind: 'income' })

  /** A store with a look at it, ready for what comes next. */
  async function begun(flows: readonly Flow[], runs: readonly CandleRun[], hours = 60): Promise<Store> {
    const store = await open()
    await importAll(store, flows, at(0))
    for (const run of runs) await write(store, run)
    await look(store, at(hours))
    return store
  }
  const prices = (asset: AssetId, from: Hour, series: readonly number[], minute = 1) =>
    candles(asset, 'coingecko', from, series, minute)

  test('leaves its batches alone, also when it is corrected; what they use makes them anew', async () => {
    const store = await begun([income], [prices(A, FROM, level(60))])
    await write(store, prices(A, at(60), [200]))
    expect((await look(store, at(60))).batches).toMatchObject({ computed: 0, reused: 0 })
    await write(store, prices(A, at(60), [300], 2))
    await write(store, prices(A, at(40), [70], 2))
    const corrected = await look(store, at(60))
    expect(corrected.batches).toMatchObject({ computed: 0, reused: 0 })
    expect(corrected.tokens[0]?.mark.at(-1)).toBe(300)
    await expectRebuilt(store, at(60))
    await write(store, prices(A, at(20), [70], 2))
    expect((await look(store, at(60))).batches).toMatchObject({ computed: 1 })
    await expectRebuilt(store, at(60))
    await store.close()
  })

  test('may lose its mark again, and the line stands where it stood before', async () => {
    const series = [...level(MARCH - 3), NaN, NaN]
    const store = await begun([income], [prices(A, FROM, series)], MARCH)
    await write(store, prices(A, at(MARCH - 1), [200]))
    await look(store, at(MARCH))
    // A better answer has its first sample later than half past, in the last hour that could have carried it on.
    await write(store, prices(A, at(MARCH - 1), [210], 40))
    const last = await look(store, at(MARCH))
    expect(last.tokens[0]?.mark.at(-2)).toBeNaN()
    await expectRebuilt(store, at(MARCH))
    await store.close()
  })

  test('leaves a month alone only as long as it shares no exchange with another', async () => {
    const given = flow({ id: 'g', time: at(MARCH - 5), asset: A, quantity: '-1', kind: 'sell', tx: 'x' })
    const got = flow({ id: 'r', time: at(MARCH + 2), asset: B, quantity: '1', kind: 'buy', tx: 'x' })
    const store = await begun(
      [given, got],
      [prices(A, FROM, level(MARCH + 9)), prices(B, FROM, level(MARCH + 9))],
      MARCH + 9,
    )
    await write(store, prices(B, at(MARCH + 2), [900], 2))
    expect((await look(store, at(MARCH + 9))).batches).toMatchObject({ computed: 2 })
    await expectRebuilt(store, at(MARCH + 9))
    await store.close()
  })

  test('is followed by the next month', async () => {
    const store = await begun([income], [prices(A, FROM, level(MARCH - 1))], MARCH - 2)
    for (let hour = MARCH - 1; hour < MARCH + 3; hour++) {
      await write(store, prices(A, at(hour), [100 + hour]))
      await look(store, at(hour))
    }
    await write(store, prices(A, at(MARCH - 1), [55], 2))
    expect((await look(store, at(MARCH + 2))).batches).toMatchObject({ computed: 0, reused: 0 })
    await expectRebuilt(store, at(MARCH + 2))
    await store.close()
  })

  test('follows another order of sources at once', async () => {
    const second = candles(A, 'allium', FROM, level(60, 500), 1)
    const store = await begun([income], [prices(A, FROM, level(60)), second])
    const settings = { ...SETTINGS, sources: ['allium', 'coingecko'] }
    expect((await look(store, at(60), { settings })).batches).toMatchObject({ computed: 1 })
    await expectRebuilt(store, at(60), { settings })
    await store.close()
  })

  test('a price in another currency is converted anew when that currency is corrected', async () => {
    const bought = flow({
      id: 'b',
      time: at(30),
      asset: B,
      quantity: '2',
      kind: 'buy',
      unitPrice: '50',
      priceCurrency: 'eur',
    })
    const inEuro = (from: Hour, series: readonly number[], minute = 1) =>
      candles(A, 'coingecko', from, series, minute, EUR)
    const store = await begun(
      [bought],
      [prices(A, FROM, level(60, 120)), prices(B, FROM, level(60)), inEuro(FROM, level(60))],
    )
    await write(store, prices(A, at(60), [150]))
    await write(store, inEuro(at(60), [110]))
    expect((await look(store, at(60))).batches).toMatchObject({ computed: 0, reused: 0 })
    await write(store, inEuro(at(30), [60], 2))
    expect((await look(store, at(60))).batches).toMatchObject({ computed: 1 })
    await expectRebuilt(store, at(60))
    await store.close()
  })

  test('a flow within an opening still values the exchange that it is a leg of', async () => {
    const wallet = `0x${'ab'.repeat(20)}`
    const owned: Portfolio = {
      ...portfolio,
      wallets: [{ address: wallet, label: 'hot', chains: ['ethereum'] }],
    }
    const leg = { wallet, chain: 'ethereum', tx: 't' }
    const given = flow({ ...leg, id: 'g', time: at(20), asset: A, quantity: '-1', kind: 'sell' })
    const got = flow({ ...leg, id: 'r', time: at(40), asset: B, quantity: '1', kind: 'buy' })
    const balance: Balance = {
      owner: 'local',
      wallet,
      chain: 'ethereum',
      asset: B,
      time: at(50),
      quantity: '0',
      source: 'test',
    }
    const store = await open()
    await store.writeBalances([balance])
    await importAll(store, [given, got], at(0))
    for (const asset of [A, B]) await write(store, prices(asset, FROM, level(60)))
    await look(store, at(60), { portfolio: owned })
    await write(store, prices(B, at(40), [900], 2))
    expect((await look(store, at(60), { portfolio: owned })).batches).toMatchObject({ computed: 1 })
    await expectRebuilt(store, at(60), { portfolio: owned })
    await store.close()
  })
})

test('a label that now stands for a wallet moves its flows to that wallet', async () => {
  const wallet = `0x${'cd'.repeat(20)}`
  const labelled = (label: string): Portfolio => ({
    ...portfolio,
    wallets: [{ address: wallet, label, chains: ['ethereum'] }],
  })
  const store = await open()
  await importAll(
    store,
    [flow({ id: 'h', time: at(20), asset: A, quantity: '1', kind: 'deposit', wallet: 'hot' })],
    at(0),
  )
  await write(store, candles(A, 'coingecko', FROM, level(60), 1))
  await look(store, at(50), { portfolio: labelled('cold') })
  await look(store, at(50), { portfolio: labelled('hot') })
  const { batches } = await storedPnl(store)
  expect(batches).toMatchObject([{ wallet }])
  await expectRebuilt(store, at(50), { portfolio: labelled('hot') })
  await store.close()
})
