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
export const HURRIED: Partial<Patience> = { callMs: 20_000, retryMs: 30_000, retries: 3, firstWaitMs: 20 }

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

/** The bucket of a test with those beside it, made by `ensureInflux`; gone when the test ends. */
export async function ownName(server: InfluxOptions): Promise<InfluxOptions> {
  const bucket = `test-${randomUUID()}`
  onTestFinished(() => removeAll({ ...server, bucket }))
  return { ...server, bucket }
}

async function removeAll(options: InfluxOptions): Promise<void> {
  const names = ['', '-daily', '-weekly'].map((end) => `${options.bucket}${end}`)
  const { buckets } = await api(options, 'GET', `/buckets?org=${options.org}&limit=100`)
  for (const { id, name } of buckets as { id: string; name: string }[]) {
    if (names.includes(name)) await api(options, 'DELETE', `/buckets/${id}`)
  }
  const { tasks } = await api(options, 'GET', `/tasks?org=${options.org}&limit=500`)
  for (const { id, name } of tasks as { id: string; name: string }[]) {
    if (name.includes(options.bucket)) await api(options, 'DELETE', `/tasks/${id}`)
  }
}

/** A token that may do only what is named, such as `['read', 'buckets', bucketId]`. */
export async function tokenFor(
  server: InfluxOptions,
  rights: readonly (readonly [action: 'read' | 'write', type: string, id?: string])[],
): Promise<{ readonly token: string; readonly revoke: () => Promise<void> }> {
  const orgID = await orgId(server)
  const permissions = rights.map(([action, type, id]) => ({
    action,
    resource: { type, orgID, ...(id === undefined ? {} : { id }) },
  }))
  const made = await api(server, 'POST', '/authorizations', { orgID, description: 'a test', permissions })
  const revoke = async () => void (await api(server, 'DELETE', `/authorizations/${made['id'] as string}`))
  return { token: made['token'] as string, revoke }
}

/** Rows of a Flux script, as objects. */
export async function rowsOf(options: InfluxOptions, query: string): Promise<Record<string, string>[]> {
  const response = await fetch(`${options.url}/api/v2/query?org=${options.org}`, {
    method: 'POST',
    headers: {
      authorization: `Token ${options.token}`,
      'content-type': 'application/json',
      accept: 'application/csv',
    },
    body: JSON.stringify({ query, type: 'flux', dialect: { annotations: [], header: true } }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  const [header = '', ...lines] = text.split('\r\n').filter((line) => line !== '')
  const names = header.split(',')
  const isHeader = (line: string) => line === header
  return lines
    .filter((line) => !isHeader(line))
    .map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at] ?? '', cell])))
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

/** A chunk of plausible prices: hours with one to twelve samples, empty hours, and hours never asked for. */
export function pricedChunk(
  random: Random,
  { asset = 'bitcoin', month = '2025-01', revision = 1 } = {},
): Chunk {
  const chunk = emptyChunk({
    asset: asset as AssetId,
    quote: 'usd' as Quote,
    provider: 'coingecko',
    month: month as Month,
  })
  const { open, high, low, close, mean, count, first, last, covered } = chunk.columns
  for (let hour = 0; hour < chunk.changed.length; hour++) {
    const kind = random()
    if (hour > 0 && kind < 0.1) continue
    chunk.changed[hour] = revision
    covered[hour] = 3_600_000
    // Whole days without a sample as well.
    const empty = kind < 0.2 || Math.floor(hour / 24) % 9 === 4
    count[hour] = empty ? 0 : 1 + below(random, 12)
    if (empty) continue
    const price = 10 ** (random() * 12 - 6)
    low[hour] = price * (1 - random() / 10)
    high[hour] = price * (1 + random() / 10)
    open[hour] = price * (1 + (random() - 0.5) / 10)
    close[hour] = price * (1 + (random() - 0.5) / 10)
    mean[hour] = price
    first[hour] = 1_000
    last[hour] = 3_000_000
  }
  return { ...chunk, revision }
}
