import { RESOLUTIONS, findBucket } from './buckets.ts'
import { fluxRows, fluxText } from './calls.ts'
import type { Connection } from './connection.ts'
import { bucketOf } from './downsample-flux.ts'

type Sizes = Record<string, { rows: number; bytes: number }>

/**
 * Candles in each bucket, and what the bucket takes on the server's disk with everything in it: files and write-ahead
 * log, as the server's own metrics tell.
 */
export async function influxStats(connection: Connection): Promise<Sizes> {
  const metrics = await metricsOf(connection)
  const sizes: Sizes = {}
  for (const step of RESOLUTIONS) {
    const bucket = await findBucket(connection, step)
    if (bucket === null) continue
    const name = bucketOf(connection.options.bucket, step)
    sizes[`influxdb ${name}`] = {
      rows: await candlesIn(connection, name),
      bytes: bytesOf(metrics, bucket.id ?? ''),
    }
  }
  return sizes
}

async function candlesIn(connection: Connection, bucket: string): Promise<number> {
  const script = `from(bucket: ${fluxText(bucket)}) |> range(start: 0, stop: 2200-01-01T00:00:00Z)
    |> filter(fn: (r) => r._measurement == "candle" and r._field == "count")
    |> count() |> group() |> sum()`
  const [row] = await fluxRows(connection, 'the count of candles', script)
  return Number(row?.['_value'] ?? 0)
}

async function metricsOf(connection: Connection): Promise<string> {
  const { result } = await connection.call<unknown>('the metrics', ({ transport }) =>
    transport.request('/metrics', '', { method: 'GET', headers: { accept: 'text/plain' } }),
  )
  return typeof result === 'string' ? result : ''
}

const ON_DISK = /^storage_(?:tsm_files_disk_bytes|wal_size)\{([^}]*)\} ([0-9.e+]+)$/gm

function bytesOf(metrics: string, bucket: string): number {
  let bytes = 0
  for (const [, labels = '', value] of metrics.matchAll(ON_DISK))
    if (labels.includes(`bucket="${bucket}"`)) bytes += Number(value)
  return bytes
}
