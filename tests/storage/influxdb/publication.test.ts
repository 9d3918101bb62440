import fc from 'fast-check'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { portfolioBook, type Portfolio } from '#core/portfolio.ts'
import { publishPnl } from '#pipeline/jobs/publish-pnl.ts'
import type { Snapshot, Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { createInfluxChunkData } from '#storage/influxdb/chunk-data.ts'
import type { InfluxOptions } from '#storage/mongodb/open.ts'
import { openStore } from '#storage/open.ts'
import { withServers } from '../../servers/in-tests.ts'
import { candles, write } from '../../pipeline/pnl-history.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ASSETS, USD, ledgerArbitrary } from '../../support/ledgers.ts'
import { below, seeded, testSeed } from '../../support/random.ts'
import { api, ownBucket, rowsOf } from './support.ts'

const servers = withServers('influxdb')
const seed = testSeed(55)

const FROM = Date.UTC(2026, 0, 30) as Hour
const HOURS = 33 * 24
const NOW = addHours(FROM, HOURS)
const SETTINGS = { ...DEFAULT_SETTINGS, carryHours: { crypto: 3 } }

const portfolio: Portfolio = {
  owner: 'local',
  name: 'main, "the" \\ one = ours',
  baseCurrency: USD,
  wallets: [],
  holdings: [{ asset: ASSETS[0] as AssetId, quantity: '1.5', unitCost: null, since: null }],
  flowsFile: null,
}

async function prepared() {
  const options = await ownBucket((await servers.addresses()).influxdb)
  const store = await openStore({ kind: 'embedded', file: join(temporaryFolder(), 'store.db'), create: true })
  const data = createInfluxChunkData(options)
  onTestFinished(async () => {
    await store.close()
    await data.close()
  })
  const { publication } = data
  const io: Store = { ...store, publication }
  return { options, store, publication, io }
}

/** Three months with holes longer than a price is carried, and flows in all of them. */
async function filled(store: Store, flows: boolean): Promise<void> {
  const random = seeded(seed)
  for (const asset of ASSETS) {
    const prices = Array.from({ length: HOURS }, () => 1 + below(random, 9999) / 7)
    for (const [from, to] of [
      [100, 120],
      [20, 60],
      [690, 720],
    ] as const)
      prices.fill(NaN, from, to)
    await write(store, candles(asset, 'coingecko', FROM, prices, 4))
  }
  const [ledger = []] = fc.sample(ledgerArbitrary(addHours(FROM, 1), HOURS - 2, 14), { seed, numRuns: 1 })
  if (!flows) return
  const book = portfolioBook(portfolio.name)
  const source = { owner: 'local', book, source: 'test', file: null, mode: 'mirror' as const, at: NOW }
  await store.importFlows({ ...source, flows: [ledger] })
}

const numberOf = (row: Record<string, string> | undefined, name: string) =>
  row === undefined || (row[name] ?? '') === '' ? null : Number(row[name])

/** Rows that a dashboard gets, by hour; `asset` null for the total. */
async function shown(
  options: InfluxOptions,
  asset: string | null,
): Promise<Map<number, Record<string, string>>> {
  const measurement = asset === null ? 'pnl_total' : 'pnl'
  const rows = await rowsOf(
    options,
    `from(bucket: "${options.bucket}") |> range(start: 2000-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "${measurement}"${asset === null ? '' : ` and r.asset == "${asset}"`})
      |> drop(columns: ["portfolio"])
      |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`,
  )
  return new Map(rows.map((row) => [Date.parse(row['_time'] ?? ''), row]))
}

servers.describe('PnL for dashboards', () => {
  test.each([
    ['flows', true],
    ['snapshot', false],
  ] as const)(
    'mode %s: rows are those of the report, add up, and leave out what is missing',
    async (_, flows) => {
      const { options, store, io } = await prepared()
      await filled(store, flows)
      const done = await publishPnl(portfolio, NOW, io, SETTINGS)
      expect(done).toEqual({ published: 3, unchanged: 0 })
      const report = await pnlReport(
        { portfolio, quote: USD, from: addHours(FROM, 2), now: NOW },
        store,
        SETTINGS,
      )
      let [missing, rows] = [0, 0]
      for (const token of report.tokens) {
        const there = await shown(options, token.asset)
        const pnl = { at: 0, sum: 0 }
        token.value.forEach((value, at) => {
          const row = there.get(report.hours[at] as number)
          expect(numberOf(row, 'value')).toBe(Number.isNaN(value) ? null : value)
          expect(numberOf(row, 'quality')).toBe(token.quality[at])
          rows++
          if (Number.isNaN(token.pnl[at])) {
            missing++
            expect(numberOf(row, 'pnl')).toBeNull()
            expect(Number(row?.['state'])).not.toBe(0)
            return
          }
          if (at > 0) pnl.sum += numberOf(row, 'pnl') ?? NaN
          const parts = ['price', 'trading', 'income', 'fees', 'loss', 'residual'].map(
            (part) => numberOf(row, part) ?? NaN,
          )
          const total = parts.reduce((sum, part) => sum + part, 0)
          expect(Math.abs(total - (numberOf(row, 'pnl') ?? NaN))).toBeLessThanOrEqual(
            1e-9 * parts.reduce((sum, part) => sum + Math.abs(part), 1),
          )
        })
        // Every hour's PnL from the first mark on sums to the report's at its end.
        const last = token.pnl.findLast((value) => !Number.isNaN(value)) ?? 0
        expect(Math.abs(pnl.sum - last)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(last)))
      }
      expect(missing).toBeGreaterThan(0)
      expect(missing).toBeLessThan(rows / 2)
      const total = await shown(options, null)
      report.hours.forEach((hour, at) => {
        const row = total.get(hour)
        expect(numberOf(row, 'coverage')).toBe(report.total.coverage[at])
        expect(numberOf(row, 'value')).toBe(report.total.value[at])
      })
    },
  )

  test('F17: publishing again writes nothing; a corrected price publishes its month and those after it', async () => {
    const { options, store, publication, io } = await prepared()
    await filled(store, true)
    await publishPnl(portfolio, NOW, io, SETTINGS)
    expect(await publishPnl(portfolio, NOW, io, SETTINGS)).toEqual({ published: 0, unchanged: 3 })
    expect(await publication.damage()).toEqual([])
    await write(store, candles(ASSETS[0] as AssetId, 'coingecko', addHours(FROM, 200), [123.25], 4))
    expect(await publishPnl(portfolio, NOW, io, SETTINGS)).toEqual({ published: 2, unchanged: 1 })
    const row = (await shown(options, ASSETS[0] as string)).get(FROM + 200 * HOUR_MS)
    expect(numberOf(row, 'mark')).toBe(123.25)
    expect(await publication.damage()).toEqual([])
  })

  test('a value that goes missing leaves nothing of the older one standing, and a token that goes leaves no row', async () => {
    const { options, publication } = await prepared()
    const hours = [FROM, addHours(FROM, 1), addHours(FROM, 2)]
    const month = (assets: readonly string[], values: readonly number[], hash: string) => ({
      ...{ owner: 'o', portfolio: 'p', quote: USD, month: '2026-01' as never, hash },
      series: assets.map((asset) => ({
        asset: asset as AssetId,
        hours,
        columns: { value: Float64Array.from(values), mark: Float64Array.from([1, 2, 3]) },
        quality: Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 3)),
      })),
    })
    await publication.publish(month(['bitcoin', 'ethereum'], [10, 20, 30], 'one'))
    await publication.publish(month(['bitcoin'], [10, NaN, 31], 'two'))
    const rows = await shown(options, 'bitcoin')
    expect(hours.map((hour) => numberOf(rows.get(hour), 'value'))).toEqual([10, null, 31])
    expect(hours.map((hour) => numberOf(rows.get(hour), 'mark'))).toEqual([1, 2, 3])
    expect(hours.map((hour) => rows.get(hour)?.['state'])).toEqual(['0', '1', '0'])
    expect((await shown(options, 'ethereum')).size).toBe(0)
    expect(await publication.published('o', 'p', USD)).toEqual([{ month: '2026-01', hash: 'two' }])
    expect(await publication.published('o', 'another', USD)).toEqual([])
  })

  test('F28: points that are not those published are found, with their month', async () => {
    const { options, publication, store, io } = await prepared()
    await filled(store, false)
    await publishPnl(portfolio, NOW, io, SETTINGS)
    await api(options, 'POST', `/delete?org=${options.org}&bucket=${options.bucket}`, {
      start: '2026-02-03T00:00:00Z',
      stop: '2026-02-03T00:00:00Z',
      predicate: '_measurement="pnl_total"',
    })
    const damage = await publication.damage()
    expect(damage).toHaveLength(1)
    expect(damage[0]?.place).toContain('2026-02')
    expect(damage[0]?.fix).toContain('--rebuild')
    await publishPnl(portfolio, NOW, io, SETTINGS, { again: true })
    expect(await publication.damage()).toEqual([])
  })

  test('snapshots of value are rows of their portfolio, without what is missing', async () => {
    const { options, publication } = await prepared()
    const snapshot = (name: string, value: number | null): Snapshot => ({
      ...{ owner: 'o', portfolio: name, quote: 'usd' as Quote, time: FROM, value, positions: [] },
      change24h: value === null ? null : { amount: -1.5, fraction: null },
      quality: value === null ? 'missing' : 'ok',
      coverage: 0.5,
      coverageByCount: 1,
    })
    await publication.publishValues([snapshot('a', 7), snapshot('b', 8), snapshot('c', null)])
    await publication.publishValues([snapshot('a', null), snapshot('c', 9)])
    const rows = await rowsOf(
      options,
      `from(bucket: "${options.bucket}") |> range(start: 2000-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
        |> filter(fn: (r) => r._measurement == "value" and r._field == "value") |> keep(columns: ["portfolio", "_value"])`,
    )
    expect(rows.map((row) => [row['portfolio'], row['_value']]).sort()).toEqual([
      ['b', '8'],
      ['c', '9'],
    ])
  })
})
