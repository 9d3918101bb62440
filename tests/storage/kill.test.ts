import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { inParallel, runChild, type ChildEnd } from '#tests/support/kill.ts'
import { seeded, testSeed } from '#tests/support/random.ts'
import { EDIT_STEPS } from './support/edit-steps.ts'
import { newFile, openFile } from './support/embedded.ts'
import { expectWhole, referenceHashes } from './support/reference.ts'

const CHILD = 'tests/storage/support/steps-child.ts'
const KILLS = Number(process.env['KILLS'] ?? 200)
const SEEDS_OF_POINTS = Number(process.env['SEEDS'] ?? 2)
/** The machine's cores; more would only make the kills fall later. */
const WIDTH = 2

const stepsDone = ({ lines }: ChildEnd): number => lines.filter((line) => line.startsWith('done ')).length

test(
  `F1: kill -9 at ${KILLS} random moments loses nothing that was reported and leaves nothing half-written`,
  { timeout: 60_000 + KILLS * 3000 },
  async () => {
    const seed = testSeed(20260101)
    const random = seeded(seed)
    const hashes = await referenceHashes(seed)
    const undisturbed = await runChild(CHILD, [newFile(), String(seed)])
    expect(undisturbed.stderr).toBe('')
    const most = undisturbed.workMs
    const kills = Array.from({ length: KILLS }, () => [random() * most, random() * most] as const)
    let interrupted = 0
    await inParallel(kills, WIDTH, async ([first, second]) => {
      const file = newFile()
      const killed = await runChild(CHILD, [file, String(seed)], { killAfterMs: first })
      if (killed.signal === 'SIGKILL') interrupted++
      const twice = second < most / 5
      // Some are killed again while they recover.
      if (twice) await runChild(CHILD, [file, String(seed)], { killAfterMs: second })
      await expectWhole(file, seed, twice ? null : stepsDone(killed), hashes)
      rmSync(dirname(file), { recursive: true })
    })
    // A test in which nobody dies proves nothing.
    expect(interrupted).toBeGreaterThan(KILLS / 3)
  },
)

test(
  'F2: kill -9 at every failpoint, before a write, before its commit and after it',
  { timeout: 60_000 + SEEDS_OF_POINTS * 60_000 },
  async () => {
    const firstSeed = testSeed(1)
    for (let seed = firstSeed; seed < firstSeed + SEEDS_OF_POINTS; seed++) {
      const random = seeded(seed)
      const hashes = await referenceHashes(seed)
      const { lines } = await runChild(CHILD, [newFile(), String(seed)])
      const points = lines.filter((line) => line.startsWith('point ')).map((line) => line.slice(6))
      expect(points.length).toBeGreaterThan(25)
      await inParallel(points, WIDTH, async (point) => {
        const [name, count] = point.split('@') as [string, string]
        const file = newFile()
        const nth = 1 + Math.floor(random() * Number(count))
        const killed = await runChild(CHILD, [file, String(seed), `${name}@${nth}`])
        expect(killed.signal, `${point} ${killed.stderr}`).toBe('SIGKILL')
        await expectWhole(file, seed, stepsDone(killed), hashes)
        expect(leftovers(file), point).toEqual([])
        rmSync(dirname(file), { recursive: true })
      })
    }
  },
)

test('F2: kill -9 at every failpoint of an edit by hand: it is there whole, or not at all', async () => {
  const hashes = await hashesOfEdits(newFile())
  expect(new Set(hashes).size).toBe(hashes.length)
  const { lines } = await runChild(CHILD, [newFile(), 'edits'])
  const points = lines
    .filter((line) => /^point (editFlows|restoreFlows|importFlows):/.test(line))
    .flatMap((line) => everyOne(line.slice(6)))
  expect(points.length).toBeGreaterThan(20)
  await inParallel(points, WIDTH, async (point) => {
    const file = newFile()
    const killed = await runChild(CHILD, [file, 'edits', point])
    expect(killed.signal, `${point} ${killed.stderr}`).toBe('SIGKILL')
    const done = stepsDone(killed)
    const store = await openFile(file)
    expect((await store.verify()).damage, point).toEqual([])
    const found = hashes.indexOf(await store.canonicalHash())
    // Before the commit nothing of the step is there, after it all of it.
    expect(found, point).toBe(point.includes(':committed') ? done + 1 : done)
    for (const step of EDIT_STEPS.slice(found)) await step(store)
    expect(await store.canonicalHash(), point).toBe(hashes.at(-1))
    await store.close()
    rmSync(dirname(file), { recursive: true })
  })
}, 120_000)

/** `name@3` as `name@1`, `name@2`, `name@3`. */
function everyOne(point: string): string[] {
  const [name, count] = point.split('@') as [string, string]
  return Array.from({ length: Number(count) }, (_, n) => `${name}@${n + 1}`)
}

/** Hashes of an undisturbed run: empty, then after each step. */
async function hashesOfEdits(file: string): Promise<string[]> {
  const store = await openFile(file)
  const hashes = [await store.canonicalHash()]
  for (const step of EDIT_STEPS) {
    await step(store)
    hashes.push(await store.canonicalHash())
  }
  await store.close()
  return hashes
}

/** Files beside a closed store that are none of its own. */
function leftovers(file: string): string[] {
  expect(existsSync(file)).toBe(true)
  return readdirSync(dirname(file)).filter((name) => !/^tidemark\.db(-seen)?$/.test(name))
}
