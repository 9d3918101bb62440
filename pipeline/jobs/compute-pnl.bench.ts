import { join } from 'node:path'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, addHours, hoursBetween, type Hour } from '#core/hour.ts'
import { portfolioBook, type Portfolio } from '#core/portfolio.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { median, timed, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { USD, assetName, candleRun, inFolder, randomOf, walk } from '#tests/bench/years.ts'
import { flow } from '#tests/support/ledgers.ts'
import type { Store } from '../ports.ts'
import { PortfolioLedger } from '../pnl/ledger.ts'
import { MarkLoader } from '../pnl/marks.ts'
import { computePnl } from './compute-pnl.ts'

const ASSETS = 100
const FROM = Date.UTC(2021, 10, 1) as Hour

const portfolio: Portfolio = {
  owner: 'local',
  name: 'bench',
  baseCurrency: USD,
  wallets: [],
  holdings: Array.from({ length: ASSETS }, (_, asset) => ({
    asset: assetName(asset),
    quantity: String(1 + asset / 8),
    unitCost: null,
    since: null,
  })),
  flowsFile: null,
}

async function compute(store: Store, until: Hour, rebuild: boolean): Promise<void> {
  const loader = new MarkLoader(store, USD, DEFAULT_SETTINGS)
  const ledger = await PortfolioLedger.open(store, portfolio, loader.base, until)
  await computePnl(ledger, loader, store, until, { rebuild })
}

/** Prices of all assets up to an hour, and an income of each asset in each month, so that every month has batches. */
async function fill(store: Store, until: Hour): Promise<Float64Array[]> {
  const hours = hoursBetween(FROM, until)
  const series = portfolio.holdings.map((_, asset) => walk(hours + 48, asset + 1))
  for (const [asset, prices] of series.entries()) {
    const run = candleRun(assetName(asset), FROM, prices.slice(0, hours))
    await store.writePrices([{ run, suspects: [], gaps: [] }])
  }
  const flows: Flow[] = []
  for (let hour = 100; hour < hours; hour += 730) {
    for (let asset = 0; asset < ASSETS; asset++) {
      const time = FROM + hour * HOUR_MS + asset * 1000
      flows.push(
        flow({ id: `${asset}-${hour}`, time, asset: assetName(asset), quantity: '0.01', kind: 'income' }),
      )
    }
  }
  await store.importFlows({
    owner: 'local',
    book: portfolioBook('bench'),
    source: 'bench',
    file: null,
    mode: 'mirror',
    at: until,
    flows: [flows],
  })
  return series
}

/** Neither pays for the rubbish that the other left. */
const settle = () => (globalThis as { gc?: () => void }).gc?.()

async function oneNewHour(name: string, until: Hour): Promise<Ratio> {
  return inFolder(async (folder) => {
    const store = await openStore({ kind: 'embedded', file: join(folder, 'bench.db'), create: true })
    const series = await fill(store, until)
    await compute(store, until, false)
    const rebuilds: number[] = []
    const appends: number[] = []
    let newest = until
    for (let round = 0; round < 5; round++) {
      for (let repeat = 0; repeat < 3; repeat++) {
        const hour = hoursBetween(FROM, newest)
        const writes = series.map((prices, asset) => ({
          run: candleRun(assetName(asset), newest, prices.slice(hour, hour + 1)),
          suspects: [],
          gaps: [],
        }))
        await store.writePrices(writes)
        settle()
        appends.push(await timed(() => compute(store, newest, false)))
        newest = addHours(newest, 1)
      }
      settle()
      rebuilds.push(await timed(() => compute(store, newest, true)))
    }
    await store.close()
    return {
      name,
      against: 'a full rebuild of the same five years',
      limit: 1 / 50,
      ratio: median(appends) / median(rebuilds),
      oursMs: median(appends),
      referenceMs: median(rebuilds),
    }
  })
}

export const benches: Bench[] = [
  {
    name: `One new hour on five years of ${ASSETS} assets, each with a flow every month`,
    async run() {
      return [
        await oneNewHour('at the beginning of a month', Date.UTC(2026, 10, 2) as Hour),
        await oneNewHour("at the month's end", Date.UTC(2026, 9, 31, 6) as Hour),
      ]
    },
  },
  {
    name: 'Flows imported and valued hourly over five years',
    async run() {
      const small = await manyFlows(100_000)
      const large = await manyFlows(1_000_000)
      const note = ({ count, importMs, valueMs, peakMb }: Measured) =>
        `${count.toLocaleString('en')} flows: import ${(importMs / 1000).toFixed(1)} s, value ${(valueMs / 1000).toFixed(1)} s, peak memory ${peakMb.toFixed(0)} MB`
      return [
        {
          name: 'time per flow at 1,000,000 against time per flow at 100,000',
          against: 'the same at a tenth of the flows (1 is linear)',
          limit: 1.5,
          ratio: (large.importMs + large.valueMs) / 10 / (small.importMs + small.valueMs),
          oursMs: large.importMs + large.valueMs,
          referenceMs: small.importMs + small.valueMs,
          notes: [note(small), note(large)],
        },
      ]
    },
  },
]

type Measured = { count: number; importMs: number; valueMs: number; peakMb: number }

/** Trades of twenty assets at their own prices, spread evenly over five years. */
async function manyFlows(count: number): Promise<Measured> {
  return inFolder(async (folder) => {
    const until = Date.UTC(2026, 10, 1) as Hour
    const hours = hoursBetween(FROM, until)
    const store = await openStore({ kind: 'embedded', file: join(folder, 'bench.db'), create: true })
    for (let asset = 0; asset < 20; asset++) {
      await store.writePrices([
        { run: candleRun(assetName(asset), FROM, walk(hours, asset + 1)), suspects: [], gaps: [] },
      ])
    }
    let peakMb = 0
    const watch = setInterval(() => (peakMb = Math.max(peakMb, process.memoryUsage().rss / 1e6)), 50)
    const importMs = await timed(() =>
      store.importFlows({
        owner: 'local',
        book: portfolioBook('bench'),
        source: 'bench',
        file: null,
        mode: 'mirror',
        at: until,
        flows: trades(count, hours),
      }),
    )
    const valueMs = await timed(() => compute(store, until, false))
    clearInterval(watch)
    peakMb = Math.max(peakMb, process.memoryUsage().rss / 1e6)
    await store.close()
    return { count, importMs, valueMs, peakMb }
  })
}

function* trades(count: number, hours: number): Iterable<Flow[]> {
  const random = randomOf(count)
  const step = Math.floor((hours * HOUR_MS) / count)
  for (let start = 0; start < count; start += 5000) {
    yield Array.from({ length: Math.min(5000, count - start) }, (_, index) => {
      const number = start + index
      const bought = random() < 0.6
      return flow({
        id: `t${String(number).padStart(8, '0')}`,
        time: Math.floor((FROM + number * step + 1000) / 1000) * 1000,
        asset: assetName(number % 20),
        quantity: `${bought ? '' : '-'}${(random() * 2 + 0.0001).toFixed(6)}`,
        kind: bought ? 'buy' : 'sell',
        unitPrice: (random() * 1000 + 1).toFixed(2),
        fee: '0.1',
        tx: `tx${number}`,
        line: number + 2,
      })
    })
  }
}
