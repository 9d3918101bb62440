import { expect, onTestFinished, test } from 'vitest'
import type { Chunk } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import { createInfluxChunkData } from '#storage/influxdb/chunk-data.ts'
import type { Patience } from '#storage/influxdb/connection.ts'
import type { InfluxOptions } from '#storage/mongodb/open.ts'
import { forThisTest, withPrivateServers, withServers } from '../../servers/in-tests.ts'
import { startInfluxDb } from '../../servers/influxdb.ts'
import { toxiproxyAt, type Toxic } from '../../servers/toxiproxy-client.ts'
import { seeded, testSeed } from '../../support/random.ts'
import { HURRIED, added, bitsOf, ownBucket, pricedChunk, refOf, tokenFor } from './support.ts'

const servers = withServers('influxdb', 'toxiproxy')
const own = withPrivateServers('influxdb')
const seed = testSeed(21)

/** A year of some assets: 2 MB each, so that a fault can fall into the middle. */
function years(assets: number): Chunk[] {
  const random = seeded(seed)
  return Array.from({ length: assets * 12 }, (_, at) =>
    pricedChunk(random, {
      asset: `coin-${at % assets}`,
      month: `2025-${String(Math.floor(at / assets) + 1).padStart(2, '0')}`,
    }),
  )
}

function dataAt(options: InfluxOptions, patience: Partial<Patience> = HURRIED) {
  const data = createInfluxChunkData(options, patience)
  onTestFinished(() => data.close())
  return data
}

const failing = async (promise: Promise<unknown>): Promise<TidemarkError> => {
  const error: unknown = await promise.then(
    () => expect.fail('nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof TidemarkError)) throw error
  return error
}

/** The server through a port that can be spoilt, and a clear way to it. */
async function proxied() {
  const { influxdb, toxiproxy } = await servers.addresses()
  const direct = await ownBucket(influxdb)
  const proxy = await toxiproxyAt(toxiproxy.url).proxy(influxdb.url)
  onTestFinished(() => proxy.delete())
  return { direct, proxy, spoilt: { ...direct, url: proxy.through(direct.url) } }
}

const FAULTS: readonly (readonly [name: string, toxics: readonly Toxic[]])[] = [
  [
    'a connection that is cut in the middle of what is sent',
    [{ type: 'limit_data', bytes: 700_000, stream: 'upstream' }],
  ],
  ['answers that are cut off', [{ type: 'limit_data', bytes: 60, stream: 'downstream' }]],
  ['a reset in the middle of a write', [{ type: 'reset_peer', timeout: 30, stream: 'upstream' }]],
  ['answers that never come', [{ type: 'timeout', timeout: 0, stream: 'downstream' }]],
  ['a connection that swallows what is sent', [{ type: 'timeout', timeout: 0, stream: 'upstream' }]],
  ['4 KB a second', [{ type: 'bandwidth', rate: 4, stream: 'upstream' }]],
]

servers.describe('InfluxDB through a bad network', () => {
  test.each(FAULTS)(
    'F26: %s: bounded time, a clear error, and the next run puts it right',
    async (_, toxics) => {
      const { direct, proxy, spoilt } = await proxied()
      const chunks = years(1)
      const data = dataAt(spoilt, { callMs: 700, retryMs: 1_500, retries: 2, firstWaitMs: 10 })
      for (const toxic of toxics) await proxy.add(toxic)
      const error = await failing(data.write(chunks.map(added)))
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', exitCode: 6 })
      expect(error.message).toContain(spoilt.url)
      await proxy.clear()
      // What a next run does: it finds what lies there, and writes what is not.
      const next = dataAt(direct, {})
      await next.write(chunks.map(added))
      expect((await next.read(chunks.map(refOf))).map(bitsOf)).toEqual(chunks.map(bitsOf))
    },
  )

  test('F26: a fault that passes while a write is tried again costs nothing but time', async () => {
    const { direct, proxy, spoilt } = await proxied()
    const chunks = years(2)
    await proxy.add({ type: 'limit_data', bytes: 900_000, stream: 'upstream' })
    const heal = setTimeout(() => void proxy.clear(), 400)
    onTestFinished(() => clearTimeout(heal))
    await dataAt(spoilt, { callMs: 20_000, retryMs: 60_000, retries: 40, firstWaitMs: 50 }).write(
      chunks.map(added),
    )
    const read = await dataAt(direct, {}).read(chunks.map(refOf))
    expect(read.map(bitsOf)).toEqual(chunks.map(bitsOf))
  })

  test('F27: latency and slow closes are waited for', async () => {
    const { proxy, spoilt } = await proxied()
    await proxy.add({ type: 'latency', latency: 150, jitter: 50 })
    await proxy.add({ type: 'slow_close', delay: 300 })
    const chunks = years(1).slice(0, 2)
    const data = dataAt(spoilt)
    await data.write(chunks.map(added))
    expect((await data.read(chunks.map(refOf))).map(bitsOf)).toEqual(chunks.map(bitsOf))
  })

  test('a reader gets a whole answer or an error, never the part before the break', async () => {
    const { direct, proxy, spoilt } = await proxied()
    const chunks = years(1)
    await dataAt(direct, {}).write(chunks.map(added))
    const data = dataAt(spoilt, { callMs: 20_000, retryMs: 2_000, retries: 1, firstWaitMs: 10 })
    for (const bytes of [500, 5_000, 50_000, 500_000]) {
      await proxy.add({ type: 'limit_data', bytes })
      expect(await failing(data.read(chunks.map(refOf)))).toMatchObject({ code: 'STORE_UNAVAILABLE' })
      await proxy.clear()
    }
    expect((await data.read(chunks.map(refOf))).map(bitsOf)).toEqual(chunks.map(bitsOf))
  })

  test('a token that is revoked in the middle of a run is refused as such, and shown nowhere', async () => {
    const { influxdb } = await servers.addresses()
    const options = await ownBucket(influxdb)
    const { token, revoke } = await tokenFor(influxdb, [
      ['read', 'buckets', options.bucketId],
      ['write', 'buckets', options.bucketId],
    ])
    const data = dataAt({ ...options, token })
    const [first, second] = years(1) as [Chunk, Chunk]
    await data.write([added(first)])
    await revoke()
    for (const call of [data.write([added(second)]), data.read([refOf(first)]), data.found(first, 1)]) {
      const error = await failing(call)
      expect(error).toMatchObject({ code: 'CREDENTIAL_REFUSED', exitCode: 4 })
      expect(error.fix).toContain('INFLUX_TOKEN')
      expect(everyWord(error)).not.toContain(token)
    }
    expect(bitsOf((await dataAt(options).read([refOf(first)]))[0])).toBe(bitsOf(first))
  })

  test('rights that are missing are named', async () => {
    const { influxdb } = await servers.addresses()
    const options = await ownBucket(influxdb)
    const reader = await tokenFor(influxdb, [['read', 'buckets', options.bucketId]])
    const [chunk] = years(1) as [Chunk]
    const error = await failing(dataAt({ ...options, token: reader.token }).write([added(chunk)]))
    expect(error).toMatchObject({ code: 'CREDENTIAL_REFUSED' })
    expect(error.message).toContain('lacks the right to write to this bucket')
    // The client keeps the header with the token in no error of its own, either.
    expect(everyWord(error)).not.toContain(reader.token)
    const writer = await tokenFor(influxdb, [['write', 'buckets', options.bucketId]])
    const unread = await failing(dataAt({ ...options, token: writer.token }).read([refOf(chunk)]))
    expect(unread.code).toBe('NOT_INITIALISED')
    expect(unread.fix).toContain('lacks the right to read')
  })

  test('a bucket that throws old points away is an error that names how long it keeps them', async () => {
    const options = await ownBucket((await servers.addresses()).influxdb, 48 * 3600)
    const [chunk] = years(1) as [Chunk]
    const error = await failing(dataAt(options).write([added(chunk)]))
    expect(error.message).toContain('keeps only 48h')
    expect(error.fix).toContain('--retention 0')
  })
})

own.describe('InfluxDB that dies', () => {
  test('F26: killed with -9 in mid-write and started again: the write ends well, or the next one makes it whole', async () => {
    const server = await forThisTest(startInfluxDb())
    const chunks = years(4)
    for (const wait of [30, 200, 600]) {
      const options = await ownBucket(server)
      const data = dataAt(options, { callMs: 20_000, retryMs: 60_000, retries: 60, firstWaitMs: 50 })
      const writing = data.write(chunks.map(added))
      await new Promise((resolve) => setTimeout(resolve, wait))
      await server.kill()
      await server.restart()
      await writing
      const read = await dataAt(options, {}).read(chunks.map(refOf))
      expect(read.map(bitsOf)).toEqual(chunks.map(bitsOf))
    }
  })

  test('F26: killed while nobody waits for it: what was acknowledged is there afterwards', async () => {
    const server = await forThisTest(startInfluxDb())
    const options = await ownBucket(server)
    const chunks = years(1)
    await dataAt(options, {}).write(chunks.map(added))
    await server.kill()
    const error = await failing(dataAt(options, { retries: 1, firstWaitMs: 10 }).read(chunks.map(refOf)))
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(error.message).toContain('ECONNREFUSED')
    await server.restart()
    expect((await dataAt(options, {}).read(chunks.map(refOf))).map(bitsOf)).toEqual(chunks.map(bitsOf))
  })
})

/** All that an error says, with its causes, as a careless log would print it. */
function everyWord(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? ''
  const own = Object.getOwnPropertyNames(error).map((name) => {
    const value = (error as unknown as Record<string, unknown>)[name]
    return value instanceof Error ? everyWord(value) : (JSON.stringify(value) ?? '')
  })
  return [error.name, ...own].join('\n')
}
