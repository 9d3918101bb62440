import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Verdict, WorkQueue } from '#pipeline/queue/ports.ts'
import { add as addWork } from '#pipeline/queue/hand-out.ts'
import { entryOf, type PnlWork, type PriceWork, type Work } from '#pipeline/queue/work.ts'
import { optionalRedis } from '#storage/redis/client.ts'
import { RedisQueue } from '#storage/redis/queue.ts'
import { startWorkers } from '#storage/redis/workers.ts'
import { monthEnd, monthStart, type Month } from '#core/month.ts'
import type { AssetId, Quote } from '#core/asset.ts'
import { addHours } from '#core/hour.ts'
import { forThisTest, withPrivateServers } from '#tests/servers/in-tests.ts'
import { startRedis } from '#tests/servers/redis.ts'
import type { RunningServer } from '#tests/servers/running.ts'
import { until } from '#tests/servers/until.ts'

const servers = withPrivateServers('redis')
const TRIES = { count: 3, firstMs: 20 }

function prices(asset: string, month: string, part: Partial<PriceWork> = {}): PriceWork {
  const [from, to] = [monthStart(month as Month), monthEnd(month as Month)]
  const quote = 'usd' as Quote
  return { kind: 'prices', asset: asset as AssetId, quote, month: month as Month, from, to, ...part }
}
const pnl: PnlWork = { kind: 'pnl', owner: 'local', portfolio: 'main' }
const idOf = (work: Work): string => entryOf(work).id

/** A queue on a Redis of its own, and workers that answer by `handle`. */
async function begin() {
  const redis = await forThisTest(startRedis())
  const store = randomUUID()
  const queue: WorkQueue = await RedisQueue.open<Work>(redis.url, store, TRIES)
  onTestFinished(() => queue.close())
  const work = async (handle: (id: string, tries: number) => Promise<Verdict> | Verdict) => {
    const workers = await startWorkers({
      url: redis.url,
      store,
      concurrency: 2,
      lockMs: 1_000,
      handle: async ({ id, tries }) => handle(id, tries),
      onTrouble: () => undefined,
    })
    onTestFinished(() => workers.close())
    return workers
  }
  return { redis, queue, work, states: () => statesOf(queue) }
}
async function statesOf(queue: WorkQueue): Promise<Record<string, string>> {
  const entries = await queue.entries(['waiting', 'active', 'parked', 'done'], { limit: 50, offset: 0 })
  return Object.fromEntries(entries.map(({ id, state, tries }) => [id, `${state} ${tries}`]))
}
const soon = (yes: () => Promise<boolean>) => until(yes, { timeoutMs: 20_000 })

servers.describe('the work queue on Redis', () => {
  test('the same work is there once, whoever hands it out and how often; wider hours widen it', async () => {
    const { queue } = await begin()
    const february = prices('bitcoin', '2026-02', { from: addHours(monthStart('2026-02' as Month), 240) })
    const both = [february, prices('eip155:1/erc20:0xabc', '2026-02'), pnl]
    expect(await addWork(queue, both)).toEqual({ added: 3, present: 0, parked: 0 })
    expect(await addWork(queue, both)).toEqual({ added: 0, present: 3, parked: 0 })
    const all = await Promise.all(
      Array.from({ length: 5 }, () => addWork(queue, [prices('tron', '2026-02')])),
    )
    expect(all.length).toBe(5)
    expect(await addWork(queue, [prices('bitcoin', '2026-02')])).toEqual({ added: 0, present: 1, parked: 0 })
    const waiting = await queue.entries(['waiting'], { limit: 50, offset: 0 })
    expect(waiting.map(({ id }) => id).sort()).toEqual([...both, prices('tron', '2026-02')].map(idOf).sort())
    expect(waiting.find(({ id }) => id === idOf(february))?.data).toEqual(prices('bitcoin', '2026-02'))
    expect(await queue.counts()).toEqual({ waiting: 4, active: 0, parked: 0, done: 0 })
  })

  test('work that fails is tried again, later each time, and parked with its cause after the last try', async () => {
    const { queue, work } = await begin()
    await addWork(queue, [prices('bitcoin', '2026-02')])
    const at: number[] = []
    await work((_id, tries) => {
      at.push(performance.now())
      return { type: 'failed', cause: `try ${tries + 1} failed`, final: false }
    })
    expect(await soon(async () => (await queue.counts()).parked === 1)).toBe(true)
    const [parked] = await queue.entries(['parked'], { limit: 5, offset: 0 })
    expect(parked).toMatchObject({ tries: 3, cause: 'try 3 failed', state: 'parked' })
    expect(at).toHaveLength(3)
    // Handed out again it stays parked; tried again by hand it has all its tries.
    expect(await addWork(queue, [prices('bitcoin', '2026-02')])).toEqual({ added: 0, present: 0, parked: 1 })
    expect(await queue.retry([idOf(pnl)])).toBe(0)
    expect(await queue.retry([idOf(prices('bitcoin', '2026-02'))])).toBe(1)
    expect(await soon(async () => at.length === 6 && (await queue.counts()).parked === 1)).toBe(true)
  })

  test('what cannot succeed by being tried again is parked at once', async () => {
    const { queue, work } = await begin()
    await addWork(queue, [pnl])
    await work(() => ({ type: 'failed', cause: 'no such portfolio', final: true }))
    expect(await soon(async () => (await queue.counts()).parked === 1)).toBe(true)
    expect(await queue.entries(['parked'], { limit: 5, offset: 0 })).toMatchObject([
      { tries: 1, cause: 'no such portfolio' },
    ])
  })

  test('work that is put off or given back has lost no try; work that is done can be done again', async () => {
    const { queue, work, states } = await begin()
    const bitcoin = prices('bitcoin', '2026-02')
    await addWork(queue, [bitcoin, pnl])
    let turns = 0
    await work((id) => {
      if (id !== idOf(bitcoin)) return { type: 'done' }
      turns++
      if (turns <= 4) return { type: 'later', ms: 5 }
      return turns <= 8 ? { type: 'back' } : { type: 'done' }
    })
    const done = { [idOf(bitcoin)]: 'done 0', [idOf(pnl)]: 'done 0' }
    await soon(async () => (await queue.counts()).done === 2)
    expect(await states()).toEqual(done)
    expect(turns).toBe(9)
    expect(await addWork(queue, [bitcoin])).toEqual({ added: 1, present: 0, parked: 0 })
    expect(await soon(() => Promise.resolve(turns === 10))).toBe(true)
    expect(await queue.counts()).toMatchObject({ parked: 0 })
  })

  test('says that something is still to be fetched, whatever waits to be computed', async () => {
    const { queue } = await begin()
    expect(await queue.fetching()).toBe(false)
    await addWork(queue, [pnl])
    expect(await queue.fetching()).toBe(false)
    await addWork(queue, [prices('bitcoin', '2026-02')])
    expect(await queue.fetching()).toBe(true)
  })

  test('work of one store is not seen by another', async () => {
    const { redis, queue } = await begin()
    await addWork(queue, [pnl])
    const other = await RedisQueue.open<Work>(redis.url, randomUUID())
    onTestFinished(() => other.close())
    expect(await other.counts()).toEqual({ waiting: 0, active: 0, parked: 0, done: 0 })
  })
})

servers.describe('a Redis in trouble', () => {
  const failure = (promise: Promise<unknown>) => promise.then(() => null).catch((error: unknown) => error)
  const set = async ({ url }: RunningServer, name: string, value: string) => {
    const client = await optionalRedis(url)
    await client.config('SET', name, value)
    client.disconnect()
  }

  test('F26: full: handing out fails with what to do, and goes on where it stopped once there is room', async () => {
    const { redis, queue } = await begin()
    await set(redis, 'maxmemory', '1')
    expect(await failure(addWork(queue, [pnl]))).toMatchObject({ code: 'STORE_FULL', exitCode: 6 })
    await set(redis, 'maxmemory', '0')
    expect(await addWork(queue, [pnl])).toEqual({ added: 1, present: 0, parked: 0 })
  })

  test('F26: dead, or there without an answer: an error within its time, and no address in it but the host', async () => {
    const { redis, queue } = await begin()
    redis.pause()
    expect(await failure(RedisQueue.open(redis.url, 'x'))).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await failure(queue.counts())).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    redis.resume()
    await redis.kill()
    const url = redis.url.replace('redis://', 'redis://someone:s3cret-word@')
    const error = await failure(RedisQueue.open(url, 'x'))
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', exitCode: 6 })
    expect(String(error)).toContain(`127.0.0.1:${redis.port}`)
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cret')
  })

  test('a user or password that is refused is exit 4', async () => {
    const { redis } = await begin()
    await set(redis, 'requirepass', 'right-word')
    expect(await failure(RedisQueue.open(redis.url, 'x'))).toMatchObject({ code: 'CREDENTIAL_REFUSED' })
    const wrong = redis.url.replace('redis://', 'redis://:wrong-word@')
    expect(await failure(RedisQueue.open(wrong, 'x'))).toMatchObject({
      code: 'CREDENTIAL_REFUSED',
      exitCode: 4,
    })
    const right = redis.url.replace('redis://', 'redis://:right-word@')
    await (await RedisQueue.open(right, 'x')).close()
  })

  test('F26: killed and started again while work is under way: nothing is lost, and nothing is tried twice', async () => {
    const { redis, queue, work, states } = await begin()
    const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06']
    await addWork(
      queue,
      months.map((month) => prices('bitcoin', month)),
    )
    let done = 0
    await work(async () => {
      await setTimeout(300)
      done++
      return { type: 'done' }
    })
    await soon(() => Promise.resolve(done >= 1))
    await redis.kill()
    await setTimeout(500)
    await redis.restart()
    expect(await soon(async () => (await queue.counts()).done === months.length)).toBe(true)
    expect(Object.values(await states())).toEqual(months.map(() => 'done 0'))
  })
})
