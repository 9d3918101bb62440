import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addHours, type Hour } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { pnlDocument } from '#delivery/pnl-json.ts'
import type { Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { openStore } from '#storage/open.ts'
import { runOf } from '#tests/storage/support/values.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { ASSETS, groupArbitrary, USD } from '#tests/support/ledgers.ts'
import { stand } from '../stand.ts'

const RUNS = Number(process.env['RUNS'] ?? 100)
const SEED = 20261122
const HOURS = 7 * 24
/** The stand's clock says 12:30 of that day. */
const LAST = Date.parse('2026-11-20T12:00:00Z') as Hour
const FIRST = addHours(LAST, -HOURS)

const price = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 10_000_000 }).map((cents) => cents / 1_000) },
  { weight: 1, arbitrary: fc.constant(NaN) },
)
const world = fc.record({
  prices: fc.tuple(...ASSETS.map(() => fc.array(price, { minLength: HOURS + 1, maxLength: HOURS + 1 }))),
  flows: fc.array(groupArbitrary(FIRST, HOURS), { maxLength: 12 }),
  holdings: fc.array(
    fc.record({
      asset: fc.constantFrom(...ASSETS),
      quantity: fc.integer({ min: 1, max: 1e9 }).map((n) => String(n / 1e5)),
    }),
    { maxLength: 2 },
  ),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

/** Each in a portfolio of its own, so that one store does for all. */
async function written(store: Store, { prices, flows, holdings }: World, name: string): Promise<Portfolio> {
  const portfolio: Portfolio = {
    ...{ owner: 'local', name, baseCurrency: USD, wallets: [], flowsFile: null },
    holdings: holdings.map((each) => ({ ...each, unitCost: null, since: null })),
  }
  const runs = prices.map((each, at) => ({
    ...runOf(each),
    asset: ASSETS[at] as (typeof ASSETS)[number],
    from: FIRST,
  }))
  await store.writePrices(runs.map((run) => ({ run, suspects: [], gaps: [] })))
  await store.writePortfolio(portfolio)
  const book = `portfolio:${name}`
  const rows = flows.flat().map((flow, at) => ({ ...flow, book, id: `${name}-${at}` }))
  await store.importFlows({
    ...{ owner: 'local', book, source: 'test', file: null, mode: 'add', at: LAST },
    flows: [rows],
  })
  return portfolio
}

type Pnl = ReturnType<typeof pnlDocument>
type Screen = {
  readonly total: { readonly value: string | null; readonly quality: string; readonly coverage: number }
  readonly change: { readonly pnl: string | null; readonly from: string; readonly to: string }
  readonly history: {
    readonly time: readonly string[]
    readonly value: readonly (string | null)[]
    readonly pnl: readonly (string | null)[]
  }
  readonly attribution: Pnl['total']['attribution']
}

describe('one number', () => {
  test(`the command, the API and the first screen say the same of ${RUNS} portfolios, digit by digit (seed ${SEED})`, async () => {
    const { app, io } = await stand()
    let count = 0
    let priced = 0
    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        const store = await openStore({
          kind: 'embedded',
          file: join(temporaryFolder(), 'one.db'),
          create: true,
        })
        try {
          const name = `p${count++}`
          const portfolio = await written(store, drawn, name)
          Object.assign(io, { store })
          const command = pnlDocument(
            await pnlReport({ portfolio, quote: USD, days: 7, now: io.now() }, store, io.settings),
          )
          const of = async <T>(path: string): Promise<T> => {
            const reply = await app.inject(`/api/v1/portfolio${path}portfolio=${name}`)
            if (reply.statusCode !== 200) throw new Error(`${path}: ${reply.statusCode} ${reply.body}`)
            return reply.json<T>()
          }
          const api = await of<Pnl>('/pnl?days=7&')
          // Batches are there by then; what the API adds to the command's document is its own.
          const { batches: _, ...said } = JSON.parse(JSON.stringify(command)) as Pnl
          const same = Object.fromEntries(Object.keys(said).map((key) => [key, api[key as keyof Pnl]]))
          expect(same).toEqual(said)
          const screen = await of<Screen>('/dashboard?range=7d&')
          const last = command.hours.length - 1
          const { total } = command
          expect(screen.total.value).toBe(total.value[last])
          expect(screen.total.quality).toBe(total.quality[last])
          expect(screen.total.coverage).toBe(total.coverage[last])
          expect(screen.change).toMatchObject({ pnl: total.pnl[last], from: command.from, to: command.to })
          expect(screen.history.time).toEqual(command.hours)
          expect(screen.history.value).toEqual(total.value)
          expect(screen.history.pnl).toEqual(total.pnl)
          expect(screen.attribution).toEqual(total.attribution)
          const whole = await of<{ total: Screen['total'] }>('?')
          expect(whole.total.value).toBe(total.value[last])
          if (total.value[last] !== null) priced++
        } finally {
          await store.close()
        }
      }),
      { numRuns: RUNS, seed: SEED },
    )
    // A test about nothing but missing totals would hold whatever is answered.
    expect(priced).toBeGreaterThan(RUNS / 2)
  }, 120_000)
})
