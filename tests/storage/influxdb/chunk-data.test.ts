import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { Chunk } from '#core/candle.ts'
import { createInfluxChunkData } from '#storage/influxdb/chunk-data.ts'
import type { InfluxOptions } from '#storage/mongodb/open.ts'
import { withServers } from '../../servers/in-tests.ts'
import { seeded, testSeed } from '../../support/random.ts'
import { added, api, bitsOf, changed, ownBucket, randomChunk, refOf } from './support.ts'

const servers = withServers('influxdb')
const seed = testSeed(5)

async function opened(): Promise<{ options: InfluxOptions; data: ReturnType<typeof createInfluxChunkData> }> {
  const options = await ownBucket((await servers.addresses()).influxdb)
  const data = createInfluxChunkData(options)
  onTestFinished(() => data.close())
  return { options, data }
}

const deleted = (options: InfluxOptions, start: string, stop: string) =>
  api(options, 'POST', `/delete?org=${options.org}&bucket=${options.bucket}`, { start, stop })

servers.describe('chunks in InfluxDB', () => {
  test('more than 10,000 random doubles come back bit for bit, with what is missing and what was never asked for', async () => {
    const { data } = await opened()
    const random = seeded(seed)
    const chunks = ['2024-02', '2024-12', '2025-01'].flatMap((month) =>
      ['bitcoin', 'eip155:1/erc20:0x1f98'].map((asset) => randomChunk(random, { asset, month, revision: 3 })),
    )
    await data.write(chunks.map(added))
    const read = await data.read([...chunks].reverse().map(refOf))
    expect(read.map(bitsOf)).toEqual([...chunks].reverse().map(bitsOf))
    expect(bitsOf(await data.found(chunks[1] as Chunk, 99))).toBe(bitsOf(chunks[1]))
  })

  test('a corrected hour is written with all of its fields, and the others are not', async () => {
    const { options, data } = await opened()
    const random = seeded(seed)
    const first = randomChunk(random)
    await data.write([added(first)])
    const columns = Object.fromEntries(
      Object.entries(first.columns).map(([name, column]) => [name, Float64Array.from(column)]),
    ) as Record<string, Float64Array>
    const revisions = Float64Array.from(first.changed)
    for (const hour of [0, 5, 700]) {
      for (const name in columns) (columns[name] as Float64Array)[hour] = name === 'open' ? NaN : hour + 0.5
      revisions[hour] = 2
    }
    const second = { ...first, revision: 2, columns, changed: revisions } as unknown as Chunk
    // Hour 1 is spoilt behind its back: a write that sent it again would mend it.
    const spoilt = 'candle,asset=bitcoin,provider=coingecko,quote=usd mean=7 1735693200'
    await raw(options, spoilt)
    await data.write([changed(first, second)])
    const found = (await data.found(second, 2)) as Chunk
    expect(found.columns.mean[1]).toBe(7)
    found.columns.mean[1] = second.columns.mean[1] as number
    expect(bitsOf(found)).toBe(bitsOf(second))
  })

  test('a chunk of another revision than its head tells is null, and so is one that is not there', async () => {
    const { data } = await opened()
    const chunk = randomChunk(seeded(seed), { revision: 4 })
    await data.write([added(chunk)])
    const refs = [3, 4, 5].map((revision) => refOf({ ...chunk, revision }))
    const other = refOf({ ...chunk, month: '2025-02' as Chunk['month'] })
    const read = await data.read([...refs, other])
    expect(read.map((each) => each?.revision ?? null)).toEqual([null, 4, null, null])
    expect(await data.found(other, 1)).toBeNull()
  })

  test('hours that are no longer in a chunk go, and the others stay', async () => {
    const { data } = await opened()
    const random = seeded(seed)
    const [full, thin] = [randomChunk(random), randomChunk(random, { share: 0.3, revision: 2 })]
    const neighbour = randomChunk(random, { month: '2025-02' })
    await data.write([added(full), added(neighbour)])
    await data.write([changed(full, thin)])
    expect(bitsOf(await data.found(thin, 2))).toBe(bitsOf(thin))
    expect(bitsOf(await data.found(neighbour, 1))).toBe(bitsOf(neighbour))
  })

  test('points of somebody else in a month that is new to us are found and taken out', async () => {
    const { data } = await opened()
    const random = seeded(seed)
    const [old, fresh] = [randomChunk(random, { revision: 9 }), randomChunk(random, { share: 0.5 })]
    await data.write([added(old)])
    await data.write([added(fresh)])
    expect(bitsOf(await data.found(fresh, 1))).toBe(bitsOf(fresh))
  })

  test('F26: points that are gone, whoever lost them, are found by the next write and put back', async () => {
    const { options, data } = await opened()
    const chunk = randomChunk(seeded(seed))
    await data.write([added(chunk)])
    await deleted(options, '2025-01-10T00:00:00Z', '2025-01-12T00:00:00Z')
    expect(bitsOf(await data.found(chunk, 1))).not.toBe(bitsOf(chunk))
    await data.write([changed(chunk, chunk)])
    expect(bitsOf(await data.found(chunk, 1))).toBe(bitsOf(chunk))
  })

  test('names of any kind stay apart and come back: commas, spaces, equals, backslashes, quotes, line breaks, any letter', async () => {
    const { data } = await opened()
    const random = seeded(seed)
    const awkward = fc.string({ unit: fc.constantFrom(...', ="\\%$\n\r\t{}\'é漢😀a5C'), minLength: 1 })
    const names = fc.sample(fc.oneof(awkward, fc.string({ unit: 'binary', minLength: 1 })), {
      seed,
      numRuns: 150,
    })
    const trap = ['a\\', 'a\\,b=c', '%5C', '\\', 'a%', '${x}', 'error', ',error', ' ', 'null']
    const assets = [...new Set([...names, ...trap])]
    const chunks = assets.map((asset) => randomChunk(random, { asset, share: 0.002 }))
    await data.write(chunks.map(added))
    expect((await data.read(chunks.map(refOf))).map(bitsOf)).toEqual(chunks.map(bitsOf))
  })

  test('a name that cannot be a tag is refused before anything is sent', async () => {
    const { data } = await opened()
    const random = seeded(seed)
    for (const asset of ['', 'a\ud800b']) {
      await expect(data.write([added(randomChunk(random, { asset }))])).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
    }
  })

  test('a point that we did not write so is damage, with its place', async () => {
    const { options, data } = await opened()
    const chunk = randomChunk(seeded(seed))
    await data.write([added(chunk)])
    await raw(options, 'candle,asset=bitcoin,provider=coingecko,quote=usd open=1 1735691400')
    await expect(data.found(chunk, 1)).rejects.toMatchObject({
      code: 'INTEGRITY',
      message: expect.stringContaining('2025-01') as string,
    })
  })
})

async function raw({ url, org, bucket, token }: InfluxOptions, line: string): Promise<void> {
  const headers = { authorization: `Token ${token}` }
  const path = `${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=s`
  expect((await fetch(path, { method: 'POST', headers, body: line })).status).toBe(204)
}
