import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import type { CandleRun } from '#core/candle.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { PnlMonth, Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { ASSETS, USD, flow, ledgerArbitrary } from '#tests/support/ledgers.ts'
import { testSeed } from '#tests/support/random.ts'
import { candles, content, importAll, storedPnl, write } from './pnl-history.ts'

fc.configureGlobal({ seed: testSeed(43) })

/** Three months, the short one in the middle; flows and prices fall in all of them. */
const FROM = Date.UTC(2026, 0, 30) as Hour
const HOURS = 33 * 24
const NOW = addHours(FROM, HOURS)
const SETTINGS = { ...DEFAULT_SETTINGS, carryHours: { crypto: 3 } }

const portfolio: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [],
  holdings: [
    { asset: ASSETS[0] as AssetId, quantity: '1.5', unitCost: null, since: null },
    { asset: ASSETS[1] as AssetId, quantity: '-2', unitCost: null, since: FROM + 100 * HOUR_MS },
  ],
  flowsFile: null,
}

let folder: string
let stores = 0
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tidemark-incremental-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const open = () => openStore({ kind: 'embedded', file: join(folder, `${++stores}.db`), create: true })

async function report(store: Store, options: { rebuild?: boolean } = {}): Promise<PnlReport> {
  return pnlReport(
    { portfolio, quote: USD, mode: 'flows', from: FROM + 20 * HOUR_MS, to: NOW, now: NOW, ...options },
    store,
    SETTINGS,
  )
}

const statesOf = (month: PnlMonth | null) => [month?.month, month?.states]

/** What happens to a store over time. */
type Step =
  | { readonly kind: 'prices'; readonly run: CandleRun }
  | { readonly kind: 'flows'; readonly flows: readonly Flow[] }
  | { readonly kind: 'look' }

const price = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 9999 }).map((n) => n / 7) },
  { weight: 1, arbitrary: fc.constant(NaN) },
)
const pricesStep = fc
  .record({
    asset: fc.constantFrom(...ASSETS),
    provider: fc.constantFrom('coingecko', 'coingecko', 'allium'),
    from: fc.integer({ min: 0, max: HOURS - 1 }),
    prices: fc.array(price, { minLength: 1, maxLength: 200 }),
    minute: fc.constantFrom(0, 4, 20, 40),
  })
  .map(({ asset, provider, from, prices, minute }): Step => {
    const inside = prices.slice(0, HOURS - from)
    return { kind: 'prices', run: candles(asset, provider, addHours(FROM, from), inside, minute) }
  })
const history = fc
  .record({
    ledger: ledgerArbitrary(addHours(FROM, 1), HOURS - 2, 14),
    cuts: fc.array(fc.nat({ max: 100 }), { maxLength: 3 }),
    steps: fc.array(
      fc.oneof(
        { weight: 5, arbitrary: pricesStep },
        { weight: 2, arbitrary: fc.constant<Step>({ kind: 'look' }) },
      ),
      { minLength: 4, maxLength: 16 },
    ),
    order: fc.infiniteStream(fc.nat()),
  })
  .map(({ ledger, cuts, steps, order }) => {
    // The flows arrive in versions of the file: parts of it, some rows missing, at last the whole.
    const versions = [...cuts.map((cut) => ledger.filter((_row, index) => (index * 37) % 100 < cut)), ledger]
    const flowSteps: Step[] = versions.map((flows) => ({ kind: 'flows', flows }))
    const mixed: Step[] = [...steps]
    for (const step of flowSteps.slice(0, -1))
      mixed.splice((order.next().value as number) % (mixed.length + 1), 0, step)
    return { steps: [...mixed, flowSteps.at(-1) as Step], ledger }
  })

async function play(store: Store, steps: readonly Step[], looking: boolean): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'prices') await write(store, step.run)
    else if (step.kind === 'flows') await importAll(store, step.flows, NOW)
    else if (looking) await report(store)
  }
}

describe('incremental equals rebuilt, bit for bit', () => {
  test('F18: under any order of late, duplicate and corrected prices and flows', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ steps }) => {
        const store = await open()
        await play(store, steps, true)
        const incremental = await report(store)
        const again = await report(store)
        expect(again.batches.computed, 'nothing changed, nothing is computed').toBe(0)
        const before = await storedPnl(store)
        const rebuilt = await report(store, { rebuild: true })
        expect(content(incremental)).toEqual(content(rebuilt))
        expect(content(again)).toEqual(content(rebuilt))
        // The store after it, byte by byte; what comes to it at once has other revisions, so that keys differ.
        const kept = await storedPnl(store)
        expect(before).toEqual(kept)
        const fresh = await open()
        await play(fresh, steps, false)
        expect(content(await report(fresh))).toEqual(content(rebuilt))
        const other = await storedPnl(fresh)
        expect(other.batches).toEqual(kept.batches)
        expect(other.months.map(statesOf)).toEqual(kept.months.map(statesOf))
        await store.close()
        await fresh.close()
      }),
      { numRuns: Number(process.env['RUNS'] ?? 25) },
    )
  })

  test('ranges that share a mark add up', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: HOURS - 30 }), async ({ steps }, cut) => {
        const store = await open()
        await play(store, steps, false)
        const a = FROM + 20 * HOUR_MS
        const b = addHours(a as Hour, cut)
        const request = { portfolio, quote: USD, mode: 'flows' as const, now: NOW }
        const whole = await pnlReport({ ...request, from: a, to: NOW }, store, SETTINGS)
        const first = await pnlReport({ ...request, from: a, to: b }, store, SETTINGS)
        const second = await pnlReport({ ...request, from: b, to: NOW }, store, SETTINGS)
        for (const token of whole.tokens) {
          const one = first.tokens.find(({ asset }) => asset === token.asset)
          const two = second.tokens.find(({ asset }) => asset === token.asset)
          const shared =
            one?.quality.at(-1) !== 0 && !Number.isNaN(one?.pnl.at(-1) ?? 0) && two?.quality[0] !== 0
          const end = token.pnl.at(-1) ?? 0
          if (!shared || Number.isNaN(end)) continue
          const sum = (one?.pnl.at(-1) ?? 0) + (two?.pnl.at(-1) ?? 0)
          const size = [...token.value, ...token.pnl].reduce(
            (most, value) => Math.max(most, Math.abs(value) || 0),
            1,
          )
          expect(Math.abs(sum - end)).toBeLessThanOrEqual(1e-9 * size * 10)
        }
        await store.close()
      }),
      { numRuns: Number(process.env['RUNS'] ?? 15) },
    )
  })

  test('with no flows the two modes agree', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pricesStep, { minLength: 2, maxLength: 8 }), async (steps) => {
        const store = await open()
        await play(store, steps, false)
        const still = { ...portfolio, holdings: [portfolio.holdings[0] as never] }
        const request = { portfolio: still, quote: USD, from: FROM, to: NOW, now: NOW }
        const flows = await pnlReport({ ...request, mode: 'flows' }, store, SETTINGS)
        const snapshot = await pnlReport({ ...request, mode: 'snapshot' }, store, SETTINGS)
        expect(flows.tokens.map(({ asset, quantity }) => [asset, quantity])).toEqual(
          snapshot.tokens.map(({ asset, quantity }) => [asset, quantity]),
        )
        flows.total.pnl.forEach((value, hour) => {
          const other = snapshot.total.pnl[hour] ?? NaN
          expect(Number.isNaN(other)).toBe(Number.isNaN(value))
          if (Number.isNaN(value)) return
          const size = Math.max(Math.abs(value), Math.abs(snapshot.total.value[hour] ?? 0), 1)
          expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-9 * size)
        })
        expect([...flows.total.value]).toEqual([...snapshot.total.value])
        await store.close()
      }),
      { numRuns: 20 },
    )
  })
})

describe('a change in one month reaches the next exactly when it should', () => {
  const A = ASSETS[0] as AssetId
  const FEBRUARY = Date.UTC(2026, 1, 1) as Hour
  const level = (hours: number, start = 100) => Array.from({ length: hours }, (_, hour) => start + (hour % 7))
  const income = flow({ id: 'feb', time: FEBRUARY + 30 * HOUR_MS, asset: A, quantity: '3', kind: 'income' })
  const late = flow({ id: 'jan', time: FROM + 5 * HOUR_MS, asset: A, quantity: '2', kind: 'deposit' })

  /** Plays the steps with a look between each two; the last look must equal a rebuild. */
  async function afterLooks(steps: readonly Step[]): Promise<{ store: Store; last: PnlReport }> {
    const store = await open()
    for (const step of steps) await play(store, [step, { kind: 'look' }], true)
    const last = await report(store)
    expect(content(last)).toEqual(content(await report(store, { rebuild: true })))
    return { store, last }
  }

  test('a late flow in January changes what February began with', async () => {
    const { store } = await afterLooks([
      { kind: 'prices', run: candles(A, 'coingecko', FROM, level(HOURS), 1) },
      { kind: 'flows', flows: [income] },
      { kind: 'flows', flows: [income, late] },
    ])
    await store.close()
  })

  test('a price that comes late before midnight is carried over it, though it marks no hour of its own month', async () => {
    const border = (FEBRUARY - FROM) / HOUR_MS
    const { store, last } = await afterLooks([
      { kind: 'prices', run: candles(A, 'coingecko', FROM, [...level(border - 1), NaN], 1) },
      { kind: 'prices', run: candles(A, 'coingecko', addHours(FEBRUARY, 2), level(300, 400), 1) },
      { kind: 'flows', flows: [income, { ...late, time: FEBRUARY + 1000 }] },
      { kind: 'prices', run: candles(A, 'coingecko', addHours(FEBRUARY, -1), [77], 40) },
    ])
    const token = last.tokens.find(({ asset }) => asset === A)
    expect(token?.mark[last.hours.indexOf(FEBRUARY)]).toBe(77)
    await store.close()
  })

  test('an exchange whose legs fall in two months has one value, also when the later row is corrected', async () => {
    const give = flow({
      id: 'give',
      time: FEBRUARY - 2 * HOUR_MS,
      asset: A,
      quantity: '-1',
      kind: 'sell',
      tx: 'x',
    })
    const get = (unitPrice: string, id: string) =>
      flow({
        id,
        time: FEBRUARY + HOUR_MS,
        asset: ASSETS[1] as AssetId,
        quantity: '1',
        kind: 'buy',
        tx: 'x',
        unitPrice,
      })
    const { store, last } = await afterLooks([
      { kind: 'prices', run: candles(A, 'coingecko', FROM, level(HOURS), 1) },
      { kind: 'prices', run: candles(ASSETS[1] as AssetId, 'coingecko', FROM, level(HOURS), 1) },
      { kind: 'flows', flows: [give, get('90', 'get-90')] },
      { kind: 'flows', flows: [give, get('60', 'get-60')] },
    ])
    const given = last.tokens.find(({ asset }) => asset === A)
    const mark = given?.mark[last.hours.indexOf(addHours(FEBRUARY, -2))] ?? NaN
    expect(given?.attribution.trading).toBeCloseTo(60 - mark, 9)
    await store.close()
  })

  test('a transfer that leaves in January and arrives in February is one, whichever leg comes first', async () => {
    const out = flow({
      id: 'out',
      time: FEBRUARY - 600_000 - HOUR_MS,
      asset: A,
      quantity: '-1',
      kind: 'transfer',
      wallet: 'a',
      tx: 't',
    })
    const into = flow({
      id: 'in',
      time: FEBRUARY + 600_000,
      asset: A,
      quantity: '0.9',
      kind: 'transfer',
      wallet: 'b',
      tx: 't',
    })
    const prices: Step = { kind: 'prices', run: candles(A, 'coingecko', FROM, level(HOURS), 1) }
    for (const [first, second] of [
      [out, into],
      [into, out],
    ] as const) {
      const { store, last } = await afterLooks([
        prices,
        { kind: 'flows', flows: [first] },
        { kind: 'flows', flows: [first, second] },
      ])
      const token = last.tokens.find(({ asset }) => asset === A)
      expect(token?.external).toBe(0)
      expect(token?.attribution.fees).toBeCloseTo(
        -0.1 * (token?.mark[last.hours.indexOf(addHours(FEBRUARY, 1))] ?? NaN),
        9,
      )
      await store.close()
    }
  })

  test('a counterpart that is repriced changes the value of the exchange, and only the lines that use it', async () => {
    const B = ASSETS[1] as AssetId
    const time = FEBRUARY + 30 * HOUR_MS + 60_000
    const swap = [
      flow({ id: 's1', time, asset: A, quantity: '-1', kind: 'sell', tx: 's' }),
      flow({ id: 's2', time, asset: B, quantity: '7', kind: 'buy', tx: 's' }),
    ]
    const bystander = flow({ id: 'c', time, asset: ASSETS[2] as AssetId, quantity: '1', kind: 'deposit' })
    const store = await open()
    for (const [index, asset] of ASSETS.entries())
      await write(store, candles(asset, 'coingecko', FROM, level(HOURS, 10 * (index + 1)), 1))
    await importAll(store, [...swap, bystander], NOW)
    await report(store)
    await write(store, candles(B, 'coingecko', addHours(FEBRUARY, 31), [500], 1))
    const last = await report(store)
    // The month has three lines that flow (and the holding of B that opens): A and B are computed, the bystander is not.
    expect(last.batches).toMatchObject({ computed: 2 })
    expect(content(last)).toEqual(content(await report(store, { rebuild: true })))
    await store.close()
  })
})
