import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { givenAddress } from './addresses.ts'
import type { Entry } from './cli/state.ts'
import { forThisTest, withPrivateServers } from './in-tests.ts'
import { answersPing, pings } from './pings.ts'
import { builtFolder, SERVER_NAMES } from './places.ts'
import { getsOk } from './probe.ts'
import { startRedis } from './redis.ts'

const ROOT = join(import.meta.dirname, '../..')

withPrivateServers(...SERVER_NAMES).describe('npm run servers', () => {
  /** A cache of the test's own, with the servers that are built already. */
  let cache: string
  beforeEach(() => {
    cache = temporaryFolder()
    for (const name of ['ferretdb', 'influxdb', 'toxiproxy'] as const)
      symlinkSync(builtFolder(name), join(cache, basename(builtFolder(name))))
  })
  afterEach(() => void servers('down'))

  function servers(...args: string[]): { stdout: string; stderr: string; status: number | null } {
    return spawnSync(process.execPath, ['--import', 'tsx', 'tests/servers/cli.ts', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, TIDEMARK_SERVERS_DIR: cache },
    })
  }
  const state = () => JSON.parse(readFileSync(join(cache, 'running.json'), 'utf8')) as Entry[]

  test('up prints an environment that reaches every server; down ends them and deletes their data', async () => {
    const { stdout, status } = servers('up')
    expect(status).toBe(0)
    const env = environmentOf(stdout)
    await reachable(env)
    expect(servers('status').stdout).toMatch(/redis 7\S*: runs at redis:\/\/127\.0\.0\.1:\d+, pid \d+/)

    const again = servers('up')
    expect(again.stdout).toBe(stdout)
    expect(again.stderr).toMatch(/running already: ferretdb, influxdb, redis, victoria-metrics, toxiproxy/)

    const homes = state().map(({ home }) => home)
    expect(homes.filter(existsSync)).toHaveLength(SERVER_NAMES.length)
    expect(servers('down').status).toBe(0)
    expect(homes.filter(existsSync)).toEqual([])
    expect(await pings(env['REDIS_URL'] ?? '')).toBe(false)
    expect(servers('status').stdout).toMatch(/redis 7\S*: stopped/)
  })

  test('down leaves servers of others alone, and a process that took the pid of one that has ended', async () => {
    const others = await forThisTest(startRedis())
    servers('up')
    const innocent = spawn('sleep', ['60'])
    onTestFinished(() => void innocent.kill('SIGKILL'))
    const redis = state().find(({ name }) => name === 'redis')
    // As if that server had ended, and its pid were in use again.
    process.kill(redis?.pid ?? 0, 'SIGKILL')
    const changed = state().map((entry) => (entry.name === 'redis' ? { ...entry, pid: innocent.pid } : entry))
    writeFileSync(join(cache, 'running.json'), JSON.stringify(changed))
    expect(servers('down').stderr).toMatch(/redis had ended already/)
    expect(innocent.exitCode ?? innocent.signalCode).toBeNull()
    expect(await answersPing(others.url)).toBe(true)
  })

  test('up starts what has died anew, and leaves the rest as it is', async () => {
    const before = environmentOf(servers('up').stdout)
    process.kill(state().find(({ name }) => name === 'redis')?.pid ?? 0, 'SIGKILL')
    const after = environmentOf(servers('up').stdout)
    expect(after['MONGODB_URI']).toBe(before['MONGODB_URI'])
    expect(await answersPing(after['REDIS_URL'] ?? '')).toBe(true)
  })

  test('an unknown word is a usage error', () => {
    const { status, stdout, stderr } = servers('start')
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/usage: .*build \| down \| status \| up/)
  })
})

/** What a shell makes of the printed lines. */
function environmentOf(exports: string): Record<string, string> {
  const shell = spawnSync('sh', ['-c', `${exports}\nenv`], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  })
  const pairs = shell.stdout.split('\n').map((line): [string, string] => {
    const at = line.indexOf('=')
    return [line.slice(0, at), line.slice(at + 1)]
  })
  return Object.fromEntries(pairs)
}

async function reachable(env: Record<string, string>): Promise<void> {
  const mongodb = await new MongoClient(env['MONGODB_URI'] ?? '').connect()
  expect(mongodb.db().databaseName).toBe('tidemark')
  await mongodb.close()
  const redis = new Redis(env['REDIS_URL'] ?? '')
  expect(await redis.ping()).toBe('PONG')
  redis.disconnect()
  const buckets = await fetch(
    `${env['INFLUX_URL']}/api/v2/buckets?name=${env['INFLUX_BUCKET']}&org=${env['INFLUX_ORG']}`,
    {
      headers: { Authorization: `Token ${env['INFLUX_TOKEN']}` },
    },
  )
  expect(buckets.status).toBe(200)
  expect(await getsOk(`${givenAddress('victoria-metrics', env)?.url}/health`)).toBe(true)
  expect(await getsOk(`${givenAddress('toxiproxy', env)?.url}/version`)).toBe(true)
}
