import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { verifyFile } from '#storage/embedded/care/verify.ts'
import { loadSqlite, withFunctions } from '#storage/embedded/connect.ts'
import { storedColumns } from '#storage/embedded/migrations/migration.ts'
import { MIGRATIONS } from '#storage/embedded/migrations/list.ts'
import { openStore } from '#storage/open.ts'
import { restoreStore } from '#storage/restore.ts'
import { verifyStore } from '#storage/verify.ts'
import { runChild } from '#tests/support/kill.ts'
import { seeded, testSeed } from '#tests/support/random.ts'
import { newFile, openFile } from './support/embedded.ts'
import { fill } from './support/filled.ts'
import { LATER, LATER_MIGRATIONS, PRESENT } from './support/later.ts'
import { seriesOfSteps } from './support/series.ts'
import { hour, snapshotOf } from './support/values.ts'

const Sqlite = await loadSqlite()

const CHILD = 'tests/storage/support/migrate-child.ts'
const MOMENTS = Number(process.env['MOMENTS'] ?? 12)

async function presentOne() {
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
  const migrations = version === PRESENT ? MIGRATIONS : LATER_MIGRATIONS
  expect((await verifyFile(file, migrations)).damage).toEqual([])
  return version
}

test('a store of an older version is taken forward, and the file as it was is kept', async () => {
  const { file, hash } = await presentOne()
  const store = await openFile(file, { migrations: LATER_MIGRATIONS })
  expect(await soundVersion(file)).toBe(LATER)
  // The content that counts is the same; the new column is none of it.
  expect(await store.canonicalHash()).toBe(hash)
  const kept = `${file}.before-v${LATER}`
  expect(await soundVersion(kept)).toBe(PRESENT)
  const old = await openFile(kept, { readOnly: true })
  expect(await old.canonicalHash()).toBe(hash)
})

/** A store of version 1 with the rows of another, in the columns that it has. */
async function versionOne(of: string): Promise<string> {
  const file = newFile()
  const migrations = MIGRATIONS.slice(0, 1)
  await (await openStore({ kind: 'embedded', file, create: true, migrations })).close()
  const sqlite = withFunctions(new (await loadSqlite())(file))
  sqlite.prepare('ATTACH ? AS other').run(of)
  const tables = sqlite
    .prepare<[], string>("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name <> 'meta'")
    .pluck()
    .all()
  for (const table of tables) {
    const columns = storedColumns(sqlite, table).join(', ')
    sqlite.exec(
      `INSERT INTO main.${table} (${columns}, checksum) SELECT ${columns}, row_sum(${columns}) FROM other.${table}`,
    )
  }
  sqlite.close()
  return file
}

test('a store of version 1 gets its snapshots and edits, and what it held is as it was', async () => {
  const present = newFile()
  const first = await openStore({ kind: 'embedded', file: present, create: true })
  for (const step of seriesOfSteps(11, 20)) await step(first)
  const portfolios = await first.portfolioPage({ after: null, limit: 100 })
  await first.close()
  const file = await versionOne(present)
  const store = await openFile(file)
  expect(await store.schemaVersion()).toBe(PRESENT)
  expect((await store.verify()).damage).toEqual([])
  expect(await store.portfolioPage({ after: null, limit: 100 })).toEqual(portfolios)
  await store.writeSnapshots([snapshotOf(1)])
  expect(await store.snapshots({ owner: 'local', portfolio: 'main', from: hour(0), to: hour(2) })).toEqual([
    snapshotOf(1),
  ])
  const [flow] = await store.flows({ owner: 'local', books: ['portfolio:main'], limit: 1 })
  const removed = { book: 'portfolio:main', id: flow?.id ?? '', put: null }
  const by = { owner: 'local', at: 1, who: 'ann', why: 'twice' }
  expect(await store.editFlows({ ...by, what: 'removed', edits: [removed] })).toBe(true)
  expect(await store.restoreFlows({ ...by, flows: [removed] })).toBe(true)
  // The same content in a store that was of this version from the start.
  const fresh = await openFile(newFile())
  for (const step of seriesOfSteps(11, 20)) await step(fresh)
  await fresh.writeSnapshots([snapshotOf(1)])
  expect(await store.canonicalHash()).toBe(await fresh.canonicalHash())
})

test('a command that only reads takes an older store forward too', async () => {
  const { file, hash } = await presentOne()
  const store = await openFile(file, { readOnly: true, migrations: LATER_MIGRATIONS })
  expect(await store.canonicalHash()).toBe(hash)
  expect(await soundVersion(file)).toBe(LATER)
})

test('F40: a store of a newer version is refused and left alone; the kept copy restores the older', async () => {
  const { file, hash } = await presentOne()
  await (await openStore({ kind: 'embedded', file, migrations: LATER_MIGRATIONS })).close()
  for (const readOnly of [true, false])
    await expect(openStore({ kind: 'embedded', file, readOnly })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      exitCode: 6,
      fix: expect.stringContaining(`${file}.before-v${LATER}`) as string,
    })
  const old = newFile()
  expect(
    (await restoreStore({ file: old, from: `${file}.before-v${LATER}`, holder: 'me', now: 1 })).hash,
  ).toBe(hash)
  expect((await verifyStore(old)).damage).toEqual([])
})

test('a backup of an older version is restored as the present one', async () => {
  const { file: from, hash } = await presentOne()
  const file = newFile()
  const restored = await restoreStore({ file, from, holder: 'me', now: 1, migrations: LATER_MIGRATIONS })
  expect(restored.hash).toBe(hash)
  expect(await soundVersion(file)).toBe(LATER)
  expect(await soundVersion(from)).toBe(PRESENT)
  expect(readdirSync(dirname(file)).filter((name) => name.includes('before'))).toEqual([])
})

test('two processes that find an older store take it forward once', async () => {
  const { file } = await presentOne()
  const ends = await Promise.all([runChild(CHILD, [file, 'slow']), runChild(CHILD, [file, 'slow'])])
  expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ])
  expect(await soundVersion(file)).toBe(LATER)
  expect(await soundVersion(`${file}.before-v${LATER}`)).toBe(PRESENT)
})

test(
  'F4: kill -9 during a change of schema leaves the old version or the new one',
  { timeout: 60_000 + MOMENTS * 3000 },
  async () => {
    const random = seeded(testSeed(4))
    for (const point of ['migrate:copied', 'migrate:step', 'migrate:written', 'migrate:committed']) {
      const { file } = await presentOne()
      const killed = await runChild(CHILD, [file, point])
      expect(killed.signal, killed.stderr).toBe('SIGKILL')
      expect(await soundVersion(file)).toBe(point === 'migrate:committed' ? LATER : PRESENT)
      await recovers(file)
    }
    const { workMs } = await runChild(CHILD, [(await presentOne()).file])
    for (let n = 0; n < MOMENTS; n++) {
      const { file } = await presentOne()
      await runChild(CHILD, [file], { killAfterMs: random() * workMs })
      expect([PRESENT, LATER]).toContain(await soundVersion(file))
      await recovers(file)
    }
  },
)

async function recovers(file: string): Promise<void> {
  await (await openStore({ kind: 'embedded', file, migrations: LATER_MIGRATIONS })).close()
  expect(await soundVersion(file)).toBe(LATER)
  expect(await soundVersion(`${file}.before-v${LATER}`)).toBe(PRESENT)
}
