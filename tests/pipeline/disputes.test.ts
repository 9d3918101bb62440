import { afterEach, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { defillama } from '#ingestion/defillama/client.ts'
import type { JobEvent } from '#pipeline/events.ts'
import { ingest } from '#pipeline/jobs/ingest/ingest.ts'
import type { JobIo } from '#pipeline/jobs/io.ts'
import { listPrices } from '#pipeline/queries/prices.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { LOCAL_OWNER } from '#core/portfolio.ts'
import { llama, type Prices } from './llama.ts'
import { hourly, marketOf } from './markets.ts'
import { BTC, ETH, USD, hour, startWorld, type World } from './world.ts'

const USDC = 'usd-coin' as AssetId
const never = new AbortController().signal
let world: World
const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  await world.close()
})

const MARKS = { ...DEFAULT_SETTINGS, sources: ['coingecko', 'defillama', 'manual'] }
async function begin(first: (offset: number) => number, without: readonly number[], second: Prices) {
  const market = marketOf([
    hourly('bitcoin', { price: first, without }),
    hourly('ethereum', { price: () => 3000 }),
    hourly('usd-coin', { price: () => 1 }),
  ])
  world = await startWorld({ market })
  const host = await llama(second, () => world.io.now())
  open.push(host)
  const source = defillama({
    ...{ apiKey: null, baseUrl: host.url, perMinute: 60_000 },
    http: { now: () => world.io.now(), retry: { retries: 0, minMs: 1, maxMs: 2 } },
  })
  open.push(source)
  const budget = { perMinute: 600, monthCredits: null, concurrency: 4 }
  const io: JobIo = {
    ...world.io,
    prices: [...world.io.prices, { source, budget }],
    marks: MARKS,
    reports: () => [...world.io.reports(), source.report()],
  }
  const events: JobEvent[] = []
  const request = {
    ...{ owner: LOCAL_OWNER, coins: null, assets: [BTC, ETH, USDC], wallets: [], from: null, to: null },
    ...{ days: 2, portfolio: null, quote: USD, mode: 'now' as const, dryRun: false },
  }
  return {
    host,
    events,
    run: () => ingest(request, io, (event) => events.push(event), never),
    disputed: async () => (await world.store.gaps()).filter(({ reason }) => reason === 'disputed'),
    marks: async (asset: AssetId, from: number, to: number) => {
      const ask = { assets: [asset], quote: USD, from: hour(from), to: hour(to), limit: 100, offset: 0 }
      const { rows } = await listPrices(world.store, MARKS, ask)
      return rows.map(({ mark, quality, source: from }) => `${mark} ${quality} ${from}`)
    },
  }
}

test('the latest hour of all assets is compared with one call, once an hour', async () => {
  const { host, run, disputed, marks } = await begin(
    () => 100,
    [],
    (asset) => (asset === 'usd-coin' ? 0.98 : 3000),
  )
  const summary = await run()
  expect(summary.exitCode).toBe(0)
  const calls = () => host.arrivals.map(({ url }) => decodeURIComponent(url))
  expect(calls()).toEqual(['/prices/current/coingecko:bitcoin,coingecko:ethereum,coingecko:usd-coin'])
  const gaps = await disputed()
  expect(gaps).toMatchObject([
    {
      ...{ asset: 'bitcoin', provider: 'coingecko+defillama', from: hour(0), to: hour(1) },
      message: 'coingecko 100, defillama 3000: 2900 % apart; coingecko stands.',
    },
    {
      ...{ asset: 'usd-coin', provider: 'coingecko+defillama', from: hour(0), to: hour(1) },
      message: 'coingecko 1, defillama 0.98: 2.04 % apart; coingecko stands.',
    },
  ])
  expect(await marks(USDC, 0, 0)).toEqual(['1 ok coingecko'])
  expect(summary.gaps).toEqual({ found: 0, filled: 0, left: 0 })
  const hash = await world.store.canonicalHash()
  const again = await run()
  expect(again.nothingNew).toBe(true)
  expect(calls()).toHaveLength(1)
  expect(await disputed()).toEqual(gaps)
  expect(await world.store.canonicalHash()).toBe(hash)
})

test('the hour at which the first source jumped is marked by the other, and said so', async () => {
  const { run, disputed, marks, events } = await begin(
    (offset) => (offset === 0 ? 140 : 100),
    [],
    (asset) => (asset === 'bitcoin' ? 101 : asset === 'ethereum' ? 3000 : 1),
  )
  await run()
  expect(await marks(BTC, -1, 0)).toEqual(['100 ok coingecko', '101 estimated defillama'])
  expect(await disputed()).toMatchObject([
    {
      asset: 'bitcoin',
      message: 'coingecko 140, defillama 101: 38.6 % apart; defillama stands, since coingecko jumped.',
    },
  ])
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []))
  expect(notices).toEqual([expect.stringContaining('newly dispute: 1.')])
})

test('a hole of the first is filled by the next with its name; hours read beside it are compared', async () => {
  const hole = [-10, -9]
  const { run, disputed, marks, host } = await begin(
    () => 100,
    hole,
    (asset) => (asset === 'bitcoin' ? 110 : null),
  )
  await run()
  expect(await marks(BTC, -11, -8)).toEqual([
    ...['100 ok coingecko', '110 estimated defillama', '110 estimated defillama', '100 ok coingecko'],
  ])
  expect(host.arrivals.filter(({ url }) => url.startsWith('/chart'))).toHaveLength(1)
  // What was read around the hole to judge by is not kept, so only the latest hour has both.
  expect((await disputed()).map(({ from }) => from)).toEqual([hour(0)])
})

test('a dispute that is over is taken off the list', async () => {
  let wrong = true
  const { run, disputed } = await begin(
    () => 100,
    [],
    (asset) => (asset === 'bitcoin' ? (wrong ? 150 : 100) : null),
  )
  await run()
  expect(await disputed()).toHaveLength(1)
  wrong = false
  const chunks = await world.store.chunks({
    assets: [BTC],
    quote: USD,
    from: '2026-10' as never,
    to: '2026-10' as never,
  })
  const own = chunks.find(({ provider }) => provider === 'defillama')
  const index = own?.columns.count.findIndex((count) => count > 0) ?? -1
  const columns = Object.fromEntries(
    Object.entries(own?.columns ?? {}).map(([name, column]) => [name, column.slice(index, index + 1)]),
  ) as unknown as NonNullable<typeof own>['columns']
  for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) columns[name][0] = 100
  columns.covered[0] = (columns.covered[0] ?? 0) + 1
  const run_ = { asset: BTC, quote: USD, provider: 'defillama', from: hour(0), columns }
  await world.store.writePrices([{ run: run_, suspects: [], gaps: [] }])
  await run()
  expect(await disputed()).toEqual([])
})

test('a second source that fails costs the run nothing, and is told', async () => {
  const { run, host, events } = await begin(
    () => 100,
    [],
    () => null,
  )
  await host.close()
  const summary = await run()
  expect([summary.exitCode, summary.failures]).toEqual([0, []])
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []))
  expect(notices).toEqual([expect.stringContaining('defillama')])
})
