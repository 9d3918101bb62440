import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { loadSqlite } from '#storage/embedded/connect.ts'
import { verifyFile } from '#storage/embedded/care/verify.ts'
import { MIGRATIONS } from '#storage/embedded/migrations/list.ts'
import { openStore } from '#storage/open.ts'
import { restoreStore } from '#storage/restore.ts'
import { verifyStore } from '#storage/verify.ts'
import { runChild } from '#tests/support/kill.ts'
import { seeded, testSeed } from '#tests/support/random.ts'
import { newFile, openFile } from './support/embedded.ts'
import { fill } from './support/filled.ts'
import { TWO_VERSIONS } from './support/version2.ts'

const Sqlite = await loadSqlite()

const CHILD = 'tests/storage/support/migrate-child.ts'
const MOMENTS = Number(process.env['MOMENTS'] ?? 12)

async function versionOne() {
  const file = newFile()
  const store = await openStore({ kind: 'embedded', file, create: true })
  await fill(store)
  const hash = await store.canonicalHash()
  await store.close()
  return { file, hash }
}

/** The version of a file's schema, looked at from outside; what verifies must be just that version. */
async function soundVersion(file: string): Promise<number> {
  const sqlite = new Sqlite(file, { readonly: true })
  const version = sqlite.pragma('user_version', { simple: true }) as number
  sqlite.close()
  const migrations = version === 1 ? MIGRATIONS : TWO_VERSIONS
  expect((await verifyFile(file, migrations)).damage).toEqual([])
  return version
}

test('a store of an older version is taken forward, and the file as it was is kept', async () => {
  const { file, hash } = await versionOne()
  const store = await openFile(file, { migrations: TWO_VERSIONS })
  expect(await soundVersion(file)).toBe(2)
  // The content that counts is the same; the new column is none of it.
  expect(await store.canonicalHash()).toBe(hash)
  const kept = `${file}.before-v2`
  expect(await soundVersion(kept)).toBe(1)
  const old = await openFile(kept, { readOnly: true })
  expect(await old.canonicalHash()).toBe(hash)
})

test('a command that only reads takes an older store forward too', async () => {
  const { file, hash } = await versionOne()
  const store = await openFile(file, { readOnly: true, migrations: TWO_VERSIONS })
  expect(await store.canonicalHash()).toBe(hash)
  expect(await soundVersion(file)).toBe(2)
})

test('F40: a store of a newer version is refused and left alone; the kept copy restores the older', async () => {
  const { file, hash } = await versionOne()
  await (await openStore({ kind: 'embedded', file, migrations: TWO_VERSIONS })).close()
  for (const readOnly of [true, false])
    await expect(openStore({ kind: 'embedded', file, readOnly })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      exitCode: 6,
      fix: expect.stringContaining(`${file}.before-v2`) as string,
    })
  const old = newFile()
  expect((await restoreStore({ file: old, from: `${file}.before-v2`, holder: 'me', now: 1 })).hash).toBe(hash)
  expect((await verifyStore(old)).damage).toEqual([])
})

test('a backup of an older version is restored as the present one', async () => {
  const { file: from, hash } = await versionOne()
  const file = newFile()
  const restored = await restoreStore({ file, from, holder: 'me', now: 1, migrations: TWO_VERSIONS })
  expect(restored.hash).toBe(hash)
  expect(await soundVersion(file)).toBe(2)
  expect(await soundVersion(from)).toBe(1)
  expect(readdirSync(dirname(file)).filter((name) => name.includes('before'))).toEqual([])
})

test('two processes that find an older store take it forward once', async () => {
  const { file } = await versionOne()
  const ends = await Promise.all([runChild(CHILD, [file, 'slow']), runChild(CHILD, [file, 'slow'])])
  expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ])
  expect(await soundVersion(file)).toBe(2)
  expect(await soundVersion(`${file}.before-v2`)).toBe(1)
})

test(
  'F4: kill -9 during a change of schema leaves the old version or the new one',
  { timeout: 60_000 + MOMENTS * 3000 },
  async () => {
    const random = seeded(testSeed(4))
    for (const point of ['migrate:copied', 'migrate:step', 'migrate:written', 'migrate:committed']) {
      const { file } = await versionOne()
      const killed = await runChild(CHILD, [file, point])
      expect(killed.signal, killed.stderr).toBe('SIGKILL')
      expect(await soundVersion(file)).toBe(point === 'migrate:committed' ? 2 : 1)
      await recovers(file)
    }
    const { workMs } = await runChild(CHILD, [(await versionOne()).file])
    for (let n = 0; n < MOMENTS; n++) {
      const { file } = await versionOne()
      await runChild(CHILD, [file], { killAfterMs: random() * workMs })
      expect([1, 2]).toContain(await soundVersion(file))
      await recovers(file)
    }
  },
)

async function recovers(file: string): Promise<void> {
  await (await openStore({ kind: 'embedded', file, migrations: TWO_VERSIONS })).close()
  expect(await soundVersion(file)).toBe(2)
  expect(await soundVersion(`${file}.before-v2`)).toBe(1)
}
