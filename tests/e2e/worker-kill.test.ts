/**
 * Three workers of the built program on one store, one of them killed at random again and again: what comes out in the
 * end is what one process that nobody disturbs leaves.
 */
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import type { Hour } from '#core/hour.ts'
import { build } from '#tests/scripts/support.ts'
import { forThisTest, withPrivateServers } from '#tests/servers/in-tests.ts'
import { startRedis } from '#tests/servers/redis.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { program, withStore } from '#tests/support/program.ts'
import { below, seeded, testSeed } from '#tests/support/random.ts'
import { nowAfter, rangeFlags, steadyMarket, type Span } from '#tests/support/steady.ts'
import { portfolioHome, queueOf, startWorker, type WorkerProcess } from '#tests/support/workers.ts'

const KILLS = Number(process.env['WORKER_KILLS'] ?? 5)
const WORKERS = 3
const SLOWEST_MS = 600
const LONGEST_LIFE_MS = 1_500
const SPAN: Span = { from: Date.UTC(2023, 0, 10) as Hour, days: 420 }

const servers = withPrivateServers('redis')
beforeAll(build)

servers.describe('three workers', () => {
  test(
    `F1: one of them killed ${KILLS} times at random: the work ends as that of one undisturbed process`,
    { timeout: 120_000 + KILLS * 12_000 },
    async () => {
      const seed = testSeed(20260401)
      const random = seeded(seed)
      const redis = await forThisTest(startRedis())
      const intercept = async () => {
        await setTimeout(random() * SLOWEST_MS)
        return false
      }
      const market = steadyMarket(seed, SPAN)
      await withGecko({ market, now: nowAfter(SPAN), intercept }, async (gecko) => {
        const env = { ...gecko.env, REDIS_URL: redis.url, TIDEMARK_PORTFOLIO: 'portfolio.yaml' }
        const expected = await undisturbed(seed, env)
        let kills = 0
        let stalls = 0
        let starts = 0
        // One backfill does not last for fifty kills: when it has ended, another one begins.
        for (let round = 0; kills < KILLS; round++) {
          const cwd = portfolioHome(seed, SPAN)
          const context = `seed ${seed}, round ${round}`
          const handed = await program(['backfill', '--queue', ...rangeFlags(SPAN)], { cwd, env })
          expect(handed.code, `${context}\n${handed.stderr}`).toBe(0)
          const { queue, begun } = await queueOf(redis.url, cwd)
          const start = () => startWorker(['--lock', '1', '--concurrency', '2'], { cwd, env })
          const workers: WorkerProcess[] = Array.from({ length: WORKERS }, start)
          const left = async () => {
            const { waiting, active } = await queue.counts()
            return waiting + active
          }
          while ((await left()) > 0) {
            await setTimeout(kills < KILLS ? 300 + random() * LONGEST_LIFE_MS : 250)
            if (kills >= KILLS || (await left()) === 0) continue
            const victim = below(random, WORKERS)
            const { child, ended } = workers[victim] as WorkerProcess
            child.kill('SIGKILL')
            expect(await ended, context).toMatchObject({ signal: 'SIGKILL' })
            kills++
            workers[victim] = start()
          }
          expect(await queue.counts(), context).toMatchObject({ waiting: 0, active: 0, parked: 0 })
          for (const { child } of workers) child.kill('SIGTERM')
          for (const { ended, stderr } of workers) expect((await ended).code, stderr()).toBe(143)
          const entries = await begun()
          // A stall is no try: each entry was tried once, with success, however often it was begun.
          expect(
            entries.map(({ tries }) => tries),
            context,
          ).toEqual(entries.map(() => 1))
          stalls += entries.reduce((sum, entry) => sum + entry.stalls, 0)
          starts += entries.length
          expect(await hashOf(cwd), context).toBe(expected)
        }
        console.log(`${kills} kills, ${stalls} of ${starts} pieces of work lost and taken over`)
        expect(stalls).toBeGreaterThan(0)
      })
    },
  )
})

/** What one process leaves: a backfill, and the PnL computed from it. */
async function undisturbed(seed: number, env: Readonly<Record<string, string>>): Promise<string> {
  const cwd = portfolioHome(seed, SPAN)
  for (const args of [
    ['backfill', ...rangeFlags(SPAN)],
    ['pnl', '--json'],
  ]) {
    const end = await program(args, { cwd, env })
    // Exit 3: a hole in the market is longer than a price is carried.
    expect([0, 3], end.stderr).toContain(end.code)
  }
  return hashOf(cwd)
}

function hashOf(cwd: string): Promise<string> {
  return withStore(cwd, async (store) => {
    expect((await store.verify()).damage).toEqual([])
    return store.canonicalHash()
  })
}
