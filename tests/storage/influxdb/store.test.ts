import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { addHours, type Hour } from '#core/hour.ts'
import type { Month } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { publishPnl } from '#pipeline/jobs/publish-pnl.ts'
import type { Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { candles, content, write } from '../../pipeline/pnl-history.ts'
import { withServers } from '../../servers/in-tests.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { USD } from '../../support/ledgers.ts'
import { below, seeded, testSeed } from '../../support/random.ts'
import { newDatabase } from '../mongodb/database.ts'
import { api, ownName } from './support.ts'

const servers = withServers('mongodb', 'influxdb')
const seed = testSeed(89)

const FROM = Date.UTC(2025, 11, 20) as Hour
const NOW = addHours(FROM, 20 * 24)
const ASSETS = ['bitcoin', 'ethereum'] as AssetId[]
const portfolio: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [],
  holdings: ASSETS.map((asset) => ({ asset, quantity: '1.25', unitCost: null, since: null })),
  flowsFile: null,
}

/** Prices with holes, then some of them again, corrected, late, and twice. */
async function fill(store: Store): Promise<void> {
  const random = seeded(seed)
  for (const asset of ASSETS) {
    const prices = Array.from({ length: 480 }, () => (random() < 0.05 ? NaN : 1 + below(random, 1e6) / 7))
    await write(store, candles(asset, 'coingecko', FROM, prices, 4))
    const corrected = prices.slice(100, 140).map((price) => price * 1.01)
    for (let twice = 0; twice < 2; twice++)
      await write(store, candles(asset, 'coingecko', addHours(FROM, 100), corrected, 9))
  }
}

servers.describe('a whole store on MongoDB and InfluxDB', () => {
  test('gives the report and the hash that the embedded store gives, publishes it, and verifies both sides', async () => {
    const { mongodb, influxdb } = await servers.addresses()
    const influx = await ownName(influxdb)
    const both = { mongodbUri: newDatabase(mongodb.uri), influx, create: true }
    const stores = [
      await openStore({ kind: 'embedded', file: join(temporaryFolder(), 'store.db'), create: true }),
      await openStore({ kind: 'mongodb+influxdb', ...both }),
    ] as const
    const [embedded, remote] = stores
    onTestFinished(async () => {
      for (const store of stores) await store.close()
    })
    for (const store of stores) await fill(store)
    expect(await remote.canonicalHash()).toBe(await embedded.canonicalHash())
    const lies = (await remote.stats())[`influxdb ${influx.bucket}`]
    const stored = await embedded.chunks({
      assets: ASSETS,
      quote: USD,
      from: '2025-12' as Month,
      to: '2026-01' as Month,
    })
    const hours = stored.flatMap(({ columns }) => [...columns.count]).filter((count) => !Number.isNaN(count))
    expect(lies?.rows).toBe(hours.length)
    expect(lies?.bytes).toBeGreaterThan(hours.length)
    const request = { portfolio, quote: USD, from: addHours(FROM, 48), now: NOW }
    const report = async (store: Store) => content(await pnlReport(request, store, DEFAULT_SETTINGS))
    expect(await report(remote)).toEqual(await report(embedded))
    expect(await publishPnl(portfolio, NOW, embedded, DEFAULT_SETTINGS)).toBeNull()
    expect(await publishPnl(portfolio, NOW, remote, DEFAULT_SETTINGS)).toEqual({
      published: 2,
      unchanged: 0,
    })
    expect((await remote.verify()).damage).toEqual([])
    await api(influx, 'POST', `/delete?org=${influx.org}&bucket=${influx.bucket}`, {
      start: '2026-01-02T00:00:00Z',
      stop: '2026-01-02T05:00:00Z',
    })
    const places = (await remote.verify()).damage.map(({ place }) => place)
    expect(places).toEqual([
      ...ASSETS.map((asset) => `chunks ${asset} usd coingecko 2026-01`),
      'published local main usd 2026-01',
    ])
  })
})
