import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { walletBook, type Portfolio } from '#core/portfolio.ts'
import { explainLots } from '#pipeline/lots/explain.ts'
import { lotViews } from '#pipeline/lots/compute.ts'
import { storeInput } from '#pipeline/lots/store-input.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import { listTrades } from '#pipeline/queries/trades.ts'
import type { Store } from '#pipeline/ports.ts'
import { DEFAULT_LOT_SETTINGS } from '#pnl/lots/settings.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { USD, flow } from '#tests/support/ledgers.ts'
import { candles, importAll, write } from '../pnl-history.ts'

const FROM = Date.UTC(2026, 0, 30) as Hour
const NOW = addHours(FROM, 10)
const BTC = 'bitcoin' as AssetId
const ETH = 'ethereum' as AssetId
const WALLET = `0x${'ab'.repeat(20)}`

let folder: string
let stores = 0
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tidemark-lots-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const portfolioOf = (part: Partial<Portfolio>): Portfolio => ({
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [],
  holdings: [],
  flowsFile: null,
  ...part,
})

/** A store where an hour's price of bitcoin is 100, 101, … and that of ether a tenth of it. */
async function stored(portfolio: Portfolio, flows: readonly Flow[]): Promise<Store> {
  const store = await openStore({ kind: 'embedded', file: join(folder, `${++stores}.db`), create: true })
  await store.writePortfolio(portfolio)
  const prices = Array.from({ length: 11 }, (_, hour) => 100 + hour)
  await write(store, candles(BTC, 'coingecko', FROM, prices, 2))
  const tenth = prices.map((price) => price / 10)
  await write(store, candles(ETH, 'coingecko', FROM, tenth, 2))
  if (flows.length > 0) await importAll(store, flows, 1)
  return store
}

async function lotsOf(store: Store, portfolio: Portfolio, at: number | null = null) {
  const input = await storeInput({ portfolio, at, now: NOW }, store, DEFAULT_SETTINGS)
  const heading = { portfolio: portfolio.name, baseCurrency: USD, timed: true }
  return { input, view: lotViews(input, [DEFAULT_LOT_SETTINGS], heading)[0] as LotView }
}

const row = (part: Partial<Flow> & Pick<Flow, 'time' | 'asset' | 'quantity' | 'kind'>): Flow => ({
  ...flow(part),
  wallet: part.wallet ?? 'hot',
})

test('a flow without a price is valued by the mark that ends its hour, as hourly PnL values it', async () => {
  const portfolio = portfolioOf({})
  const store = await stored(portfolio, [
    row({ time: FROM + 60_000, asset: BTC, quantity: '2', kind: 'buy', unitPrice: '90' }),
    // Inside (3, 4]: the mark is that of hour 4. On the hour 5 itself: that of hour 5.
    row({ time: FROM + 3 * HOUR_MS + 1000, asset: BTC, quantity: '-1', kind: 'sell' }),
    row({ time: FROM + 5 * HOUR_MS, asset: BTC, quantity: '-0.5', kind: 'sell' }),
  ])
  const { view } = await lotsOf(store, portfolio)
  await store.close()
  expect(view.report.disposals.map(({ proceeds }) => proceeds)).toEqual(['104', '52.5'])
  expect(view.at).toBe(NOW)
  expect(view.report.assets).toMatchObject([{ quantity: '0.5', mark: '110', value: '55', quality: 'ok' }])
})

test('holdings by hand are lots: undocumented, unless they carry a cost', async () => {
  const portfolio = portfolioOf({
    holdings: [
      { asset: BTC, quantity: '3', unitCost: '50', since: FROM + 2 * HOUR_MS - 1000 },
      { asset: ETH, quantity: '4', unitCost: null, since: null },
    ],
  })
  const store = await stored(portfolio, [])
  const { view } = await lotsOf(store, portfolio)
  await store.close()
  expect(view.report.lots).toMatchObject([
    { asset: ETH, opened: FROM, unitCost: null, undocumented: true },
    { asset: BTC, opened: FROM + 2 * HOUR_MS, unitCost: '50', undocumented: false },
  ])
  expect(view.report.assets).toMatchObject([
    { asset: BTC, cost: '150', unrealised: '180', quality: 'ok' },
    { asset: ETH, value: '44', averageCost: null, quality: 'missing' },
  ])
  expect(view.report.incomplete).toBe(true)
})

test('a price in another currency is converted at the hour of the flow, and says so', async () => {
  const portfolio = portfolioOf({})
  const bought = row({
    time: FROM + HOUR_MS + 1000,
    asset: ETH,
    quantity: '2',
    kind: 'buy',
    unitPrice: '8',
    priceCurrency: 'eur',
  })
  const store = await stored(portfolio, [bought])
  // Bitcoin in euro is half of what it is in dollars at hour 2, and another share of it at every other hour.
  const inEuro = Array.from({ length: 11 }, (_, hour) => (hour === 2 ? 51 : 70 + hour))
  await write(store, candles(BTC, 'coingecko', FROM, inEuro, 2, 'eur' as Quote))
  const { input, view } = await lotsOf(store, portfolio)
  await store.close()
  expect(view.report.lots).toMatchObject([{ unitCost: '16' }])
  const [found] = explainLots(view, input, bought.id).lots
  expect(found?.origin).toMatchObject({
    priceCurrency: 'eur',
    rate: { price: '2', quality: 'estimated' },
    value: { basis: 'price-in', value: '32' },
  })
  const { rows } = listTrades(input, view, { limit: 5, offset: 0 })
  expect(rows).toMatchObject([{ value: '32', quality: 'estimated', gain: null }])
})

test('what flowed before a balance was first known is within its opening', async () => {
  const portfolio = portfolioOf({ wallets: [{ address: WALLET, label: 'vault', chains: ['ethereum'] }] })
  const store = await stored(portfolio, [])
  const own = { book: walletBook(WALLET), wallet: WALLET, chain: 'ethereum' }
  await store.importFlows({
    owner: 'local',
    book: own.book,
    source: 'test',
    file: null,
    mode: 'add',
    at: 1,
    flows: [
      [
        row({ time: FROM + HOUR_MS, asset: ETH, quantity: '1', kind: 'deposit', unitPrice: '3', ...own }),
        row({ time: FROM + 6 * HOUR_MS, asset: ETH, quantity: '-2', kind: 'sell', ...own }),
      ],
    ],
  })
  const balance = { owner: 'local', wallet: WALLET, chain: 'ethereum', asset: ETH, source: 'test' }
  await store.writeBalances([{ ...balance, time: FROM + 4 * HOUR_MS, quantity: '7' }])
  const { input, view } = await lotsOf(store, portfolio)
  await store.close()
  expect(view.report.lots).toMatchObject([
    { opened: FROM + 4 * HOUR_MS, quantity: '7', remaining: '5', kind: 'opening' },
  ])
  expect(view.report.disposals).toMatchObject([{ quantity: '2', undocumented: '2', proceeds: '21.2' }])
  const { rows, total } = listTrades(input, view, { limit: 10, offset: 0, wallet: 'vault' })
  expect([total, rows.map(({ kind }) => kind)]).toEqual([2, ['sell', 'opening']])
  expect(rows.map(({ label }) => label)).toEqual(['vault', 'vault'])
  expect(rows.map(({ gain, unproven }) => [gain, unproven])).toEqual([
    ['21.2', '21.2'],
    [null, '0'],
  ])
  expect(listTrades(input, view, { limit: 10, offset: 0, wallet: 'cold' }).total).toBe(0)
})

test('an asset without a mark is missing, never 0 and never its cost; the last price is for coverage alone', async () => {
  const portfolio = portfolioOf({})
  const store = await stored(portfolio, [
    row({ time: FROM + 60_000, asset: BTC, quantity: '1', kind: 'buy', unitPrice: '90' }),
    row({ time: FROM + 60_000, asset: ETH, quantity: '10', kind: 'buy', unitPrice: '9' }),
  ])
  await write(
    store,
    candles(
      BTC,
      'coingecko',
      addHours(FROM, 11),
      Array.from({ length: 9 }, () => 110),
      2,
    ),
  )
  const later = addHours(FROM, 19)
  const input = await storeInput({ portfolio, at: later, now: later }, store, DEFAULT_SETTINGS)
  const heading = { portfolio: 'main', baseCurrency: USD, timed: true }
  const [view] = lotViews(input, [DEFAULT_LOT_SETTINGS], heading) as [LotView]
  await store.close()
  expect(view.report.assets).toMatchObject([
    { asset: BTC, value: '110', unrealised: '20' },
    { asset: ETH, mark: null, value: null, unrealised: null, cost: '90', quality: 'missing' },
  ])
  // 110 of 110 + 10 × 11 at last known marks.
  expect(view.report.total).toMatchObject({ value: '110', coverage: 0.5 })
  expect(view.report.problems).toMatchObject([{ code: 'MISSING_MARK', asset: ETH }])
  expect(view.report.incomplete).toBe(true)
})
