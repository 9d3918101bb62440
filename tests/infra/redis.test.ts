import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { GROUPS, prefixOf, RedisQueue } from '#storage/redis/queue.ts'
import { startWorkers } from '#storage/redis/workers.ts'
import { forThisTest, withPrivateServers } from '#tests/servers/in-tests.ts'
import { startRedis } from '#tests/servers/redis.ts'
import { INFRA } from './files.ts'

const { describe } = withPrivateServers('redis')

type Address = {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly password: string
}

/** A Redis with the settings and users of `compose.yaml`. */
async function redis(): Promise<{ ours: Address; health: Address }> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-redis-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  execFileSync('sh', [join(INFRA, 'make-secrets.sh'), folder])
  const users = join(folder, 'users.acl')
  writeFileSync(users, '')
  const args = ['--include', join(INFRA, 'redis/redis.conf'), '--aclfile', users]
  const { host, port } = await forThisTest(startRedis({ args }))
  // The file is read only now, since a server that lets nobody in looks to the tests as if it did not start.
  const anybody = client({ host, port })
  writeFileSync(users, readFileSync(join(folder, 'redis_users')))
  await anybody.call('ACL', 'LOAD')
  const password = readFileSync(join(folder, 'redis_password'), 'utf8').trim()
  return {
    ours: { host, port, username: 'tidemark', password },
    health: { host, port, username: 'health', password: 'none' },
  }
}

function client(address: Partial<Address>): Redis {
  const made = new Redis({
    ...address,
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
    retryStrategy: () => null,
  })
  made.on('error', () => undefined)
  onTestFinished(() => made.disconnect())
  return made
}

/** The lists whose lengths KEDA reads, without the prefix that an installation gives them. */
function watched(): string[] {
  const text = readFileSync(join(INFRA, 'kubernetes/components/keda/scaled-object.yaml'), 'utf8')
  const [scaled] = parseAllDocuments(text).map(
    (document) => document.toJS() as { spec: { triggers?: { metadata: { listName: string } }[] } },
  )
  return (scaled?.spec.triggers ?? []).map(({ metadata }) => metadata.listName.replace(/^PREFIX:/, ''))
}

describe('Redis as infra/ sets it up', () => {
  test('the user of Tidemark runs the queue, whose depth is where KEDA looks for it', async () => {
    const { ours } = await redis()
    const url = `redis://${ours.username}:${ours.password}@${ours.host}:${ours.port}/0`
    const store = '00000000-0000-0000-0000-000000000000'
    expect(watched()).toEqual(GROUPS.flatMap((group) => [`${group}:wait`, `${group}:active`]))
    const depths = () => Promise.all(watched().map((list) => client(ours).llen(`${prefixOf(store)}:${list}`)))

    const queue = await RedisQueue.open<{ work: number }>(url, store)
    onTestFinished(() => queue.close())
    const entries = [1, 2, 3].map((work) => ({ id: `work|${work}`, group: 'fetch' as const, data: { work } }))
    await queue.add([...entries, { id: 'pnl|1', group: 'compute', data: { work: 4 } }], () => null)
    expect(await depths()).toEqual([3, 0, 1, 0])

    let goOn: () => void = () => undefined
    const held = new Promise<void>((done) => (goOn = done))
    const trouble: Error[] = []
    const workers = await startWorkers({
      ...{ url, store, concurrency: 2, lockMs: 5000 },
      handle: async () => {
        await held
        return { type: 'done' }
      },
      onTrouble: (error) => void trouble.push(error),
    })
    onTestFinished(() => workers.close())
    await expect.poll(depths).toEqual([1, 2, 0, 1])
    goOn()
    await expect.poll(() => queue.counts()).toMatchObject({ waiting: 0, active: 0, done: 4 })
    expect(trouble).toEqual([])
  })

  test('it can neither empty nor change the server, and nobody else gets in', async () => {
    const { ours, health } = await redis()
    const one = client(ours)
    for (const [command, ...args] of [
      ['FLUSHALL'],
      ['CONFIG', 'GET', '*'],
      ['KEYS', '*'],
      ['SHUTDOWN'],
      ['ACL', 'LIST'],
    ])
      await expect(one.call(command as string, ...args), command).rejects.toThrow('NOPERM')
    await expect(client({ host: ours.host, port: ours.port }).ping()).rejects.toThrow('NOAUTH')
    await expect(client({ ...ours, password: 'other' }).ping()).rejects.toThrow()
    expect(await client(health).ping()).toBe('PONG')
    await expect(client(health).get('a')).rejects.toThrow('NOPERM')
  })

  test('it refuses writes when it is full, and keeps an append-only file', async () => {
    const { ours } = await redis()
    const info = await client(ours).info()
    expect(info).toContain('maxmemory_policy:noeviction')
    expect(info).toContain('maxmemory:209715200')
    expect(info).toContain('aof_enabled:1')
  })
})
