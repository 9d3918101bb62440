import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import type { Flow, FlowKind } from '#core/flow.ts'
import { HOUR_MS, addHours, ceilHour, type Hour } from '#core/hour.ts'
import { monthStart, type Month } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { agreementOf } from '#pipeline/lots/agree.ts'
import type { Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { ASSETS, USD, flow } from '#tests/support/ledgers.ts'
import { below, pick, seeded, testSeed, type Random } from '#tests/support/random.ts'
import { candles, importAll, write } from '../pnl-history.ts'

const FROM = Date.UTC(2026, 0, 30) as Hour
const HOURS = 72
const NOW = addHours(FROM, HOURS)
const LEDGERS = process.env['LONG'] === undefined ? 25 : 500

const portfolio: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [],
  holdings: [{ asset: ASSETS[0] as AssetId, quantity: '250', unitCost: '17', since: null }],
  flowsFile: null,
}

let folder: string
let stores = 0
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tidemark-agreement-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open = () => openStore({ kind: 'embedded', file: join(folder, `${++stores}.db`), create: true })

/** Every kind of flow, with every price known and nothing oversold: enough of everything came in at first. */
function ledger(random: Random): Flow[] {
  const flows: Flow[] = []
  const amount = () => String((1 + below(random, 9_999)) / 1_000)
  const price = () => String((1 + below(random, 50_000)) / 100)
  const add = (part: Partial<Flow> & { kind: FlowKind; quantity: string; asset: AssetId; time: number }) =>
    flows.push({ ...flow(part), id: `f${String(flows.length).padStart(3, '0')}` })
  for (const asset of ASSETS)
    for (const wallet of ['hot', 'cold'])
      add({ kind: 'deposit', quantity: '5000', unitPrice: price(), asset, wallet, time: FROM + 60_000 })
  for (let index = 0; index < 60; index++) {
    const time = FROM + (3_600 + below(random, (HOURS - 2) * 3_600)) * 1_000
    const asset = pick(random, ASSETS)
    const other = ASSETS[(ASSETS.indexOf(asset) + 1) % ASSETS.length] as AssetId
    const wallet = pick(random, ['hot', 'cold'])
    const tx = `tx${index}`
    const fee = pick(random, [
      {},
      { fee: '0.5' },
      { fee: '0.01', feeAsset: asset },
      { fee: '0.02', feeAsset: other },
    ])
    const shape = below(random, 9)
    const quantity = amount()
    if (shape === 0) add({ kind: 'buy', quantity, asset, wallet, time, unitPrice: price(), ...fee })
    else if (shape === 1) add({ kind: 'sell', quantity: `-${quantity}`, asset, wallet, time, ...fee })
    else if (shape === 2) {
      add({ kind: 'sell', quantity: `-${quantity}`, asset, wallet, time, tx, ...fee })
      add({ kind: 'buy', quantity: amount(), asset: other, wallet, time, tx })
    } else if (shape === 3) {
      add({ kind: 'convert', quantity: `-${quantity}`, asset, wallet, time, tx })
      add({ kind: 'convert', quantity: amount(), asset: other, wallet, time, tx, ...fee })
    } else if (shape === 4) {
      const to = wallet === 'hot' ? 'cold' : 'hot'
      add({ kind: 'transfer', quantity: '-5', asset, wallet, time, tx })
      add({ kind: 'transfer', quantity: '4.9', asset, wallet: to, time: time + 3_600_000, tx })
    } else if (shape === 5) {
      const kind = pick(random, ['income', 'airdrop', 'rebase', 'split'] as const)
      add({ kind, quantity, asset, wallet, time })
    } else if (shape === 6) {
      const kind = pick(random, ['gas', 'fee', 'lost', 'rebase', 'gift', 'withdraw', 'transfer'] as const)
      add({ kind, quantity: `-${quantity}`, asset, wallet, time })
    } else if (shape === 7) {
      const kind = pick(random, ['deposit', 'opening', 'gift'] as const)
      add({ kind, quantity, asset, wallet, time, unitPrice: price() })
    } else {
      const cash = 'fiat:usd' as AssetId
      add({ kind: 'sell', quantity: `-${price()}`, asset: cash, wallet, time, tx })
      add({ kind: 'buy', quantity, asset, wallet, time, tx, ...fee })
    }
  }
  return flows
}

async function stored(random: Random, flows: readonly Flow[]): Promise<Store> {
  const store = await open()
  await store.writePortfolio(portfolio)
  for (const asset of ASSETS) {
    const prices = Array.from({ length: HOURS + 1 }, () => (1 + below(random, 50_000)) / 100)
    await write(store, candles(asset, 'coingecko', FROM, prices, 2))
  }
  await importAll(store, flows, 1)
  return store
}

test('hourly PnL and lots agree to the cent on random ledgers in a store', async () => {
  const seed = testSeed(61)
  for (let round = 0; round < LEDGERS; round++) {
    const random = seeded(seed + round)
    const store = await stored(random, ledger(random))
    const found = await agreementOf({ portfolio, now: NOW }, store, DEFAULT_SETTINGS)
    await store.close()
    expect(found.reason, `round ${round}`).toBeNull()
    expect(Math.abs(found.difference ?? NaN), `round ${round}`).toBeLessThan(0.01)
  }
})

test('where they differ, the flow of the first hour at which they do is named', async () => {
  const seed = testSeed(62)
  for (let round = 0; round < 5; round++) {
    const random = seeded(seed + round)
    const flows = ledger(random)
    const store = await stored(random, flows)
    await pnlReport({ portfolio, quote: USD, days: 2, now: NOW }, store, DEFAULT_SETTINGS)
    const batches = await store.batches('local', 'main', USD, '2026-01' as Month, '2026-03' as Month)
    // A stored change of PnL that its flows do not say: what a fault of the one view would look like.
    const batch = pick(random, batches)
    const index = 2 + below(random, batch.data[0] as number)
    const data = batch.data.slice()
    data[index] = (data[index] as number) + 5
    await store.writePnl({
      months: [],
      batches: [{ ...batch, data }],
      droppedBatches: [],
      droppedMonths: [],
    })
    const hour = monthStart(batch.month) + (index - 2) * HOUR_MS
    const found = await agreementOf({ portfolio, now: NOW }, store, DEFAULT_SETTINGS)
    await store.close()
    if (hour <= FROM) continue
    expect(found.difference, `round ${round}`).toBeCloseTo(5, 6)
    const inHour = flows.filter(({ time }) => ceilHour(time) === hour).map(({ id }) => id)
    expect(found.flows?.map(({ flow: id }) => id).toSorted(), `round ${round}`).toEqual(inHour.toSorted())
  }
})

test('holdings by hand that carry a cost agree too, with and without `since`, and with no flow at all', async () => {
  const random = seeded(testSeed(63))
  for (const since of [null, FROM + 5 * HOUR_MS + 1000]) {
    const held = {
      ...portfolio,
      holdings: [{ asset: ASSETS[0] as AssetId, quantity: '2.5', unitCost: '17', since }],
    }
    const store = await stored(random, [])
    await store.writePortfolio(held)
    const found = await agreementOf({ portfolio: held, now: NOW }, store, DEFAULT_SETTINGS)
    await store.close()
    expect(found.reason).toBeNull()
    expect(Math.abs(found.difference ?? NaN)).toBeLessThan(1e-6)
  }
})

test('nothing is compared where the two views are not of the same thing', async () => {
  const random = seeded(testSeed(64))
  const bought = flow({ kind: 'deposit', quantity: '1', asset: ASSETS[1] as AssetId, time: FROM + 90_000 })
  const store = await stored(random, [bought])
  const found = await agreementOf({ portfolio, now: NOW }, store, DEFAULT_SETTINGS)
  await store.close()
  expect(found).toMatchObject({ difference: null, flows: null })
  expect(found.reason).toContain('undocumented')
})
