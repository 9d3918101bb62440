import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { AssetId } from '#core/asset.ts'
import { UNDETAILED, type Flow } from '#core/flow.ts'
import { hourOf } from '#core/hour.ts'
import { ROUTES, type RouteName } from '#delivery/api/contract.ts'
import { runOf } from '#tests/storage/support/values.ts'
import { holdingsOnly, stand } from './stand.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const HOURS = 24 * 40

const buy: Flow = {
  ...UNDETAILED,
  id: 'a1',
  owner: 'local',
  book: 'portfolio:main',
  source: 'hand',
  time: NOON - 100 * 3_600_000,
  asset: 'ethereum' as AssetId,
  quantity: '3',
  kind: 'buy',
  unitPrice: '90',
  wallet: 'kraken',
  tx: 't1',
}

async function filled() {
  const made = await stand()
  await made.store.writePortfolio(holdingsOnly('main'))
  for (const asset of ['bitcoin', 'ethereum'] as AssetId[]) {
    const prices = Array.from({ length: HOURS }, (_, at) => 100 + (at % 37))
    const run = { ...runOf(prices), asset, from: hourOf(NOON - (HOURS - 1) * 3_600_000) }
    await made.store.writePrices([{ run, suspects: [], gaps: [] }])
  }
  await made.store.importFlows({
    owner: 'local',
    book: 'portfolio:main',
    source: 'hand',
    file: null,
    mode: 'add',
    at: NOON,
    flows: [[buy]],
  })
  return made
}

const READS: Partial<Record<RouteName, string>> = {
  portfolios: '',
  portfolio: '',
  dashboard: '?range=30d',
  pnl: '?days=2&assets=bitcoin',
  history: '?range=all',
  lots: '?method=hifo&open=true',
  gains: '?year=2026',
  trades: '?limit=5',
  wallets: '',
  holdings: '',
  flows: '',
  asset: '?range=7d',
  prices: '?assets=bitcoin&limit=3',
  gaps: '',
  runs: '',
}

describe('what the routes answer', () => {
  test('every read is as its schema says, to the last field', async () => {
    const { app } = await filled()
    for (const [name, query] of Object.entries(READS) as [RouteName, string][]) {
      const { path, answer } = ROUTES[name] as { path: string; answer: z.ZodObject }
      const reply = await app.inject(`/api/v1${path.replace(':asset', 'bitcoin')}${query}`)
      expect(reply.statusCode, `${name}: ${reply.body}`).toBe(200)
      const read = answer.safeParse(reply.json())
      expect(read.error?.message, name).toBeUndefined()
    }
  })

  test('the first screen adds up: slices to the total, attribution and steps to the change', async () => {
    const { app } = await filled()
    const screen = (await app.inject('/api/v1/portfolio/dashboard?range=7d')).json<{
      total: { value: string }
      change: { pnl: string }
      allocation: { asset: { value: string }[]; wallet: { value: string }[] }
      history: { pnl: string[]; step: (string | null)[] }
      bars: { span: number; time: string[]; pnl: (string | null)[] }
      holdings: { share: number | null; fraction: number | null }[]
      movers: { pnl: string }[]
      attribution: Record<string, string>
    }>()
    const sum = (texts: (string | null)[]) => texts.reduce((total, text) => total + Number(text ?? 0), 0)
    const value = Number(screen.total.value)
    expect(value).toBeGreaterThan(0)
    for (const side of [screen.allocation.asset, screen.allocation.wallet])
      expect(sum(side.map((slice) => slice.value))).toBeCloseTo(value, 6)
    const made = Number(screen.change.pnl)
    expect(sum(screen.history.step)).toBeCloseTo(made, 6)
    expect(sum(screen.bars.pnl)).toBeCloseTo(made, 6)
    expect(screen.bars).toMatchObject({ span: 1, time: { length: 168 } })
    expect(screen.holdings.reduce((total, { share }) => total + (share ?? 0), 0)).toBeCloseTo(1, 9)
    expect(sum(Object.values(screen.attribution))).toBeCloseTo(made, 6)
    expect(sum(screen.movers.map(({ pnl }) => pnl))).toBeCloseTo(made, 6)
  })

  test.each(['7d', '1y'])('bars of an asset over %s sum to its PnL, part by part', async (range) => {
    const { app } = await filled()
    const page = (await app.inject(`/api/v1/assets/ethereum?range=${range}`)).json<{
      pnl: { tokens: { pnl: (string | null)[]; attribution: Record<string, string> }[] }
      hourly: Record<string, (string | null)[]> & { span: number }
    }>()
    const sum = (texts: (string | null)[]) => texts.reduce((total, text) => total + Number(text ?? 0), 0)
    const [token] = page.pnl.tokens
    expect(sum(page.hourly['pnl'] ?? [])).toBeCloseTo(Number(token?.pnl.at(-1)), 6)
    for (const [part, made] of Object.entries(token?.attribution ?? {}))
      expect(sum(page.hourly[part] ?? []), part).toBeCloseTo(Number(made), 6)
    expect(page.hourly.span).toBe(range === '7d' ? 1 : 24)
  })

  test('a first screen between two days ends where it is told', async () => {
    const { app } = await filled()
    const reply = await app.inject('/api/v1/portfolio/dashboard?from=2026-11-01&to=2026-11-05')
    const screen = reply.json<{ change: Record<string, string>; history: { hours: number }; total: object }>()
    expect(screen.change).toMatchObject({
      range: 'custom',
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-05T00:00:00Z',
    })
    expect(screen.history.hours).toBe(97)
    // 2 bitcoin at the price of that hour: ethereum came later.
    expect(screen.total).toMatchObject({ value: String(2 * (100 + ((HOURS - 1 - 15 * 24 - 12) % 37))) })
  })

  test('a cursor goes on where the page ended, and ends', async () => {
    const { app } = await filled()
    const seen: string[] = []
    let next: string | null = ''
    for (let page = 0; next !== null && page < 10; page++) {
      const query: string = next === '' ? '' : `&cursor=${next}`
      const reply = await app.inject(`/api/v1/prices?assets=bitcoin&limit=50${query}`)
      const document = reply.json<{ rows: { hour: string }[]; next: string | null; total: number }>()
      seen.push(...document.rows.map(({ hour }) => hour))
      next = document.next
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBe(7 * 24 + 1)
    expect((await app.inject('/api/v1/prices?cursor=abc')).statusCode).toBe(400)
  })
})
