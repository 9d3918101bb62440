import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns } from '#core/candle.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS } from '#core/hour.ts'
import { monthLength, monthStart, monthsBetween } from '#core/month.ts'
import { portfolioBook, type Portfolio } from '#core/portfolio.ts'
import type { Store } from '#pipeline/ports.ts'
import { DEFAULT_LOT_SETTINGS } from '#pnl/lots/settings.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { LEDGER_BEGIN, lotLedger } from '#tests/bench/lot-ledger.ts'
import { median, timed, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { lotViews } from './compute.ts'
import { LotKeeper } from './keeper.ts'
import { storeInput } from './store-input.ts'

const ASSETS = 250
const FLOWS = 100_000
const PORTFOLIO: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: 'usd' as Quote,
  wallets: [],
  holdings: [],
  flowsFile: null,
}
const HEADING = { portfolio: 'main', baseCurrency: 'usd', timed: true }

/** Twelve years of flows, and a price an hour of every asset at their end. */
async function fill(store: Store, flows: readonly Flow[], now: number): Promise<void> {
  await store.writePortfolio(PORTFOLIO)
  await put(store, flows, 1)
  for (const month of monthsBetween(now - 31 * 24 * HOUR_MS, now)) {
    const columns = emptyColumns(monthLength(month))
    for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) columns[name].fill(25)
    columns.count.fill(1)
    columns.covered.fill(HOUR_MS)
    const run = { quote: 'usd' as Quote, provider: 'coingecko', from: monthStart(month), columns }
    const assets = [...new Set(flows.map(({ asset }) => asset))].filter((asset) => asset !== 'fiat:usd')
    await store.writePrices(assets.map((asset) => ({ run: { ...run, asset }, suspects: [], gaps: [] })))
  }
}

const put = (store: Store, flows: readonly Flow[], at: number) =>
  store.importFlows({
    ...{ owner: 'local', book: portfolioBook('main'), source: 'bench', file: null },
    ...{ mode: 'add', at, flows: [flows.map((flow) => ({ ...flow, source: 'bench', file: null }))] },
  })

/** One flow more, and the whole report asked again: by what was kept, and from the beginning. */
async function oneMore(store: Store): Promise<Ratio> {
  const flows = lotLedger(FLOWS, ASSETS)
  const last = flows.at(-1) as Flow
  const now = last.time + 24 * HOUR_MS
  await fill(store, flows, now)
  const ask = { portfolio: PORTFOLIO, at: null, now }
  const keeper = new LotKeeper(store, DEFAULT_SETTINGS)
  const kept = () => keeper.view(ask, DEFAULT_LOT_SETTINGS, HEADING)
  const cold = async () => lotViews(await storeInput(ask, store, DEFAULT_SETTINGS), [DEFAULT_LOT_SETTINGS], HEADING) // prettier-ignore
  const first = await timed(kept)
  const own: number[] = []
  const other: number[] = []
  for (let turn = 0; turn < 3; turn++) {
    const time = turn % 2 === 0 ? last.time : LEDGER_BEGIN + (last.time - LEDGER_BEGIN) * 0.9
    const asset = flows[turn * 7]?.asset ?? ('asset1' as AssetId)
    const late = { kind: 'buy' as const, quantity: '1', unitPrice: '3', fee: null, feeAsset: null }
    await put(store, [{ ...last, ...late, id: `late${turn}`, tx: null, time: Math.floor(time / 1000) * 1000, asset }], turn + 2) // prettier-ignore
    own.push(await timed(kept))
    other.push(await timed(cold))
  }
  return {
    name: `one flow more among ${FLOWS.toLocaleString('en')} over ${ASSETS} assets, the whole report from what was kept`,
    against: 'the same from the beginning',
    limit: 0.5,
    ratio: median(own.map((ms, turn) => ms / (other[turn] as number))),
    oursMs: median(own),
    referenceMs: median(other),
    notes: [`the first ask of a keeper: ${first.toFixed(0)} ms`],
  }
}

export const benches: Bench[] = [
  {
    name: 'Lots: kept between requests',
    run: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'))
      const store = await openStore({ kind: 'embedded', file: join(folder, 'bench.db'), create: true })
      try {
        return [await oneMore(store)]
      } finally {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      }
    },
  },
]
