import { expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { holdingsOnly, stand } from '../stand.ts'

const YEARS = 'portfolio=many&from=2016-01-01&to=2026-01-01'

/** So many assets, held for ten years; nobody knows their prices. */
async function holdingMany(count: number) {
  const server = await stand()
  const since = Date.UTC(2016, 0, 1)
  const holdings = Array.from({ length: count }, (_, at) => ({
    ...{ asset: `coin-${at}` as AssetId, quantity: '1', unitCost: null, since },
  }))
  await server.store.writePortfolio({ ...holdingsOnly('many'), holdings })
  return async (path: string) => {
    const { statusCode, body } = await server.app.inject(`/api/v1/${path}`)
    return {
      statusCode,
      problem: statusCode === 200 ? null : (JSON.parse(body) as Record<string, string>),
      body,
    }
  }
}

test('A28: more hours of tokens than an answer holds are 400, with the step that fits; that step is answered', async () => {
  const get = await holdingMany(25)
  const refused = await get(`portfolio/pnl?${YEARS}`)
  expect([refused.statusCode, refused.problem?.['fix']]).toEqual([400, 'Ask with every=6h.'])
  expect(refused.problem?.['detail']).toBe('25 tokens at 87673 times are more than one answer holds.')
  const fits = await get(`portfolio/pnl?${YEARS}&every=1w`)
  expect(fits.statusCode, fits.body.slice(0, 300)).toBe(200)
  // Fewer of them fit at every hour.
  expect((await get(`portfolio/pnl?${YEARS}&assets=coin-1`)).statusCode).toBe(200)
}, 60_000)

test('A28: what would be worked out beyond all measure is 400 on every route that works it out', async () => {
  const get = await holdingMany(300)
  for (const path of [
    `portfolio/pnl?${YEARS}&every=1w`,
    `portfolio/history?${YEARS}`,
    `portfolio/dashboard?${YEARS}`,
    `export?what=pnl&${YEARS}`,
  ]) {
    const { statusCode, problem } = await get(path)
    expect([statusCode, problem?.['code']], path).toEqual([400, 'INPUT_INVALID'])
    expect(problem?.['fix'], path).toMatch(/^Ask for a range of at most 2777 days, or name fewer assets\.$/)
  }
})
