import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { AssetId } from '#core/asset.ts'
import { hourOf } from '#core/hour.ts'
import { ROUTES } from '#delivery/api/contract.ts'
import { runOf } from '#tests/storage/support/values.ts'
import { holdingsOnly, OWNER, stand } from './stand.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const HOUR = 3_600_000
const csv = { 'content-type': 'text/csv' }
const FLOWS = `time,asset,quantity,kind,unit_price,fee,wallet,tx
2026-11-01T00:10:00Z,ethereum,2,buy,90,1,kraken,t1
2026-11-02T00:10:00Z,ethereum,1,buy,120,0,cold,t2
2026-11-20T09:30:00Z,ethereum,-1,sell,130,2,kraken,t3
`

async function filled() {
  const made = await stand()
  await made.store.writePortfolio({ ...holdingsOnly('main'), holdings: [] })
  const prices = Array.from({ length: 24 * 21 }, (_, at) => 100 + (at % 37))
  const from = hourOf(NOON - (prices.length - 1) * HOUR)
  await made.store.writePrices([
    { run: { ...runOf(prices), asset: 'ethereum' as AssetId, from }, suspects: [], gaps: [] },
  ])
  const url = '/api/v1/portfolio/flows?name=my.csv'
  expect((await made.app.inject({ method: 'POST', url, headers: csv, payload: FLOWS })).statusCode).toBe(201)
  const get = async (path: string) => {
    const reply = await made.app.inject(`/api/v1${path}`)
    expect(reply.statusCode, reply.body).toBe(200)
    return reply
  }
  return { ...made, get }
}
const holds = (answer: z.ZodType, document: unknown) =>
  expect(answer.safeParse(document).error?.message).toBeUndefined()

describe('what is behind a figure', () => {
  test('a cell of the table is its own steps: they sum to what the table shows, and name the row of the file', async () => {
    const { get } = await filled()
    const table = (await get('/portfolio/pnl?days=1')).json<{
      hours: string[]
      tokens: { asset: string; pnl: string[] }[]
    }>()
    const at = table.hours.indexOf('2026-11-20T10:00:00Z')
    const pnl = table.tokens[0]?.pnl ?? []
    const path = '/portfolio/pnl/explain?asset=ethereum&hour=2026-11-20T10:00:00Z'
    const found = (await get(path)).json<{
      delta: string
      attribution: Record<string, string>
      flows: { from: string }[]
    }>()
    holds(ROUTES.explainPnl.answer, found)
    expect(Number(found.delta)).toBeCloseTo(Number(pnl[at]) - Number(pnl[at - 1]), 9)
    const parts = Object.values(found.attribution).reduce((sum, part) => sum + Number(part), 0)
    expect(parts).toBeCloseTo(Number(found.delta), 9)
    expect(found.flows.map(({ from }) => from)).toEqual(['my.csv:4'])
  })

  test('every row has its per cent, and the last is that of the whole', async () => {
    const { get } = await filled()
    const table = (await get('/portfolio/pnl?range=7d&every=1d')).json<{
      hours: string[]
      tokens: { pnlFraction: number }[]
      total: { pnlFraction: number }
      fractions: { tokens: number[][]; total: number[] }
    }>()
    holds(ROUTES.pnl.answer, table)
    expect(table.fractions.total).toHaveLength(table.hours.length)
    expect(table.fractions.total.at(-1)).toBe(table.total.pnlFraction)
    expect(table.fractions.tokens[0]?.at(-1)).toBe(table.tokens[0]?.pnlFraction)
  })

  test('methods and scopes stand side by side, each as /lots says it', async () => {
    const { get } = await filled()
    const document = (await get('/portfolio/lots/compare')).json<{
      results: { method: string; scope: string; realised: string }[]
    }>()
    holds(ROUTES.compareLots.answer, document)
    expect(document.results).toHaveLength(12)
    for (const { method, scope, realised } of document.results) {
      const lots = await get(`/portfolio/lots?method=${method}&scope=${scope}`)
      expect(lots.json<{ total: { realised: string } }>().total.realised, `${method} ${scope}`).toBe(realised)
    }
    // 1 of the older lot cost 90.5, of the newer one 120.
    const realised = Object.fromEntries(
      document.results.map((row) => [`${row.method} ${row.scope}`, row.realised]),
    )
    expect(realised).toMatchObject({ 'fifo pooled': '37.5', 'lifo pooled': '8', 'lifo wallet': '37.5' })
  })

  test('a gain leads to its rows, by the row of the file', async () => {
    const { get, app } = await filled()
    const document = (await get('/portfolio/lots/explain?what=my.csv:4&method=hifo')).json<{ text: string }>()
    holds(ROUTES.explainLots.answer, document)
    expect(document.text).toMatch(/my\.csv:4[\s\S]+my\.csv:3/)
    expect((await app.inject('/api/v1/portfolio/lots/explain?what=none')).statusCode).toBe(400)
  })

  test('gains are a file in the columns of a form or of another program', async () => {
    const { get } = await filled()
    const form = await get('/export?what=gains&columns=8949&year=2026')
    expect(form.headers['content-disposition']).toContain('tidemark-gains-8949-2026.csv')
    expect(form.body.trim().split('\n')).toEqual([
      expect.stringContaining('(d) Proceeds') as unknown,
      expect.stringMatching(
        /^I \(short-term\),1 ethereum,11\/01\/2026,11\/20\/2026,128\.00,90\.50/,
      ) as unknown,
    ])
    expect((await get('/export?what=gains&columns=koinly&year=2025')).body.trim().split('\n')).toHaveLength(1)
  })

  test('whoever is shown no amounts is told none of it', async () => {
    const { app, store } = await stand({ ...OWNER, by: 'share', portfolios: ['main'], hideAmounts: true })
    await store.writePortfolio(holdingsOnly('main'))
    for (const path of ['/portfolio/pnl/explain?asset=bitcoin&hour=2026-11-20', '/portfolio/lots/compare?'])
      expect((await app.inject(`/api/v1${path}&portfolio=main`)).statusCode, path).toBe(403)
  })
})
