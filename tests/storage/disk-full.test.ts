import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { verifyStore } from '#storage/verify.ts'
import { runChild } from '#tests/support/kill.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { below, seeded, testSeed } from '#tests/support/random.ts'
import { newFile, openFile } from './support/embedded.ts'
import { mounted, skipBecause } from './support/mount.ts'
import { expectWhole, referenceHashes } from './support/reference.ts'
import { seriesOfSteps } from './support/series.ts'
import { runOf } from './support/values.ts'

const LIMITS = Number(process.env['LIMITS'] ?? 12)

test(
  `F24: a disk that is full at any of ${LIMITS} sizes ends with STORE_FULL, the store whole, and goes on with room`,
  { timeout: 60_000 + LIMITS * 5000 },
  async () => {
    const random = seeded(testSeed(24))
    const seed = 24
    const hashes = await referenceHashes(seed)
    for (let n = 0; n < LIMITS; n++) {
      const file = newFile()
      const fileLimitKb = 200 + below(random, 1800)
      const child = await runChild('tests/storage/support/full-child.ts', [file, String(seed)], {
        fileLimitKb,
      })
      const last = child.lines.at(-1) as string
      expect(last, `${fileLimitKb} KiB ${child.stderr}`).toMatch(/^\{"code":"STORE_FULL"/)
      const { message, fix } = JSON.parse(last) as { message: string; fix: string }
      expect(message).toContain(file)
      expect(message).toMatch(/\d MB free/)
      expect(fix).toMatch(/\d MB/)
      const done = child.lines.filter((line) => line.startsWith('done ')).length
      await expectWhole(file, seed, done, hashes)
    }
  },
)

test('F24: a full file system, then room again', async (context) => {
  const folder = mounted(join(temporaryFolder(), 'small'), ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs'])
  if (folder === null) return skipBecause(context, 'mounting a small file system needs root')
  const file = join(folder, 'tidemark.db')
  const store = await openFile(file)
  const steps = seriesOfSteps(24, 400)
  let hash = await store.canonicalHash()
  let stopped: unknown = null
  for (const step of steps) {
    try {
      await step(store)
    } catch (error) {
      stopped = error
      break
    }
    hash = await store.canonicalHash()
  }
  expect(stopped).toBeInstanceOf(TidemarkError)
  expect(stopped).toMatchObject({ code: 'STORE_FULL', exitCode: 6 })
  expect(String(stopped)).toContain(file)
  expect(await store.canonicalHash()).toBe(hash)
  expect((await verifyStore(file)).damage).toEqual([])
  // Room is made from outside, and the same connection goes on.
  await expect(store.backup(join(folder, 'copy.db'))).rejects.toMatchObject({ code: 'STORE_FULL' })
  execFileSync('mount', ['-o', 'remount,size=40m', folder])
  await store.writePrices([{ run: runOf([1, 2, 3]), suspects: [], gaps: [] }])
  expect((await verifyStore(file)).damage).toEqual([])
})
