import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { CANDLE_COLUMNS, type Chunk } from '#core/candle.ts'
import { emptyChunk } from '#core/merge.ts'
import type { Month } from '#core/month.ts'
import type { Patience } from '#storage/influxdb/connection.ts'
import type { ChunkChange } from '#storage/mongodb/chunk-data.ts'
import type { InfluxOptions } from '#storage/mongodb/open.ts'
import { below, type Random } from '../../support/random.ts'

/** Hurries what would wait for a server, so that a test of a dead one is short. */
export const HURRIED: Partial<Patience> = { callMs: 4_000, retryMs: 8_000, retries: 3, firstWaitMs: 20 }

/** A call to InfluxDB's own API, as an administrator makes it. */
export async function api(
  { url, token }: Pick<InfluxOptions, 'url' | 'token'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const init = { method, headers: { authorization: `Token ${token}`, 'content-type': 'application/json' } }
  const response = await fetch(
    `${url}/api/v2${path}`,
    body === undefined ? init : { ...init, body: JSON.stringify(body) },
  )
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
}

export async function orgId(server: InfluxOptions): Promise<string> {
  const { orgs } = await api(server, 'GET', `/orgs?org=${encodeURIComponent(server.org)}`)
  return (orgs as { id: string }[])[0]?.id ?? ''
}

/** A bucket of the running test's own, gone when it ends. @param keepsSeconds 0 keeps everything */
export async function ownBucket(
  server: InfluxOptions,
  keepsSeconds = 0,
): Promise<InfluxOptions & { readonly bucketId: string }> {
  const name = `test-${randomUUID()}`
  const retentionRules =
    keepsSeconds === 0
      ? []
      : [{ type: 'expire', everySeconds: keepsSeconds, shardGroupDurationSeconds: 3600 }]
  const made = await api(server, 'POST', '/buckets', { orgID: await orgId(server), name, retentionRules })
  const bucketId = made['id'] as string
  onTestFinished(async () => {
    await api(server, 'DELETE', `/buckets/${bucketId}`).catch(() => undefined)
  })
  return { ...server, bucket: name, bucketId }
}

/** Any finite double: random bits, and now and then one of those that printing and parsing get wrong. */
export function anyDouble(random: Random): number {
  if (random() < 0.05) return EXTREMES[below(random, EXTREMES.length)] as number
  const view = new DataView(new ArrayBuffer(8))
  for (;;) {
    view.setUint32(0, below(random, 2 ** 32))
    view.setUint32(4, below(random, 2 ** 32))
    const value = view.getFloat64(0)
    if (Number.isFinite(value)) return value
  }
}
const EXTREMES = [0, -0, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -1022, 1 / 3, 1e21, 1e-7]

/** A chunk with random doubles in all of its columns, some of them missing, and hours never asked for. */
export function randomChunk(
  random: Random,
  { asset = 'bitcoin', month = '2025-01', revision = 1, share = 0.9 } = {},
): Chunk {
  const chunk = emptyChunk({
    asset: asset as AssetId,
    quote: 'usd' as Quote,
    provider: 'coingecko',
    month: month as Month,
  })
  for (let hour = 0; hour < chunk.changed.length; hour++) {
    if (hour > 0 && random() > share) continue
    for (const name of CANDLE_COLUMNS) chunk.columns[name][hour] = random() < 0.1 ? NaN : anyDouble(random)
    chunk.changed[hour] = 1 + below(random, revision)
  }
  chunk.changed[0] = revision
  return { ...chunk, revision }
}

export const added = (after: Chunk): ChunkChange => changed(emptyChunk(after), after)

export const changed = (before: Chunk, after: Chunk): ChunkChange => ({ before, after, slot: 0, fence: 1 })

export const refOf = (chunk: Chunk) => ({ ...chunk, slot: 0 })

/** The bits of a chunk, as text, so that a difference is seen and NaN equals NaN. */
export function bitsOf(chunk: Chunk | null | undefined): string {
  if (chunk === null || chunk === undefined) return 'nothing'
  const columns = [...CANDLE_COLUMNS.map((name) => chunk.columns[name]), chunk.changed]
  const hex = columns.map((column) =>
    Buffer.from(Float64Array.from(column, canonical).buffer).toString('hex'),
  )
  return JSON.stringify([chunk.asset, chunk.quote, chunk.provider, chunk.month, chunk.revision, ...hex])
}

const canonical = (value: number): number => (Number.isNaN(value) ? NaN : value)
