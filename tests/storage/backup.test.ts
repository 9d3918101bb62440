import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Store } from '#pipeline/ports.ts'
import { loadSqlite } from '#storage/embedded/connect.ts'
import { restoreStore } from '#storage/restore.ts'
import { verifyStore } from '#storage/verify.ts'
import { runChild } from '#tests/support/kill.ts'
import { newFile, openFile } from './support/embedded.ts'
import { fill } from './support/filled.ts'
import { BTC, coinOf, MONTH, runOf, USD } from './support/values.ts'

const Sqlite = await loadSqlite()

const NOW = Date.UTC(2026, 10, 1, 12, 30)
const as = { holder: 'restore', now: NOW }
const change = (store: Store) => store.writePrices([{ run: runOf([4, 5, 6], 300), suspects: [], gaps: [] }])

/** A store with a backup of it, changed since. */
async function backedUp() {
  const file = newFile()
  const store = await openFile(file)
  await fill(store)
  const from = join(dirname(newFile()), 'backup.db')
  const { hash } = await store.backup(from)
  await change(store)
  await store.addCalls('coingecko', MONTH, 100)
  const changed = await store.canonicalHash()
  expect(changed).not.toBe(hash)
  return { file, store, from, hash, changed }
}

test('a backup is one checked file that equals the store', async () => {
  const file = newFile()
  const store = await openFile(file)
  await fill(store)
  const target = newFile()
  await store.backup(target)
  await change(store)
  const { bytes, hash } = await store.backup(target)
  expect(hash).toBe(await store.canonicalHash())
  expect(readFileSync(target).length).toBe(bytes)
  const copy = await openFile(target, { readOnly: true })
  expect(await copy.canonicalHash()).toBe(hash)
  expect(readdirSync(dirname(target))).toEqual([basename(target)])
})

test('a backup replaces nothing but an earlier one', async () => {
  const store = await openFile(newFile())
  const target = newFile()
  const other = new Sqlite(target)
  other.exec('CREATE TABLE theirs (a)')
  other.close()
  for (const spoil of [() => {}, () => writeFileSync(target, ''), () => writeFileSync(target, 'a letter')]) {
    spoil()
    const was = readFileSync(target)
    const refused = store.backup(target)
    await expect(refused).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(refused).rejects.toThrow('would overwrite')
    expect(readFileSync(target).equals(was)).toBe(true)
  }
})

test('a backup beside a writer is one moment of the store, and does not hold it up', async () => {
  const file = newFile()
  const store = await openFile(file)
  await fill(store)
  const before = await store.canonicalHash()
  const target = newFile()
  const copying = store.backup(target)
  await change(store)
  const after = await store.canonicalHash()
  expect([before, after]).toContain((await copying).hash)
  expect((await verifyStore(target)).damage).toEqual([])
})

test('a damaged store gives no backup, and an older one stays', async () => {
  const file = newFile()
  const store = await openFile(file)
  await fill(store)
  const target = newFile()
  await store.backup(target)
  const older = readFileSync(target)
  const sqlite = new Sqlite(file)
  sqlite.exec("UPDATE coins SET name = 'flipped'")
  sqlite.close()
  await expect(store.backup(target)).rejects.toMatchObject({ code: 'INTEGRITY' })
  expect(readFileSync(target).equals(older)).toBe(true)
  expect(readdirSync(dirname(target))).toEqual([basename(target)])
})

test('a store is not backed up onto itself', async () => {
  const file = newFile()
  const store = await openFile(file)
  await expect(store.backup(file)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
})

test('a restored store is the backup, at once for those who have it open, and the old one is kept', async () => {
  const { file, store, from, hash, changed } = await backedUp()
  const reader = await openFile(file, { readOnly: true })
  expect(await reader.canonicalHash()).toBe(changed)
  const restored = await restoreStore({ file, from, ...as })
  expect(restored).toMatchObject({ hash, savedAs: `${file}.before-restore-20261101T123000Z` })
  expect(await reader.canonicalHash()).toBe(hash)
  expect(await store.canonicalHash()).toBe(hash)
  const saved = await openFile(restored.savedAs as string, { readOnly: true })
  expect(await saved.canonicalHash()).toBe(changed)
  // Quotas that were used stay used, and the lease is free again.
  expect(await store.calls('coingecko', MONTH)).toBeGreaterThanOrEqual(100)
  expect(await store.acquireLease('pipeline', 'next', 1, NOW)).toMatchObject({ acquired: true })
  await change(store)
  expect(await store.canonicalHash()).toBe(changed)
  expect((await store.verify()).damage).toEqual([])
  const own = ['-seen', '-shm', '-wal', '', '.before-restore-20261101T123000Z']
  expect(readdirSync(dirname(file)).sort()).toEqual(own.map((end) => basename(file) + end).sort())
})

test('while a job runs nothing is restored', async () => {
  const { file, store, from, changed } = await backedUp()
  await store.acquireLease('pipeline', 'daemon', 60_000, NOW)
  await expect(restoreStore({ file, from, ...as })).rejects.toMatchObject({
    code: 'LEASE_HELD',
    exitCode: 11,
  })
  expect(await store.canonicalHash()).toBe(changed)
})

test('a damaged or absent backup changes nothing, and gives the lease back', async () => {
  const { file, store, from, changed } = await backedUp()
  const sqlite = new Sqlite(from)
  sqlite.exec("UPDATE coins SET name = 'flipped'")
  sqlite.close()
  await expect(restoreStore({ file, from, ...as })).rejects.toMatchObject({ code: 'INTEGRITY' })
  truncateSync(from, 20_000)
  await expect(restoreStore({ file, from, ...as })).rejects.toMatchObject({ code: 'INTEGRITY' })
  truncateSync(from, 0)
  await expect(restoreStore({ file, from, ...as })).rejects.toMatchObject({ code: 'INTEGRITY' })
  rmSync(from)
  await expect(restoreStore({ file, from, ...as })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  expect(await store.canonicalHash()).toBe(changed)
  expect(await store.acquireLease('pipeline', 'next', 1, NOW)).toMatchObject({ acquired: true })
})

test('F30: a backup is restored on a machine that has no store', async () => {
  const { from, hash } = await backedUp()
  const file = join(dirname(newFile()), 'new', 'tidemark.db')
  expect(await restoreStore({ file, from, ...as })).toMatchObject({ hash, savedAs: null })
  const store = await openFile(file)
  expect(await store.canonicalHash()).toBe(hash)
  await change(store)
  expect((await store.verify()).damage).toEqual([])
})

test('F28: a store that cannot be opened any more is brought back, and the damaged one kept', async () => {
  const { file, store, from, hash } = await backedUp()
  await store.close()
  for (const damage of [
    () => writeFileSync(file, 'x'.repeat(50_000)),
    () => truncateSync(file, 0),
    () => truncateSync(file, 30_000),
  ]) {
    damage()
    expect((await verifyStore(file)).damage.length).toBeGreaterThan(0)
    const damaged = readFileSync(file)
    const { savedAs, hash: restored } = await restoreStore({ file, from, ...as })
    expect(restored).toBe(hash)
    expect(readFileSync(savedAs as string).equals(damaged)).toBe(true)
    expect((await verifyStore(file)).damage).toEqual([])
  }
  const again = await openFile(file)
  expect(await again.canonicalHash()).toBe(hash)
})

test('a store whose log was lost is brought back by a backup that is older still', async () => {
  const { file, store, from, hash } = await backedUp()
  for (let n = 0; n < 5; n++) await store.addCalls('coingecko', MONTH, 1)
  const older = newFile()
  copyFileSync(from, older)
  await store.close()
  // The older copy in place of the store: fewer commits than were reported.
  copyFileSync(older, file)
  await expect(openFile(file)).rejects.toMatchObject({ code: 'INTEGRITY' })
  await restoreStore({ file, from, ...as })
  expect(await (await openFile(file)).canonicalHash()).toBe(hash)
})

test('restore waits for another process that writes', async () => {
  const { file, from, hash } = await backedUp()
  const holder = new Sqlite(file)
  let restored = false
  const restoring = restoreStore({
    file,
    from,
    ...as,
    failpoint: (name) => {
      // Right before the copy: the driver then answers "done" without having copied anything.
      if (name === 'restore:staged') return
      if (name === 'restore:saved') setTimeout(() => holder.exec('COMMIT'), 300)
      if (name === 'restore:copying') holder.exec('BEGIN IMMEDIATE')
    },
  }).then((result) => {
    restored = true
    return result
  })
  await new Promise((done) => setTimeout(done, 150))
  expect(restored).toBe(false)
  expect((await restoring).hash).toBe(hash)
  holder.close()
})

test('kill -9 during a restore leaves the old store or the new one', { timeout: 60_000 }, async () => {
  for (const point of ['restore:staged', 'restore:saved', 'restore:copying', 'restore:copied']) {
    const { file, store, from, hash, changed } = await backedUp()
    await store.close()
    const killed = await runChild('tests/storage/support/restore-child.ts', [file, from, point])
    expect(killed.signal, killed.stderr).toBe('SIGKILL')
    expect((await verifyStore(file)).damage).toEqual([])
    const there = await openFile(file)
    expect(await there.canonicalHash(), point).toBe(point === 'restore:copied' ? hash : changed)
    // The lease of the killed one has to expire, then it goes through; what it left is cleared away.
    const later = { holder: 'next', now: NOW + 3_600_000 }
    expect((await restoreStore({ file, from, ...later })).hash).toBe(hash)
    expect(existsSync(`${file}.restore`)).toBe(false)
  }
})

test('a chunk that is read before and after a restore is that of its time', async () => {
  const { file, store, from } = await backedUp()
  const at300 = async () =>
    (await store.chunks({ assets: [BTC], quote: USD, from: MONTH, to: MONTH }))[0]?.columns.open[300]
  await store.writeCoins([coinOf('later', 1)], 2)
  expect(await at300()).toBe(4)
  await restoreStore({ file, from, ...as })
  expect(await at300()).not.toBe(4)
  expect((await store.coins()).coins.map(({ asset }) => asset)).toEqual(['bitcoin'])
})
