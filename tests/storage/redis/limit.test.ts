import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { optionalRedis } from '#storage/redis/client.ts'
import { SharedRedisLimit } from '#storage/redis/limit.ts'
import { peakPerMinute } from '#scripts/simulator/rate.ts'
import { forThisTest, withPrivateServers } from '#tests/servers/in-tests.ts'
import { startRedis } from '#tests/servers/redis.ts'
import type { RunningServer } from '#tests/servers/running.ts'
import { until } from '#tests/servers/until.ts'
import { runChild } from '#tests/support/kill.ts'
import { misbehaving } from '#tests/support/provider-server.ts'

const RATE = 600
/** A sliding minute can only be counted when there is more than one. */
const SECONDS = process.env['LONG'] === undefined ? 9 : 75
const PROCESSES = 3
/** How much earlier or later than they were meant to calls may arrive on a busy machine, in stretches of 5 seconds. */
const JITTER_MS = 1_500

const servers = withPrivateServers('redis')

/** Three processes call one provider for the same while; what arrived when, and what they said. */
async function callTogether(redis: RunningServer, meanwhile: () => Promise<void>) {
  const ready: (() => void)[] = []
  const provider = await misbehaving((call) => (request, response) => {
    const answer = () => void response.writeHead(200).end('{}')
    if (request.url !== '/ready') return void delayed(answer, 20 + (call % 5) * 40)
    if (ready.push(answer) === PROCESSES) for (const begin of ready) begin()
  })
  const args = [provider.url, redis.url, String(RATE), String(SECONDS)]
  const children = Array.from({ length: PROCESSES }, () =>
    runChild('tests/storage/redis/caller-child.ts', args),
  )
  await until(() => ready.length === PROCESSES, { timeoutMs: 30_000 })
  const [ends] = await Promise.all([Promise.all(children), meanwhile()])
  await provider.close()
  for (const { lines, stderr } of ends) expect([lines.at(-1), stderr]).toEqual(['done', ''])
  return {
    times: provider.arrivals.filter(({ url }) => url !== '/ready').map(({ at }) => at),
    said: ends.flatMap(({ lines }) => lines.filter((line) => line.startsWith('lost'))),
  }
}
const delayed = globalThis.setTimeout

/** No stretch of time has more calls than the rate gives it, whatever its length. */
function expectRateKept(times: readonly number[], extra = 0): void {
  expect(peakPerMinute(times)).toBeLessThanOrEqual(RATE)
  for (const [first, from] of times.entries()) {
    const last = times.findIndex((at) => at >= from + 5_000)
    const count = (last < 0 ? times.length : last) - first
    expect(count).toBeLessThanOrEqual(1 + extra + ((5_000 + JITTER_MS) * RATE) / 60_000)
  }
}
const perSecond = (times: readonly number[]): number =>
  (times.length - 1) / (((times.at(-1) as number) - (times[0] as number)) / 1000)

servers.describe('the calls a minute of one key', () => {
  test(`hold over ${PROCESSES} processes, and are used`, { timeout: 180_000 }, async () => {
    const redis = await forThisTest(startRedis())
    const { times, said } = await callTogether(redis, () => Promise.resolve())
    expect(said).toEqual([])
    expectRateKept(times)
    expect(perSecond(times)).toBeGreaterThan((RATE / 60) * 0.6)
  })

  test.each(['killed', 'hangs', 'full'] as const)(
    'F26: hold without Redis too, which is %s in mid-run: each process keeps to its part and says so once',
    { timeout: 180_000 },
    async (fault) => {
      const redis = await forThisTest(startRedis())
      const { times, said } = await callTogether(redis, async () => {
        await setTimeout(3_000)
        if (fault === 'killed') await redis.kill()
        else if (fault === 'hangs') redis.pause()
        else await fill(redis)
      })
      expect(said).toHaveLength(PROCESSES)
      for (const line of said) expect(line).toMatch(new RegExp(`^lost .+ ${PROCESSES}$`))
      if (fault === 'full') expect(said[0]).toContain('OOM')
      // Those that wait for a place that Redis gave them go beside the first that take one by themselves.
      expectRateKept(times, 2 * PROCESSES)
      // They went on to the end, slower at worst.
      expect(perSecond(times)).toBeGreaterThan((RATE / 60) * 0.6)
    },
  )
})

/** No memory left: what would grow is refused, as with `noeviction` on a small server. */
async function fill(redis: RunningServer): Promise<void> {
  const client = await optionalRedis(redis.url)
  await client.config('SET', 'maxmemory', '1')
  client.disconnect()
}

servers.describe('a clock of Redis that is set', () => {
  const HOUR = 3_600_000
  const open = async () => {
    const server = await forThisTest(startRedis())
    const redis = await optionalRedis(server.url)
    const lost: string[] = []
    const limit = new SharedRedisLimit({ redis, name: 'one', perMinute: 60, onLost: (why) => lost.push(why) })
    /** What the state looks like when the server's clock has moved by so much since. */
    const clockMoved = async (ms: number) => {
      const [free, seen] = await redis.hmget('tidemark:limit:one', 'free', 'seen')
      await redis.hset('tidemark:limit:one', {
        free: String(Number(free) - ms),
        seen: String(Number(seen) - ms),
      })
    }
    return { redis, limit, clockMoved, lost }
  }

  test.each([
    ['an hour back', -HOUR],
    ['an hour forward', HOUR],
  ])('%s: nobody waits for an hour, and places stay one spacing apart', async (_name, ms) => {
    const { redis, limit, clockMoved, lost } = await open()
    for (let call = 0; call < 3; call++) await limit.reserve()
    await clockMoved(ms)
    const delays: number[] = []
    for (let call = 0; call < 4; call++) delays.push(await limit.reserve())
    redis.disconnect()
    expect(delays[0]).toBeLessThanOrEqual(3 * 1_010)
    for (const [at, delay] of delays.entries())
      if (at > 0) expect(Math.abs(delay - (delays[at - 1] as number) - 1_010)).toBeLessThan(100)
    expect(lost).toEqual([])
  })
})
