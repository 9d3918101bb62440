import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { HOUR_MS } from '#core/hour.ts'
import { monthOf } from '#core/month.ts'
import { LOCAL_OWNER, pairBook } from '#core/portfolio.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { listFlows } from '#pipeline/queries/flows.ts'
import { listHoldings } from '#pipeline/queries/holdings.ts'
import { listPrices } from '#pipeline/queries/prices.ts'
import type { SimulatedWallet } from '#scripts/simulator/market.ts'
import { hourly, marketOf, run } from './markets.ts'
import { ETH, NOW, USD, hour, portfolioOf, startWorld, type World, type WorldOptions } from './world.ts'

let world: World
afterEach(() => world.close())
const begin = async (options: WorldOptions) => (world = await startWorld({ ...options, allium: true }))

const USDC = 'usd-coin' as AssetId
const CONTRACT = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const HOT = '0x00000000000000000000000000000000000a11ce'
const OTHER = '0x00000000000000000000000000000000000b0b00'
const ALL = { limit: 1000, offset: 0 }

const wallet: SimulatedWallet = {
  address: HOT,
  chain: 'ethereum',
  transactions: [
    {
      hash: '0x01',
      time: hour(-100),
      from: OTHER,
      fee: 0n,
      transfers: [{ token: null, amount: 5n * 10n ** 18n, from: OTHER, to: HOT }],
    },
    {
      hash: '0x02',
      time: hour(-50),
      from: HOT,
      fee: 10n ** 15n,
      transfers: [{ token: CONTRACT, amount: 2_500_000n, from: OTHER, to: HOT }],
    },
  ],
}
const usdc = (without: readonly number[] = []) => ({
  ...hourly('usd-coin', { price: () => 1, platforms: { ethereum: CONTRACT }, without }),
  decimals: 6,
})
const market = () => marketOf([hourly('ethereum', { price: () => 3000 }), usdc()], { wallets: [wallet] })
const hot = (...chains: string[]) => ({ address: HOT, label: 'hot', chains })

describe('the second source of prices', () => {
  const holdings = [{ asset: USDC, quantity: '100', unitCost: null, since: null }]

  test('is asked only for hours that the first did not give, and its marks are estimated', async () => {
    const hole = [-30, -29, -28, -27, -26]
    // The hole is CoinGecko's alone: Allium makes its buckets from the last price.
    await begin({ market: marketOf([hourly('ethereum'), usdc(hole)]) })
    const summary = await world.ingest({ portfolio: portfolioOf({ holdings }) })
    expect(summary).toMatchObject({ exitCode: 0, missing: [] })
    expect(world.calls().filter((path) => path.includes('prices/history'))).toHaveLength(1)
    const ask = { ...ALL, assets: [USDC], quote: USD, from: hour(-31), to: hour(-25) }
    const rows = (await listPrices(world.store, DEFAULT_SETTINGS, ask)).rows
    expect(rows.map(({ source, quality }) => `${source} ${quality}`)).toEqual([
      'coingecko ok',
      ...hole.map(() => 'allium estimated'),
      'coingecko ok',
    ])
    const chunks = await world.store.chunks({
      assets: [USDC],
      quote: USD,
      from: monthOf(NOW),
      to: monthOf(NOW),
    })
    const counts = chunks.find(({ provider }) => provider === 'allium')?.columns.count
    expect(counts?.filter((count) => count > 0)).toHaveLength(hole.length)
    world.calls()
    expect((await world.ingest({ portfolio: portfolioOf({ holdings }) })).nothingNew).toBe(true)
    expect(world.calls().filter((path) => path.includes('prices/history'))).toEqual([])
  })

  test('F14: what it confirms is no suspect any more once it was asked', async () => {
    // Twenty times the price for one hour, at both: a jump that nothing later confirms.
    const price = (offset: number) => (offset === -30 ? 20 : 1)
    const spiked = { ...hourly('usd-coin', { price, platforms: { ethereum: CONTRACT } }), decimals: 6 }
    await begin({ market: marketOf([hourly('ethereum'), spiked]) })
    const first = await world.ingest({ portfolio: portfolioOf({ holdings }) })
    expect(first.suspects).toMatchObject({ found: 2, left: 1 })
    await world.ingest({ portfolio: portfolioOf({ holdings }) })
    const ask = { ...ALL, assets: [USDC], quote: USD, from: hour(-30), to: hour(-30) }
    const [row] = (await listPrices(world.store, DEFAULT_SETTINGS, ask)).rows
    expect(row).toMatchObject({ mark: 20, quality: 'ok', source: 'coingecko' })
    expect(await world.store.suspects({ states: ['pending', 'held'] })).toEqual([])
    expect((await world.ingest({ portfolio: portfolioOf({ holdings }) })).nothingNew).toBe(true)
  })

  test('stands in when the first fails altogether', async () => {
    await begin({
      market: market(),
      alter: (reply, ask) => (ask.path.includes('market_chart') ? { status: 400, body: {} } : reply),
    })
    const summary = await world.ingest({ portfolio: portfolioOf({ holdings }) })
    expect(summary).toMatchObject({ exitCode: 3, missing: [] })
    expect(summary.failures).toMatchObject([{ item: 'usd-coin/usd', provider: 'coingecko', count: 1 }])
  })

  test('a dry run plans it only for what the first cannot give', async () => {
    await begin({ market: market(), plan: 'public' })
    const far = { from: hour(-24 * 370), portfolio: portfolioOf({ holdings }), dryRun: true }
    const { plan } = await world.ingest(far)
    const calls = Object.fromEntries(plan?.costs.map(({ provider, calls }) => [provider, calls]) ?? [])
    // A year less an hour in windows of 88 days; two calls for the tokens, two for the list of coins and this coin.
    expect(calls).toEqual({ coingecko: 5 + 2 + 2, allium: 1 })
    expect(plan?.gaps).toMatchObject([{ provider: 'coingecko', ...run(-24 * 371, -24 * 365 + 2) }])
  })
})

describe('wallets', () => {
  test('give balances, flows that count as complete, and assets to price; twice is once', async () => {
    await begin({ market: market() })
    const portfolio = portfolioOf({ wallets: [hot('ethereum')] })
    const summary = await world.ingest({ portfolio })
    expect(summary).toMatchObject({ exitCode: 0, missingWallets: [], failures: [], missing: [] })
    const { rows } = await listFlows(world.store, { ...ALL, owner: LOCAL_OWNER, portfolio })
    expect(rows.map(({ kind, asset, quantity }) => `${kind} ${asset} ${quantity}`)).toEqual([
      'deposit ethereum 5',
      'deposit usd-coin 2.5',
      'gas ethereum -0.001',
    ])
    const coverage = await world.store.flowCoverage(LOCAL_OWNER, [`wallet:${HOT}`])
    expect(coverage).toMatchObject([{ from: hour(-192), to: NOW }])
    const held = await listHoldings(world.store, DEFAULT_SETTINGS, { ...ALL, portfolio, now: NOW })
    expect(held.rows).toMatchObject([
      {
        asset: ETH,
        wallet: HOT,
        label: 'hot',
        chain: 'ethereum',
        quantity: '4.999',
        mark: 3000,
        value: expect.closeTo(14997, 6) as number,
      },
      { asset: USDC, wallet: HOT, quantity: '2.5', mark: 1, quality: 'ok' },
    ])
    const again = await world.ingest({ portfolio })
    expect(again).toMatchObject({ nothingNew: true, flows: { added: 0 }, balances: { added: 0, changed: 0 } })
  })

  test('one that nothing can read is missing; the rest goes on, exit 3', async () => {
    await begin({ market: market() })
    const portfolio = portfolioOf({ wallets: [hot('ethereum', 'no-such-chain')] })
    const summary = await world.ingest({ portfolio })
    expect(summary.exitCode).toBe(3)
    expect(summary.missingWallets).toEqual([{ wallet: HOT, reason: 'allium does not read no-such-chain' }])
    expect((await world.store.balances(LOCAL_OWNER, [HOT])).length).toBeGreaterThan(0)
    expect(await world.store.flowCoverage(LOCAL_OWNER, [`wallet:${HOT}`])).toEqual([])
    // What its other chain gave is complete all the same.
    const covered = await world.store.flowCoverage(LOCAL_OWNER, [pairBook(HOT, 'ethereum')])
    expect(covered).toMatchObject([{ from: hour(-192), to: NOW }])
  })

  test('a wallet that fails is named with the reason, and prices are read all the same', async () => {
    await begin({
      market: market(),
      alter: (reply, ask) => (ask.path.endsWith('/wallet/balances') ? { status: 400, body: {} } : reply),
    })
    const holdings = [{ asset: ETH, quantity: '1', unitCost: null, since: null }]
    const summary = await world.ingest({ portfolio: portfolioOf({ wallets: [hot('ethereum')], holdings }) })
    expect(summary).toMatchObject({ exitCode: 3, missingWallets: [{ wallet: HOT }] })
    expect(summary.failures).toMatchObject([{ item: `${HOT} on ethereum`, provider: 'allium' }])
    expect((await world.store.series()).map(({ asset }) => asset)).toEqual(['ethereum'])
  })

  test('without a provider that reads wallets each is missing, with what to set', async () => {
    world = await startWorld({ market: market() })
    const summary = await world.ingest({ wallets: [hot('ethereum')] })
    expect(summary).toMatchObject({ exitCode: 3, missingWallets: [{ wallet: HOT }] })
    expect(summary.missingWallets[0]?.reason).toContain('ALLIUM_API_KEY')
  })

  test('after downtime flows are read from where they ended', async () => {
    await begin({ market: market() })
    const request = { wallets: [hot('ethereum')], days: 1 }
    await world.ingest(request)
    world.at(NOW + 24 * 10 * HOUR_MS)
    await world.ingest(request)
    const coverage = await world.store.flowCoverage(LOCAL_OWNER, [`wallet:${HOT}`])
    expect(coverage).toMatchObject([{ from: hour(-48), to: NOW + 24 * 10 * HOUR_MS }])
  })
})
