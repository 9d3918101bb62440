import { expect, test } from 'vitest'
import { withServers } from '#tests/servers/in-tests.ts'
import { runChild, type ChildEnd } from '#tests/support/kill.ts'
import { below, pick, seeded, testSeed, type Random } from '#tests/support/random.ts'
import { newFile, openFile } from '../support/embedded.ts'
import { seriesOfSteps } from '../support/series.ts'
import { newDatabase, openDatabase } from './database.ts'

const servers = withServers('mongodb')
const CHILD = 'tests/storage/mongodb/steps-child.ts'
const KILLS = Math.ceil(Number(process.env['KILLS'] ?? 100) / 20)
const STEPS = 40

const stepsDone = ({ lines }: ChildEnd): number => lines.filter((line) => line.startsWith('done ')).length

servers.describe('a process that dies while it writes to MongoDB', () => {
  test(
    `F1: kill -9 at ${KILLS} random moments loses nothing that was reported, and the next run completes`,
    { timeout: 120_000 + KILLS * 10_000 },
    async () => {
      const { mongodb } = await servers.addresses()
      const seed = testSeed(20260101)
      const random = seeded(seed)
      const hashes = await undisturbed(seed)
      const whole = await runChild(CHILD, [newDatabase(mongodb.uri), String(seed), String(STEPS)])
      expect(whole.stderr).toBe('')
      let interrupted = 0
      for (let kill = 0; kill < KILLS; kill++) {
        const uri = newDatabase(mongodb.uri)
        // Not up to its end: the machine may be less busy now than when it was measured.
        const killAfterMs = random() * whole.workMs * 0.6
        const killed = await runChild(CHILD, [uri, String(seed), String(STEPS)], { killAfterMs })
        if (killed.signal === 'SIGKILL') interrupted++
        await expectRecovered(uri, seed, stepsDone(killed), hashes)
      }
      // A test in which nobody dies proves nothing.
      expect(interrupted).toBeGreaterThan(0)
    },
  )

  test(
    'F2: kill -9 right after a command of each kind loses nothing either',
    { timeout: 240_000 + KILLS * 10_000 },
    async () => {
      const { mongodb } = await servers.addresses()
      const seed = testSeed(20260102)
      const random = seeded(seed)
      const hashes = await undisturbed(seed)
      const whole = await runChild(CHILD, [newDatabase(mongodb.uri), String(seed), String(STEPS)])
      const points = whole.lines.filter((line) => line.startsWith('point ')).map((line) => line.slice(6))
      expect(points.length).toBeGreaterThan(15)
      // The last of the chunks and of the flows always: between them and their heads lies what two places are for.
      const always = points.filter((point) => /^(chunks update|flows insert)/.test(point))
      const others = Array.from({ length: Math.max(2, KILLS - 2) }, () => nthOf(pick(random, points), random))
      for (const point of [...always, ...others]) {
        const uri = newDatabase(mongodb.uri)
        const killed = await runChild(CHILD, [uri, String(seed), String(STEPS), point])
        expect(killed.signal, `${point} ${killed.stderr}`).toBe('SIGKILL')
        await expectRecovered(uri, seed, stepsDone(killed), hashes)
      }
    },
  )
})

/** One of the commands of a kind, of which there are as many as the point says. */
function nthOf(point: string, random: Random): string {
  const [name, count] = point.split('@') as [string, string]
  return `${name}@${1 + below(random, Number(count))}`
}

/** Hashes of an undisturbed run on the embedded store: empty, then after each step. */
async function undisturbed(seed: number): Promise<string[]> {
  const store = await openFile(newFile())
  const hashes = [await store.canonicalHash()]
  for (const step of seriesOfSteps(seed, STEPS)) {
    await step(store)
    hashes.push(await store.canonicalHash())
  }
  return hashes
}

/** Steps of several documents without a transaction: a step that was cut off may leave some, and is then made again. */
const MADE_AGAIN = new Set([3, 6, 7, 8])

async function expectRecovered(uri: string, seed: number, done: number, hashes: readonly string[]) {
  const at = `seed ${seed}, killed after ${done} steps`
  const store = await openDatabase(uri, { guardMs: 2000 })
  expect((await store.verify()).damage, at).toEqual([])
  const steps = seriesOfSteps(seed, STEPS)
  const hash = await store.canonicalHash()
  if (!MADE_AGAIN.has(done % 10) && done < STEPS) expect(hashes.slice(done, done + 2), at).toContain(hash)
  // The step that was under way, again: what it left is no other content than it makes.
  await steps[done]?.(store)
  expect(await store.canonicalHash(), at).toBe(hashes[Math.min(done + 1, STEPS)])
  for (const step of steps) await step(store)
  expect(await store.canonicalHash(), at).toBe(hashes.at(-1))
  expect((await store.verify()).damage, at).toEqual([])
}
