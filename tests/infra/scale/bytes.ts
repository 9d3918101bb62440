/**
 * `npm run scale:bytes`: what one hour of one asset, and one snapshot of a portfolio, take on the disk of each store
 * that can be measured on one machine. The figures stand in `figures.ts`.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AssetId } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import type { Hour } from '#core/hour.ts'
import type { Month } from '#core/month.ts'
import { candleLines, presentHours } from '#storage/influxdb/candle-points.ts'
import { openStore } from '#storage/open.ts'
import { assetName, candleRun, inFolder, randomOf, USD, walk } from '#tests/bench/years.ts'
import { startInfluxDb, type InfluxServer } from '#tests/servers/influxdb.ts'

const ASSETS = 100
const HOURS = 8760
const FROM = Date.UTC(2025, 0, 1) as Hour
const SNAPSHOTS = 5000
const POSITIONS = 12

const chunks = await inFolder(embeddedSeries)
await influxSeries(chunks)
await inFolder(embeddedSnapshots)

function say(what: string, bytes: number): void {
  process.stdout.write(`${what.padEnd(40)} ${bytes.toFixed(1)} bytes\n`)
}

async function embeddedSeries(folder: string): Promise<readonly Chunk[]> {
  const file = join(folder, 'series.db')
  const store = await openStore({ kind: 'embedded', file, create: true })
  for (let asset = 0; asset < ASSETS; asset++)
    await store.writePrices([
      { run: candleRun(assetName(asset), FROM, walk(HOURS, asset + 1)), suspects: [], gaps: [] },
    ])
  const assets: AssetId[] = Array.from({ length: ASSETS }, (_, asset) => assetName(asset))
  const all = await store.chunks({ assets, quote: USD, from: '2025-01' as Month, to: '2025-12' as Month })
  await store.close()
  say('embedded, one hour of one asset', statSync(file).size / (ASSETS * HOURS))
  return all
}

async function influxSeries(all: readonly Chunk[]): Promise<void> {
  const influx = await startInfluxDb({ env: { INFLUXD_STORAGE_CACHE_SNAPSHOT_WRITE_COLD_DURATION: '2s' } })
  try {
    let sent = 0
    for (const chunk of all) sent += await write(influx, candleLines(chunk, presentHours(chunk)).join('\n'))
    // Until what is in memory lies in its own files.
    await new Promise((done) => setTimeout(done, 60_000))
    say('InfluxDB, one hour of one asset', bytesBelow(join(influx.folder, 'engine/data')) / (ASSETS * HOURS))
    say('InfluxDB, the same as it is sent', sent / (ASSETS * HOURS))
  } finally {
    await influx.remove()
  }
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

async function write({ url, org, bucket, token }: InfluxServer, body: string): Promise<number> {
  const place = `${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=s`
  const response = await fetch(place, { method: 'POST', headers: { authorization: `Token ${token}` }, body })
  if (!response.ok) throw new Error(await response.text())
  return body.length
}

async function embeddedSnapshots(folder: string): Promise<void> {
  const file = join(folder, 'snapshots.db')
  const store = await openStore({ kind: 'embedded', file, create: true })
  const random = randomOf(7)
  for (let first = 0; first < SNAPSHOTS; first += 1000) {
    await store.writeSnapshots(
      Array.from({ length: 1000 }, (_, index) => ({
        owner: `user-${String(first + index).padStart(8, '0')}`,
        portfolio: 'main',
        quote: USD,
        time: FROM,
        value: random() * 1e6,
        change24h: { amount: random() * 1e3, fraction: random() * 0.1 },
        quality: 'ok' as const,
        coverage: 1,
        coverageByCount: 1,
        positions: Array.from({ length: POSITIONS }, (__, position) => ({
          asset: assetName(Math.floor(random() * 100) + position * 100),
          token: null,
          chain: 'ethereum',
          wallet: 'manual',
          quantity: (random() * 100).toFixed(8),
          mark: random() * 1000,
          value: random() * 1000,
          quality: 'ok' as const,
        })),
      })),
    )
  }
  await store.close()
  say(`embedded, one snapshot of ${POSITIONS} positions`, statSync(file).size / SNAPSHOTS)
}
