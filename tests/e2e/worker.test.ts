import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import type { Hour } from '#core/hour.ts'
import { optionalRedis } from '#storage/redis/client.ts'
import { build } from '#tests/scripts/support.ts'
import { forThisTest, withPrivateServers } from '#tests/servers/in-tests.ts'
import { startRedis } from '#tests/servers/redis.ts'
import { until } from '#tests/servers/until.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { withGecko, type Gecko } from '#tests/support/gecko.ts'
import { program, withStore } from '#tests/support/program.ts'
import { nowAfter, rangeFlags, steadyMarket, type Span } from '#tests/support/steady.ts'
import { fileIn, portfolioHome, queueOf, startWorker } from '#tests/support/workers.ts'

const SEED = 20260402
const SPAN: Span = { from: Date.UTC(2024, 1, 10) as Hour, days: 60 }
const BACKFILL = ['backfill', ...rangeFlags(SPAN)]

const servers = withPrivateServers('redis')
beforeAll(build)

type Answer = NonNullable<Parameters<typeof withGecko>[0]['intercept']>

/** A Redis, a provider that answers as `intercept` has it, and homes with the same portfolio. */
async function inWorld(
  work: (world: {
    gecko: Gecko
    redis: Awaited<ReturnType<typeof startRedis>>
    env: Readonly<Record<string, string>>
    home: () => string
  }) => Promise<void>,
  intercept: Answer = () => false,
): Promise<void> {
  const redis = await forThisTest(startRedis())
  await withGecko({ market: steadyMarket(SEED, SPAN), now: nowAfter(SPAN), intercept }, async (gecko) => {
    const env = { ...gecko.env, REDIS_URL: redis.url, TIDEMARK_PORTFOLIO: 'portfolio.yaml' }
    await work({ gecko, redis, env, home: () => portfolioHome(SEED, SPAN) })
  })
}
const documentOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Record<string, unknown>
const slowly: Answer = async () => {
  await setTimeout(300)
  return false
}
const hashOf = (cwd: string) => withStore(cwd, (store) => store.canonicalHash())

servers.describe('tidemark worker', () => {
  test('does what backfill --queue handed out, and leaves what backfill leaves; its calls share one limit', async () => {
    await inWorld(async ({ gecko, redis, env, home }) => {
      const [alone, shared] = [home(), home()]
      const { REDIS_URL: _, ...bare } = env
      expect((await program(BACKFILL, { cwd: alone, env: bare })).code).toBe(3)
      expect((await program(['pnl', '--json'], { cwd: alone, env })).code).toBe(0)
      const before = gecko.calls().length
      const dry = await program([...BACKFILL, '--queue', '--dry-run'], { cwd: shared, env })
      expect([dry.code, gecko.calls().length - before]).toEqual([0, 0])
      const first = await program([...BACKFILL, '--queue', '--json'], { cwd: shared, env })
      expect(documentOf(first)).toMatchObject({ added: 19, present: 0, parked: 0, prices: 18, portfolios: 1 })
      const again = await program([...BACKFILL, '--queue', '--json'], { cwd: shared, env })
      expect(documentOf(again)).toMatchObject({ added: 0, present: 19, parked: 0, exitCode: 0 })
      const worker = await program(['worker', '--until-empty', '--json'], { cwd: shared, env })
      expect([worker.code, documentOf(worker)]).toMatchObject([0, { done: 19, failed: 0, givenBack: 0 }])
      expect(await hashOf(shared)).toBe(await hashOf(alone))
      const client = await optionalRedis(redis.url)
      expect(await client.keys('tidemark:limit:coingecko:*')).toHaveLength(1)
      client.disconnect()
    })
  })

  test('F6: SIGTERM in the middle ends it with 143 in time, gives its work back, and another one goes on', async () => {
    // The provider answers too late for calls in flight to end in time.
    let hurry = false
    const lame: Answer = async () => {
      if (!hurry) await setTimeout(6_000)
      return false
    }
    await inWorld(async ({ gecko, redis, env, home }) => {
      const cwd = home()
      hurry = true
      expect((await program([...BACKFILL, '--queue'], { cwd, env })).code).toBe(0)
      hurry = false
      const before = gecko.calls().length
      const worker = startWorker(['--concurrency', '3'], { cwd, env })
      await until(() => gecko.calls().length > before + 2, { timeoutMs: 20_000 })
      const signalled = performance.now()
      worker.child.kill('SIGTERM')
      expect((await worker.ended).code, worker.stderr()).toBe(143)
      expect(performance.now() - signalled).toBeLessThan(10_500)
      hurry = true
      const { queue, begun } = await queueOf(redis.url, fileIn(cwd))
      expect(await queue.counts()).toMatchObject({ active: 0, parked: 0 })
      expect((await queue.counts()).waiting).toBe(19)
      expect((await program(['worker', '--until-empty'], { cwd, env })).code).toBe(0)
      for (const { tries, stalls } of await begun()) expect([tries, stalls]).toEqual([1, 0])
      expect((await queue.counts()).done).toBe(19)
    }, lame)
  })

  test('a coin that the provider does not know is parked with its cause, and tried again by hand', async () => {
    let known = false
    const intercept: Answer = ({ path }, _request, response) => {
      if (known || !path.includes('/coins/cardano/')) return false
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"coin not found"}')
      return true
    }
    await inWorld(async ({ env, home }) => {
      const cwd = home()
      const run = (args: string[]) => program(args, { cwd, env })
      await run([...BACKFILL, '--queue'])
      expect((await run(['worker', '--until-empty'])).code).toBe(0)
      const parked = documentOf(await run(['jobs', '--state', 'parked', '--json']))
      expect(parked).toMatchObject({ counts: { waiting: 0, active: 0, parked: 3, done: 16 } })
      const [job] = parked['jobs'] as { id: string; cause: string; tries: number; work: string }[]
      expect(job).toMatchObject({ tries: 1, work: expect.stringContaining('cardano/usd 2024-0') as string })
      expect(job?.cause).toContain('coin not found')
      const table = await run(['jobs', '--state', 'parked'])
      expect(table.stdout).toContain(job?.id)
      known = true
      expect((await run(['jobs', 'retry', 'prices|nothing|usd|2024-02'])).code).toBe(2)
      expect((await run(['jobs', 'retry'])).code).toBe(2)
      expect(documentOf(await run(['jobs', 'retry', job?.id ?? '', '--json']))).toMatchObject({ retried: 1 })
      expect(documentOf(await run(['jobs', 'retry', '--all', '--json']))).toMatchObject({ retried: 2 })
      expect((await run(['worker', '--until-empty'])).code).toBe(0)
      expect(documentOf(await run(['jobs', '--json']))).toMatchObject({
        counts: { waiting: 0, active: 0, parked: 0, done: 19 },
      })
    }, intercept)
  })

  test('a key that is refused ends it with 4, and all work waits for one that is taken', async () => {
    await inWorld(async ({ env, home }) => {
      const cwd = home()
      await program([...BACKFILL, '--queue'], { cwd, env })
      const wrong = { ...env, COINGECKO_API_KEY: 'CG-wrong-key' }
      const refused = await program(['worker', '--json'], { cwd, env: wrong })
      expect([refused.code, documentOf(refused)]).toMatchObject([
        4,
        { error: { code: 'CREDENTIAL_REFUSED' } },
      ])
      expect(refused.stdout + refused.stderr).not.toContain('CG-wrong-key')
      expect(documentOf(await program(['jobs', '--json'], { cwd, env }))).toMatchObject({
        counts: { waiting: 19, active: 0, parked: 0, done: 0 },
      })
      expect((await program(['worker', '--until-empty'], { cwd, env })).code).toBe(0)
    })
  })

  test('F26: Redis killed and started again in mid-run: the worker says so, goes on, and nothing is lost', async () => {
    await inWorld(async ({ gecko, redis, env, home }) => {
      const cwd = home()
      await program([...BACKFILL, '--queue'], { cwd, env })
      const before = gecko.calls().length
      const worker = startWorker(['--until-empty', '--lock', '2'], { cwd, env })
      await until(() => gecko.calls().length > before + 2, { timeoutMs: 20_000 })
      await redis.kill()
      await setTimeout(1_000)
      await redis.restart()
      expect((await worker.ended).code, worker.stderr()).toBe(0)
      expect(worker.stderr().match(/Redis does not answer: this worker waits/g)).toHaveLength(1)
      const { queue } = await queueOf(redis.url, fileIn(cwd))
      expect(await queue.counts()).toMatchObject({ waiting: 0, active: 0, parked: 0, done: 19 })
    }, slowly)
  })

  test("the month's credits hold over all workers, and what they do not suffice for waits", async () => {
    await inWorld(async ({ gecko, redis, env, home }) => {
      const cwd = home()
      const frugal = { ...env, COINGECKO_MONTH_CREDITS: '9' }
      await program([...BACKFILL, '--queue'], { cwd, env: frugal })
      const workers = [1, 2].map(() => startWorker(['--concurrency', '1'], { cwd, env: frugal }))
      const { queue } = await queueOf(redis.url, fileIn(cwd))
      const idle = async () => {
        const before = gecko.calls().length
        await setTimeout(1_500)
        return before > 5 && gecko.calls().length === before && (await queue.counts()).active === 0
      }
      expect(await until(idle, { timeoutMs: 30_000 })).toBe(true)
      for (const { child } of workers) child.kill('SIGTERM')
      for (const { ended } of workers) expect((await ended).code).toBe(143)
      // Each worker may have sent one when the last credit was counted.
      expect(gecko.calls().length).toBeGreaterThanOrEqual(9)
      expect(gecko.calls().length).toBeLessThanOrEqual(9 + 1)
      expect(await queue.counts()).toMatchObject({ active: 0, parked: 0 })
      const waiting = await queue.entries(['waiting'], { limit: 50, offset: 0 })
      expect(waiting.length).toBeGreaterThan(0)
      for (const { tries } of waiting) expect(tries).toBe(0)
      // Slowly, so that both are at work when the credits run out.
    }, slowly)
  })

  test('schedule --queue hands out what is due and computes nothing itself', async () => {
    await inWorld(async ({ redis, env, home }) => {
      const cwd = home()
      const end = await program(['schedule', '--queue', '--cron', '0 0 1 1 *'], {
        cwd,
        env,
        kill: { afterMs: 5_000, signal: 'SIGTERM' },
      })
      expect([end.code, end.stderr]).toMatchObject([143, expect.stringContaining('Queued') as string])
      const { queue } = await queueOf(redis.url, fileIn(cwd))
      const work = await queue.entries(['waiting'], { limit: 100, offset: 0 })
      expect(work.map(({ id }) => id)).toContain('pnl|local|main')
      expect(work.filter(({ id }) => id.startsWith('prices|')).length).toBeGreaterThanOrEqual(6)
      const runs = await withStore(cwd, (store) => store.runs({ limit: 5, offset: 0 }))
      expect(runs).toMatchObject([{ command: 'schedule', outcome: 'complete' }])
    })
  })
})

servers.describe('what stands in the way of a worker', () => {
  test('no REDIS_URL is exit 5, with what to set; no Redis there is exit 6; no store is exit 10', async () => {
    const cwd = temporaryFolder()
    for (const args of [
      ['worker'],
      ['jobs'],
      ['jobs', 'retry', '--all'],
      ['backfill', '--queue'],
      ['schedule', '--queue'],
    ]) {
      const unset = await program([...args, '--json'], { cwd })
      expect([unset.code, documentOf(unset)], args.join(' ')).toMatchObject([
        5,
        { error: { code: 'CONFIG_INVALID' } },
      ])
      expect(unset.stdout).toContain('REDIS_URL')
    }
    const redis = await forThisTest(startRedis())
    const env = { REDIS_URL: redis.url }
    expect((await program(['worker'], { cwd, env })).code).toBe(10)
    await withStore(portfolioHomeAt(cwd), () => Promise.resolve())
    await redis.kill()
    for (const args of [['worker'], ['jobs']]) {
      const dead = await program([...args, '--json'], { cwd, env })
      expect([dead.code, documentOf(dead)], args.join(' ')).toMatchObject([
        6,
        { error: { code: 'STORE_UNAVAILABLE' } },
      ])
    }
  })

  test('doctor says what Redis is set to, and warns of one that would lose work or is not there', async () => {
    await inWorld(async ({ redis, env, home }) => {
      const cwd = home()
      const look = async () => {
        const { checks } = documentOf(await program(['doctor', '--json'], { cwd, env })) as {
          checks: { name: string; state: string; found: string }[]
        }
        return checks.find(({ name }) => name === 'Redis answers')
      }
      const found = (text: string) => expect.stringContaining(text) as string
      expect(await look()).toMatchObject({ state: 'ok', found: found('noeviction') })
      const client = await optionalRedis(redis.url)
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
      client.disconnect()
      expect(await look()).toMatchObject({ state: 'warn', found: found('allkeys-lru') })
      await redis.kill()
      expect(await look()).toMatchObject({ state: 'warn' })
    })
  })

  test('F26: REDIS_URL with nobody there: ingest goes on by itself and says so once', async () => {
    await inWorld(async ({ redis, env, home }) => {
      await redis.kill()
      const end = await program(BACKFILL, { cwd: home(), env })
      expect(end.code, end.stderr).toBe(3)
      expect(end.stderr.match(/Redis does not answer/g)).toHaveLength(1)
    })
  })
})

/** Makes the folder that a store is made in. */
function portfolioHomeAt(cwd: string): string {
  mkdirSync(join(cwd, 'data'), { recursive: true })
  return cwd
}
