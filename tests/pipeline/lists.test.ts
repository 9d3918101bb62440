import { afterEach, describe, expect, test } from 'vitest'
import { UNDETAILED } from '#core/flow.ts'
import { LOCAL_OWNER } from '#core/portfolio.ts'
import { addFlow, type NewFlow } from '#pipeline/jobs/import-flows.ts'
import { listCoins } from '#pipeline/queries/coins.ts'
import { listFlows } from '#pipeline/queries/flows.ts'
import { listGaps } from '#pipeline/queries/gaps.ts'
import { listHoldings } from '#pipeline/queries/holdings.ts'
import { listPrices } from '#pipeline/queries/prices.ts'
import { listRuns } from '#pipeline/queries/runs.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { hourly, marketOf, offsetOf } from './markets.ts'
import { BTC, ETH, NOW, USD, hour, portfolioOf, startWorld, type World } from './world.ts'

let world: World
afterEach(() => world.close())
const page = (limit: number, offset = 0) => ({ limit, offset })

describe('lists', () => {
  test('coins by rank, page by page, or the ones named', async () => {
    world = await startWorld({ market: marketOf(['a', 'b', 'c'].map((id) => hourly(`coin-${id}`))) })
    expect(await listCoins(world.store, page(5))).toEqual({ rows: [], total: 0, readAt: null })
    await world.ingest()
    const first = await listCoins(world.store, page(2))
    expect([first.total, first.rows.map(({ asset }) => asset)]).toEqual([3, ['coin-a', 'coin-b']])
    const named = await listCoins(world.store, { ...page(9), assets: [first.rows[1]?.asset ?? BTC] })
    expect(named).toMatchObject({ total: 1, rows: [{ asset: 'coin-b' }], readAt: NOW })
  })

  test('prices hour by hour over several assets: marks with their source, candles, missing hours', async () => {
    world = await startWorld({
      market: marketOf([hourly('bitcoin', { without: [-2, -3, -4, -5, -6] }), hourly('ethereum')]),
    })
    await world.ingest({ assets: [BTC, ETH], days: 1 })
    const ask = { assets: [BTC, ETH], quote: USD, from: hour(-7), to: hour(-1) }
    const all = await listPrices(world.store, DEFAULT_SETTINGS, { ...ask, ...page(100) })
    expect(all.total).toBe(14)
    expect(all.rows.map(({ source }) => source).slice(0, 7)).toEqual([
      'coingecko',
      'carried:1h coingecko',
      'carried:2h coingecko',
      'carried:3h coingecko',
      null,
      null,
      'coingecko',
    ])
    expect(all.rows[5]).toMatchObject({ mark: null, quality: 'missing', provider: null, candle: null })
    const middle = await listPrices(world.store, DEFAULT_SETTINGS, { ...ask, ...page(3, 6) })
    expect(middle).toEqual({ total: 14, rows: all.rows.slice(6, 9) })
    const newest = await listPrices(world.store, DEFAULT_SETTINGS, { ...ask, ...page(2), newestFirst: true })
    expect(newest.rows.map((row) => offsetOf(row.hour))).toEqual([-1, -2])
    const gaps = await listGaps(world.store, { ...page(9), from: hour(-4), to: hour(-4) })
    expect(gaps.gaps).toMatchObject({ total: 1, rows: [{ asset: BTC, reason: 'no-data' }] })
    expect((await listGaps(world.store, { ...page(9), to: hour(-9) })).gaps.total).toBe(0)
    expect((await listGaps(world.store, { ...page(9), assets: [ETH] })).gaps.total).toBe(0)
  })

  test('runs, newest first, with their summaries', async () => {
    world = await startWorld({ market: marketOf([hourly('bitcoin')]) })
    for (let count = 0; count < 3; count++) {
      world.at(NOW + count * 60_000)
      await world.ingest({ assets: [BTC], days: 1 })
    }
    const newest = await listRuns(world.store, page(2))
    expect(newest).toMatchObject({
      more: true,
      rows: [{ started: NOW + 120_000, summary: { command: 'ingest' } }, {}],
    })
    expect(await listRuns(world.store, page(2, 2))).toMatchObject({ more: false, rows: [{ started: NOW }] })
  })

  test('flows of one asset, of several, of a time; holdings as they are after them', async () => {
    world = await startWorld({ market: marketOf([hourly('bitcoin', { price: () => 10 })]) })
    const portfolio = portfolioOf({
      holdings: [{ asset: BTC, quantity: '0.5', unitCost: null, since: null }],
    })
    await world.ingest({ portfolio })
    const add = (offset: number, part: Partial<NewFlow>) =>
      addFlow(
        { owner: LOCAL_OWNER, portfolio: 'main', flow: { ...BUY, time: hour(offset), ...part } },
        world.io,
      )
    await add(-30, { asset: BTC, quantity: '1' })
    await add(-20, { asset: ETH, quantity: '2' })
    await add(-10, { asset: BTC, quantity: '-0.25', kind: 'sell' })
    const list = async (ask: object) => {
      const found = await listFlows(world.store, { owner: LOCAL_OWNER, portfolio, ...page(9), ...ask })
      return [found.total, ...found.rows.map(({ quantity }) => quantity)]
    }
    expect(await list({})).toEqual([3, '1', '2', '-0.25'])
    expect(await list({ assets: [BTC], newestFirst: true })).toEqual([2, '-0.25', '1'])
    expect(await list({ assets: [BTC, ETH], ...page(2, 1) })).toEqual([3, '2', '-0.25'])
    expect(await list({ from: hour(-20), to: hour(-20) })).toEqual([1, '2'])
    expect(await list({ portfolio: null, assets: [ETH] })).toEqual([1, '2'])
    const held = await listHoldings(world.store, DEFAULT_SETTINGS, { ...page(9), portfolio, now: NOW })
    expect(held.rows).toMatchObject([
      {
        asset: BTC,
        wallet: 'manual',
        quantity: '1.25',
        mark: 10,
        value: 12.5,
        quality: 'ok',
        symbol: 'BITCO',
      },
      { asset: ETH, quantity: '2', mark: null, value: null, quality: 'missing', lastMark: null },
    ])
  })
})

const BUY: NewFlow = {
  ...UNDETAILED,
  time: 0,
  asset: BTC,
  quantity: '1',
  kind: 'buy',
  wallet: 'manual',
}
