import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { DAY_MS, addHours, ceilHour, formatTime, hourOf, type Hour } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { lotViews } from '#pipeline/lots/compute.ts'
import { LotKeeper } from '#pipeline/lots/keeper.ts'
import { storeInput, type StoreAsk } from '#pipeline/lots/store-input.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import type { ChunkQuery, FlowQuery, Store } from '#pipeline/ports.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import { DEFAULT_LOT_SETTINGS, METHODS, type LotSettings } from '#pnl/lots/settings.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { USD, flow } from '#tests/support/ledgers.ts'
import { below, pick, seeded, testSeed, type Random } from '#tests/support/random.ts'
import { BEGIN, randomLedger, randomSettings } from '../../pnl/lots/random-ledger.ts'
import { candles, importAll, write } from '../pnl-history.ts'

const FROM = BEGIN as Hour
const DAYS = 95
const HOURS = (DAYS + 10) * 24
const ASSETS = ['aaa', 'bbb', 'ccc'] as AssetId[]
const BTC = 'bitcoin' as AssetId
const WALLET = `0x${'ab'.repeat(20)}`
const RUNS = process.env['LONG'] === '1' ? 2000 : 60

let folder: string
let stores = 0
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tidemark-keeper-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open = () => openStore({ kind: 'embedded', file: join(folder, `${++stores}.db`), create: true })

const PORTFOLIO: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [],
  holdings: [],
  flowsFile: null,
}

type Step = { readonly what: (typeof STEPS)[number]; readonly seed: number }
const STEPS = ['flows', 'flows', 'flows', 'prices', 'prices', 'portfolio', 'balances', 'nothing'] as const

/** A store with a portfolio that changes in all the ways that one can, and what was asked of it. */
class World {
  readonly store: Store
  portfolio = PORTFOLIO
  flows: readonly Flow[]
  private readonly pool: readonly Flow[]
  private readonly settings: readonly LotSettings[]
  private times = 1

  private constructor(store: Store, random: Random, method: LotSettings['method']) {
    this.store = store
    const { flows } = randomLedger(random, { rows: 10 + below(random, 40), days: DAYS - 45 })
    this.pool = flows.map((flow) => (random() < 0.2 ? { ...flow, priceCurrency: 'eur' } : flow))
    this.flows = this.pool.filter(() => random() < 0.7)
    const scope = pick(random, ['pooled', 'wallet'] as const)
    this.settings = [
      { ...DEFAULT_LOT_SETTINGS, method, scope },
      { ...randomSettings(random), method },
    ]
  }

  static async begin(random: Random, method: LotSettings['method']): Promise<World> {
    const world = new World(await open(), random, method)
    await world.store.writePortfolio(world.portfolio)
    for (const asset of [...ASSETS, BTC]) await world.price(random, asset, USD, 0, HOURS)
    await world.price(random, BTC, 'eur' as Quote, 0, HOURS)
    await importAll(world.store, world.flows, world.times++)
    return world
  }

  private price(random: Random, asset: AssetId, quote: Quote, from: number, hours: number) {
    const priceOf = () => (random() < 0.1 ? NaN : (1 + below(random, 900)) / 10)
    const prices = Array.from({ length: hours }, priceOf)
    return write(this.store, candles(asset, 'coingecko', addHours(FROM, from), prices, 2, quote))
  }

  async step({ what, seed }: Step): Promise<void> {
    const random = seeded(seed)
    if (what === 'flows') {
      const share = pick(random, [0.05, 0.3])
      const standing = new Set(this.flows.map(({ id }) => id))
      this.flows = this.pool
        .filter(({ id }) => standing.has(id) !== random() < share)
        .map((flow) => (random() < 0.1 ? this.mistaken(random, flow) : flow))
      await importAll(this.store, this.flows, this.times++)
    } else if (what === 'prices') {
      const [asset, quote] = pick(random, [...ASSETS, BTC].map((each) => [each, USD] as const).concat([[BTC, 'eur' as Quote]])) // prettier-ignore
      const from = below(random, pick(random, [1, HOURS]))
      await this.price(random, asset, quote, from, 1 + below(random, pick(random, [48, 1000, HOURS])))
    } else if (what === 'portfolio') await this.change(random)
    else if (what === 'balances') {
      const time = FROM + below(random, DAYS * 24 * 60) * 60_000
      const asset = pick(random, ASSETS)
      const quantity = String(below(random, 100))
      const balance = { owner: 'local', wallet: WALLET, chain: '', asset, time, quantity, source: 'test' }
      await this.store.writeBalances([balance])
    }
  }

  private mistaken(random: Random, flow: Flow): Flow {
    const time = pick(random, [flow.time, Math.min(flow.time + 40 * DAY_MS, FROM + DAYS * DAY_MS), BEGIN])
    return { ...flow, time, asset: pick(random, [flow.asset, ...ASSETS]) }
  }

  private async change(random: Random): Promise<void> {
    const wallet = { address: WALLET, label: pick(random, ['hot', null]), chains: [] }
    const holding = { asset: pick(random, ASSETS), quantity: '7', unitCost: pick(random, ['2', null]) }
    this.portfolio = {
      ...PORTFOLIO,
      wallets: random() < 0.6 ? [wallet] : [],
      holdings: random() < 0.4 ? [{ ...holding, since: pick(random, [null, FROM + 20 * DAY_MS]) }] : [],
    }
    await this.store.writePortfolio(this.portfolio)
  }

  ask(random: Random): { ask: StoreAsk; settings: LotSettings } {
    const now = FROM + (DAYS + below(random, 9)) * DAY_MS
    const late = hourOf(now - below(random, 3) * 3_600_000)
    const at = pick(random, [null, null, late, late, FROM + below(random, DAYS) * DAY_MS])
    return { ask: { portfolio: this.portfolio, at, now }, settings: pick(random, this.settings) }
  }
}

const HEADING = { portfolio: 'main', baseCurrency: USD, timed: true }

/** Everything that is told, or how it was refused. */
async function told(answer: () => Promise<{ view: LotView; input: LotInput }>): Promise<string> {
  try {
    const { view, input } = await answer()
    const marks = input.flows.map(({ asset, time }) => [
      input.markAt(asset, ceilHour(time)),
      view.markAt(asset),
    ])
    return JSON.stringify([view, input.at, input.flows, [...input.names], marks])
  } catch (error) {
    return `refused: ${String(error)}`
  }
}

const cold = (io: Store, ask: StoreAsk, settings: LotSettings) =>
  told(async () => {
    const input = await storeInput(ask, io, DEFAULT_SETTINGS)
    return { input, view: lotViews(input, [settings], HEADING)[0] as LotView }
  })

const steps = fc.array(
  fc.record({ what: fc.constantFrom(...STEPS), seed: fc.integer({ min: 0, max: 1 << 30 }) }),
  { minLength: 1, maxLength: 8 },
)

test(`a ledger that is kept says bit for bit what a computation from the beginning says (${RUNS} histories)`, async () => {
  const seed = testSeed(81)
  let refused = 0
  let all = 0
  const law = fc.asyncProperty(fc.integer({ min: 0, max: 1 << 30 }), fc.constantFrom(...METHODS), steps, async (first, method, history) => {
    const world = await World.begin(seeded(first), method)
    const keeper = new LotKeeper(world.store, DEFAULT_SETTINGS)
    try {
      for (const step of [{ what: 'nothing', seed: first } as const, ...history]) {
        await world.step(step)
        const { ask, settings } = world.ask(seeded(step.seed + 1))
        const kept = await told(() => keeper.view(ask, settings, HEADING))
        expect(kept).toBe(await cold(world.store, ask, settings))
        all++
        if (kept.startsWith('refused')) refused++
      }
    } finally {
      await world.store.close()
    }
  }) // prettier-ignore
  await fc.assert(law, { seed, numRuns: RUNS })
  expect(all).toBeGreaterThan(RUNS)
  expect(refused).toBeLessThan(all / 5)
}, 3_600_000)

/** The same store, with a list of what it was asked for. */
function watched(store: Store): { store: Store; asked: string[] } {
  const asked: string[] = []
  const said = (name: string, query: unknown) => {
    const asking = (query ?? {}) as Partial<FlowQuery> & Partial<ChunkQuery>
    const { after = NaN, until, from = '', to = '', assets = [] } = asking
    if (name === 'flows') asked.push(`flows ${until === undefined ? 'all' : `${formatTime(after)} to ${formatTime(until)}`}`) // prettier-ignore
    if (name === 'chunks') asked.push(`chunks ${assets.join(' ')} ${from} to ${to}`)
  }
  const proxy = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        said(String(name), args[0])
        return Reflect.apply(value, target, args) as unknown
      }
    },
  })
  return { store: proxy, asked }
}

test('flows and candles of months that stand are not asked for again', async () => {
  const { store, asked } = watched(await open())
  await store.writePortfolio(PORTFOLIO)
  for (const asset of ASSETS) {
    const prices = Array.from({ length: HOURS }, (_, hour) => 1 + (hour % 7))
    await write(store, candles(asset, 'coingecko', FROM, prices, 2))
  }
  const row = (day: number, asset: AssetId): Flow =>
    flow({ time: FROM + day * DAY_MS + 60_000, asset, quantity: '1', kind: 'income' })
  const flows = [3, 20, 33, 40, 50, 62, 70, 90].map((day, at) => row(day, ASSETS[at % 2] as AssetId))
  await importAll(store, flows, 1)
  const ask = { portfolio: PORTFOLIO, at: null, now: FROM + 100 * DAY_MS }
  const keeper = new LotKeeper(store, DEFAULT_SETTINGS)
  const read = async () => {
    asked.length = 0
    const { view } = await keeper.view(ask, DEFAULT_LOT_SETTINGS, HEADING)
    // Whatever is asked, the mark at the end is looked for anew.
    return { lots: view.report.lots.length, asked: asked.filter((what) => !what.includes('2023-05')) }
  }
  const march = 'flows 2023-02-28T23:00:00Z to 2023-03-31T23:00:00Z'
  const first = await read()
  expect(first.lots).toBe(8)
  expect(first.asked).toContain(march)
  expect(await read()).toEqual({ lots: 8, asked: [] })
  await importAll(store, [...flows, row(45, ASSETS[1] as AssetId)], 2)
  const late = await read()
  expect(late.lots).toBe(9)
  expect(late.asked).toEqual([march, 'chunks bbb 2023-03 to 2023-03'])
  // A price of an asset in March: its marks in March are made again, and in April where it could be carried.
  await write(store, candles(ASSETS[0] as AssetId, 'coingecko', addHours(FROM, 40 * 24), [9, 9], 2))
  const repriced = await read()
  await store.close()
  expect(repriced.asked).toEqual(['chunks aaa 2023-03 to 2023-03', 'chunks aaa 2023-04 to 2023-04'])
})

test('what was used least recently is let go, and what is too large is not kept', async () => {
  const { store, asked } = watched(await open())
  await store.writePortfolio(PORTFOLIO)
  const flows = [1, 2, 3].map((day) => flow({ time: FROM + day * DAY_MS, asset: ASSETS[0] as AssetId, quantity: '1', kind: 'income' })) // prettier-ignore
  await importAll(store, flows, 1)
  const ask = { portfolio: PORTFOLIO, at: null, now: FROM + 100 * DAY_MS }
  const reads = async (keeper: LotKeeper) => {
    asked.length = 0
    await keeper.view(ask, DEFAULT_LOT_SETTINGS, HEADING)
    return asked.filter((what) => what.startsWith('flows')).length
  }
  const other = { ...DEFAULT_LOT_SETTINGS, method: 'lifo' as const }
  const few = new LotKeeper(store, DEFAULT_SETTINGS, { books: 1, flows: 3 })
  expect([await reads(few), await reads(few)]).toEqual([2, 0])
  await few.view({ ...ask, portfolio: { ...PORTFOLIO, name: 'other' } }, other, HEADING)
  expect(await reads(few)).toBe(2)
  const none = new LotKeeper(store, DEFAULT_SETTINGS, { books: 4, flows: 2 })
  expect([await reads(none), await reads(none)]).toEqual([2, 2])
  await store.close()
})
