import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { expect, onTestFinished, test } from 'vitest'
import { startFerretDb } from './ferretdb.ts'
import { forThisTest, withPrivateServers } from './in-tests.ts'
import { startInfluxDb, type InfluxServer } from './influxdb.ts'
import { startRedis } from './redis.ts'
import type { RunningServer } from './running.ts'
import { startVictoriaMetrics } from './victoria-metrics.ts'

const POINTS = 50

withPrivateServers('ferretdb').describe('FerretDB', () => {
  test('has what it acknowledged after kill -9 and a restart', async () => {
    const server = await forThisTest(startFerretDb())
    const client = new MongoClient(server.url)
    onTestFinished(() => client.close())
    const points = client.db('tidemark').collection<{ _id: string; value: number }>('points')
    for (let i = 0; i < POINTS; i++) await points.insertOne({ _id: `p${i}`, value: i })
    await crash(server)
    expect(await points.countDocuments()).toBe(POINTS)
    expect((await points.findOne({ _id: 'p7' }))?.value).toBe(7)
  })
})

withPrivateServers('influxdb').describe('InfluxDB', () => {
  test('has what it acknowledged after kill -9 and a restart, and its token', async () => {
    const server = await forThisTest(startInfluxDb({ token: 'a-token-of-ours', bucket: 'hourly' }))
    for (let i = 0; i < POINTS; i++) await writeLine(server, `price,asset=bitcoin value=${i}.5 ${i}`)
    await crash(server)
    expect(await countPoints(server)).toBe(POINTS)
  })
})

withPrivateServers('redis').describe('Redis', () => {
  test('has what it acknowledged after kill -9 and a restart', async () => {
    const server = await forThisTest(startRedis())
    const client = new Redis(server.url)
    client.on('error', () => undefined)
    onTestFinished(() => client.disconnect())
    for (let i = 0; i < POINTS; i++) await client.set(`k${i}`, i)
    await crash(server)
    expect(await client.dbsize()).toBe(POINTS)
  })
})

withPrivateServers('victoria-metrics').describe('VictoriaMetrics', () => {
  test('has its points after a restart in good order; kill -9 leaves a folder that it starts from', async () => {
    const server = await forThisTest(startVictoriaMetrics())
    // A point of years ago: it keeps a hundred.
    const time = Date.UTC(2020, 0, 1)
    const line = `worth{portfolio="main"} 12.5 ${time}`
    await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: line })
    await server.restart()
    const read = async () => {
      const answer = await fetch(`${server.url}/api/v1/export?match[]=worth`)
      return (await answer.text()).trim()
    }
    const kept = await read()
    expect(JSON.parse(kept)).toMatchObject({ values: [12.5], timestamps: [time] })
    await crash(server)
    expect(await read()).toBe(kept)
  })
})

/** Kills a server and starts it again: another process at the same place. */
async function crash(server: RunningServer): Promise<void> {
  const { url, port, folder, pid } = server
  await server.kill()
  expect(server.pid).toBeNull()
  await server.restart()
  expect(server).toMatchObject({ url, port, folder })
  expect(server.pid).not.toBe(pid)
}

async function writeLine({ url, org, bucket, token }: InfluxServer, line: string): Promise<void> {
  const response = await fetch(`${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=s`, {
    method: 'POST',
    headers: { Authorization: `Token ${token}` },
    body: line,
  })
  expect(response.status).toBe(204)
}

async function countPoints({ url, org, bucket, token }: InfluxServer): Promise<number> {
  const response = await fetch(`${url}/api/v2/query?org=${org}`, {
    method: 'POST',
    headers: {
      Authorization: `Token ${token}`,
      'Content-Type': 'application/vnd.flux',
      Accept: 'application/csv',
    },
    body: `from(bucket: "${bucket}") |> range(start: 0) |> count()`,
  })
  const [header, row] = (await response.text()).trim().split('\r\n')
  return Number(row?.split(',')[header?.split(',').indexOf('_value') ?? -1])
}
