import { expect, onTestFinished, test } from 'vitest'
import type { Chunk } from '#core/candle.ts'
import { createInfluxChunkData } from '#storage/influxdb/chunk-data.ts'
import { connect } from '#storage/influxdb/connection.ts'
import { windowsOf, type Step, type WindowCandle } from '#storage/influxdb/downsample.ts'
import { behind, downsample } from '#storage/influxdb/downsampling.ts'
import { ensureInflux } from '#storage/influxdb/ensure.ts'
import type { InfluxOptions } from '#storage/mongodb/open.ts'
import { withServers } from '../../servers/in-tests.ts'
import { until } from '../../servers/until.ts'
import { seeded, testSeed } from '../../support/random.ts'
import { added, api, changed, ownName, pricedChunk, rowsOf } from './support.ts'

const servers = withServers('influxdb')
const seed = testSeed(8)

/** Over the ends of a year, a leap February and of months that begin in mid-week. */
const MONTHS = ['2023-12', '2024-01', '2024-02', '2024-03', '2024-12', '2025-01']

async function prepared() {
  const options = await ownName((await servers.addresses()).influxdb)
  await ensureInflux(options, { create: true })
  const data = createInfluxChunkData(options)
  const connection = connect(options)
  onTestFinished(() => connection.close())
  return { options, data, connection }
}

const chunksOf = (asset: string): Chunk[] => {
  const random = seeded(seed + asset.length)
  return MONTHS.map((month) => pricedChunk(random, { asset, month }))
}

/** What the server holds of days or weeks of a series. */
async function stored(options: InfluxOptions, step: Step, asset = 'bitcoin'): Promise<WindowCandle[]> {
  const rows = await rowsOf(
    options,
    `from(bucket: "${options.bucket}-${step}") |> range(start: 2000-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "candle" and r.asset == "${asset}")
      |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> sort(columns: ["_time"])`,
  )
  const value = (row: Record<string, string>, name: string) => Number(row[name])
  return rows.map((row) => ({
    time: Date.parse(row['_time'] ?? ''),
    open: value(row, 'open'),
    high: value(row, 'high'),
    low: value(row, 'low'),
    close: value(row, 'close'),
    mean: value(row, 'mean'),
    count: value(row, 'count'),
  }))
}

function expectSame(found: readonly WindowCandle[], ours: readonly WindowCandle[]): void {
  const exact = (windows: readonly WindowCandle[]) => windows.map(({ mean: _, ...rest }) => rest)
  expect(exact(found)).toEqual(exact(ours))
  found.forEach(({ mean }, at) => {
    const expected = ours[at]?.mean ?? NaN
    expect(Math.abs(mean - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected))
  })
}

servers.describe('days and weeks in InfluxDB', () => {
  test('are what our own code computes, for months of the past as soon as they are written', async () => {
    const { options, data } = await prepared()
    const [bitcoin, other] = [chunksOf('bitcoin'), chunksOf('eip155:1/erc20:0x1f98')]
    await data.write([...bitcoin, ...other].map(added))
    await data.close()
    for (const step of ['daily', 'weekly'] as const) {
      const windows = windowsOf(bitcoin, step)
      expect(windows.length).toBeGreaterThan(step === 'daily' ? 150 : 25)
      expectSame(await stored(options, step), windows)
      expectSame(await stored(options, step, 'eip155:1/erc20:0x1f98'), windowsOf(other, step))
    }
  })

  test('F18: late and corrected hours are known to be missing in them, and made', async () => {
    const { options, data, connection } = await prepared()
    const [first, second] = chunksOf('bitcoin').slice(1, 3) as [Chunk, Chunk]
    await data.write([first, second].map(added))
    expect((await behind(connection, 0, Date.UTC(2024, 5))).map(({ month }) => month)).toEqual([
      '2024-01',
      '2024-02',
    ])
    await downsample(connection, [first, second])
    expect(await behind(connection, 0, Date.UTC(2024, 5))).toEqual([])
    const at = second.columns.count.findIndex((count) => count > 0)
    const columns = { ...second.columns, high: Float64Array.from(second.columns.high) }
    columns.high[at] = 1e9
    const changes = Float64Array.from(second.changed)
    changes[at] = 2
    const corrected: Chunk = { ...second, columns, changed: changes, revision: 2 }
    await data.write([changed(second, corrected)])
    const late = await behind(connection, 0, Date.UTC(2024, 5))
    expect(late.map(({ month }) => month)).toContain('2024-02')
    await downsample(connection, late)
    expect(await behind(connection, 0, Date.UTC(2024, 5))).toEqual([])
    expectSame(await stored(options, 'daily'), windowsOf([first, corrected], 'daily'))
    expectSame(await stored(options, 'weekly'), windowsOf([first, corrected], 'weekly'))
  })

  test('the tasks make those of the last days by themselves, as the server runs them', async () => {
    const { options, data } = await prepared()
    const now = Date.now()
    const month = new Date(now).toISOString().slice(0, 7)
    const chunk = pricedChunk(seeded(seed), { month })
    // Nothing from the future: the server's tasks end at now.
    for (
      let hour = Math.floor((now - Date.parse(`${month}-01`)) / 3_600_000);
      hour < chunk.changed.length;
      hour++
    ) {
      for (const column of Object.values(chunk.columns)) column[hour] = NaN
      chunk.changed[hour] = 0
    }
    await data.write([added(chunk)])
    for (const step of ['daily', 'weekly'] as const) {
      const { tasks } = await api(
        options,
        'GET',
        `/tasks?org=${options.org}&name=tidemark ${options.bucket}-${step}`,
      )
      const id = (tasks as { id: string }[])[0]?.id ?? ''
      const run = await api(options, 'POST', `/tasks/${id}/runs`, {})
      const done = await until(
        async () =>
          (await api(options, 'GET', `/tasks/${id}/runs/${run['id'] as string}`))['status'] === 'success',
        { timeoutMs: 30_000 },
      )
      expect(done).toBe(true)
    }
    const today = Math.floor(now / 86_400_000) * 86_400_000
    const ours = windowsOf([chunk], 'daily').filter(({ time }) => time >= today - 3 * 86_400_000)
    expectSame(await stored(options, 'daily'), ours)
    const weeks = await stored(options, 'weekly')
    for (const { time } of weeks) expect(new Date(time).getUTCDay()).toBe(1)
    const samples = (windows: readonly WindowCandle[]) => windows.reduce((sum, { count }) => sum + count, 0)
    expect(samples(weeks)).toBe(samples(ours))
  })
})
