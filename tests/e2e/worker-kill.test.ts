/**
 * Three workers of the built program on one store, one of them killed at random again and again: what comes out in the
 * end is what one process that nobody disturbs leaves.
 */
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Hour } from '#core/hour.ts'
import type { Store } from '#pipeline/ports.ts'
import type { WorkQueue } from '#pipeline/queue/ports.ts'
import { openStore, type StoreOptions } from '#storage/open.ts'
import { build } from '#tests/scripts/support.ts'
import { startFerretDb } from '#tests/servers/ferretdb.ts'
import { forThisTest, withPrivateServers } from '#tests/servers/in-tests.ts'
import { startRedis } from '#tests/servers/redis.ts'
import { until } from '#tests/servers/until.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { program } from '#tests/support/program.ts'
import { below, seeded, testSeed, type Random } from '#tests/support/random.ts'
import { nowAfter, rangeFlags, steadyMarket, type Span } from '#tests/support/steady.ts'
import { fileIn, portfolioHome, queueOf, startWorker, type WorkerProcess } from '#tests/support/workers.ts'

const KILLS = Number(process.env['WORKER_KILLS'] ?? 5)
/** A server's round trips take their time: fewer are enough to see that nothing rests on the file. */
const FEWER = Math.ceil(KILLS / 2)
const WORKERS = 3
const SLOWEST_MS = 600
const LONGEST_LIFE_MS = 1_500
const LONG: Span = { from: Date.UTC(2023, 0, 10) as Hour, days: 420 }
const SHORT: Span = { from: Date.UTC(2024, 1, 10) as Hour, days: 150 }

type Env = Readonly<Record<string, string>>
/** An empty store that is nobody else's, for a home. */
type Place = { readonly env: Env; readonly options: StoreOptions }
type Chaos = {
  readonly seed: number
  readonly span: Span
  readonly kills: number
  readonly placeOf: (home: string, round: number) => Place
}

beforeAll(build)

withPrivateServers('redis').describe('three workers on one file', () => {
  test(
    `F1: one of them killed ${KILLS} times at random: the work ends as that of one undisturbed process`,
    { timeout: 120_000 + KILLS * 12_000 },
    async () => {
      const placeOf = (home: string): Place => ({ env: {}, options: fileIn(home) })
      await survive({ seed: testSeed(20260401), span: LONG, kills: KILLS, placeOf })
    },
  )
})

withPrivateServers('redis', 'ferretdb').describe('three workers on MongoDB', () => {
  test(
    `F1: one of them killed ${FEWER} times at random: the work ends as that of one undisturbed process`,
    { timeout: 180_000 + FEWER * 20_000 },
    async () => {
      const server = await forThisTest(startFerretDb())
      const placeOf = (_home: string, round: number): Place => {
        const mongodbUri = `${server.url.replace(/\/$/, '')}/workers-${round}`
        return {
          env: { STORAGE: 'mongodb', MONGODB_URI: mongodbUri },
          options: { kind: 'mongodb', mongodbUri, create: true },
        }
      }
      await survive({ seed: testSeed(20260403), span: SHORT, kills: FEWER, placeOf })
    },
  )
})

/** Backfills by killed workers, one after the other until there were enough kills, and expects each to end well. */
async function survive({ seed, span, kills, placeOf }: Chaos): Promise<void> {
  const random = seeded(seed)
  const redis = await forThisTest(startRedis())
  const intercept = async () => {
    await setTimeout(random() * SLOWEST_MS)
    return false
  }
  await withGecko({ market: steadyMarket(seed, span), now: nowAfter(span), intercept }, async (gecko) => {
    const env = { ...gecko.env, TIDEMARK_PORTFOLIO: 'portfolio.yaml' }
    const expected = await undisturbed(seed, span, env)
    const sum = { killed: 0, stalls: 0, pieces: 0 }
    for (let round = 0; sum.killed < kills; round++) {
      const cwd = portfolioHome(seed, span)
      const place = placeOf(cwd, round)
      const context = `seed ${seed}, round ${round}`
      const all = { ...env, ...place.env, REDIS_URL: redis.url }
      const handed = await program(['backfill', '--queue', ...rangeFlags(span)], { cwd, env: all })
      expect(handed.code, `${context}\n${handed.stderr}`).toBe(0)
      const { queue, begun } = await queueOf(redis.url, place.options)
      const start = () => startWorker(['--lock', '1', '--concurrency', '2'], { cwd, env: all })
      sum.killed += await killWhile(queue, start, kills - sum.killed, random, context)
      expect(await queue.counts(), context).toMatchObject({ waiting: 0, active: 0, parked: 0 })
      const entries = await begun()
      // A stall is no try: each entry was tried once, with success, however often it was begun.
      expect(
        entries.map(({ tries }) => tries),
        context,
      ).toEqual(entries.map(() => 1))
      sum.stalls += entries.reduce((stalls, entry) => stalls + entry.stalls, 0)
      sum.pieces += entries.length
      expect(await hashOf(place.options), context).toBe(expected)
    }
    console.log(
      `${sum.killed} kills: ${sum.stalls} times work was lost and taken over, of ${sum.pieces} pieces`,
    )
    expect(sum.stalls).toBeGreaterThan(0)
  })
}

/** Lets workers work until nothing is left, kills one of them at random moments and starts another in its place. */
async function killWhile(
  queue: WorkQueue,
  start: () => WorkerProcess,
  most: number,
  random: Random,
  context: string,
): Promise<number> {
  const workers = Array.from({ length: WORKERS }, start)
  const left = async () => {
    const { waiting, active } = await queue.counts()
    return waiting + active
  }
  const allAtWork = async () => (await queue.counts()).active >= WORKERS
  let killed = 0
  while ((await left()) > 0) {
    await setTimeout(killed < most ? 300 + random() * LONGEST_LIFE_MS : 250)
    // Half of them at any moment of their life, half while there is work in every hand.
    if (killed % 2 === 0)
      await until(async () => (await allAtWork()) || (await left()) === 0, { timeoutMs: 3_000 })
    if (killed >= most || (await left()) === 0) continue
    const victim = below(random, WORKERS)
    const { child, ended } = workers[victim] as WorkerProcess
    child.kill('SIGKILL')
    expect(await ended, context).toMatchObject({ signal: 'SIGKILL' })
    killed++
    workers[victim] = start()
  }
  for (const { child } of workers) child.kill('SIGTERM')
  for (const { ended, stderr } of workers) expect((await ended).code, stderr()).toBe(143)
  return killed
}

/** What one process leaves in a file: a backfill, and the PnL computed from it. */
async function undisturbed(seed: number, span: Span, env: Env): Promise<string> {
  const cwd = portfolioHome(seed, span)
  for (const args of [
    ['backfill', ...rangeFlags(span)],
    ['pnl', '--json'],
  ]) {
    const end = await program(args, { cwd, env })
    // Exit 3: a hole in the market is longer than a price is carried.
    expect([0, 3], end.stderr).toContain(end.code)
  }
  return hashOf(fileIn(cwd))
}

async function hashOf(options: StoreOptions): Promise<string> {
  const store: Store = await openStore(options)
  onTestFinished(() => store.close())
  expect((await store.verify()).damage).toEqual([])
  return store.canonicalHash()
}
