import { expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { loadSqlite } from '#storage/embedded/connect.ts'
import { openStore } from '#storage/open.ts'
import { verifyStore } from '#storage/verify.ts'
import { runChild } from '#tests/support/kill.ts'
import { newFile, openFile } from './support/embedded.ts'
import { fill } from './support/filled.ts'
import { BTC, MONTH, runOf, USD } from './support/values.ts'

const Sqlite = await loadSqlite()

const ROUNDS = Number(process.env['ROUNDS'] ?? 100)
const WRITERS = ['0', '1']
const JANUARY = { assets: [BTC], quote: USD, from: MONTH, to: MONTH }

test(
  'F31: two processes that write at once lose nothing, and one at a time holds the lease',
  { timeout: 60_000 + ROUNDS * 1000 },
  async () => {
    // Neither finds a store: they also race to make it.
    const file = newFile()
    const script = 'tests/storage/support/writer-child.ts'
    const ends = await Promise.all(WRITERS.map((name) => runChild(script, [file, name, String(ROUNDS)])))
    for (const { code, stderr } of ends) expect([code, stderr]).toEqual([0, ''])
    expect(ends.map(({ lines }) => lines.at(-1))).toEqual(['broken 0', 'broken 0'])
    const store = await openFile(file)
    const [chunk] = await store.chunks(JANUARY)
    const expected = Array.from({ length: ROUNDS * 2 }, (_, n) => (n % 2) * 1000 + Math.floor(n / 2))
    expect([...(chunk?.columns.open.slice(0, ROUNDS * 2) ?? [])]).toEqual(expected)
    expect(chunk?.revision).toBe(ROUNDS * 2)
    expect(await store.calls('coingecko', MONTH)).toBe(ROUNDS * 2)
    expect(await store.flowCount({ owner: 'local', books: ['portfolio:main'] })).toBe(ROUNDS * 2)
    expect((await store.verify()).damage).toEqual([])
  },
)

test('F31: the lease of a process that was killed is taken over when it expires', async () => {
  const file = newFile()
  await runChild('tests/storage/support/lease-child.ts', [file])
  const store = await openFile(file)
  const before = await store.acquireLease('pipeline', 'next', 100, 1999)
  expect(before).toEqual({ acquired: false, holder: 'killed', expires: 2000 })
  expect(await store.acquireLease('pipeline', 'next', 100, 2000)).toMatchObject({ acquired: true })
})

test('a reader is not blocked by a writer, and sees one moment of the store', async () => {
  const file = newFile()
  await fill(await openFile(file))
  const reader = await openFile(file, { readOnly: true })
  const hash = await reader.canonicalHash()
  const writer = new Sqlite(file)
  writer.exec("BEGIN EXCLUSIVE; UPDATE coins SET name = 'half'; DELETE FROM flows")
  expect(await reader.canonicalHash()).toBe(hash)
  const another = await openStore({ kind: 'embedded', file, readOnly: true })
  expect(await another.canonicalHash()).toBe(hash)
  await another.close()
  writer.exec('ROLLBACK')
  writer.close()
  expect((await verifyStore(file)).damage).toEqual([])
})

test('a write waits for the lock of another process, then gives up with a name', async () => {
  const file = newFile()
  const store = await openFile(file, { busyMs: 200 })
  const holder = new Sqlite(file)
  holder.exec('BEGIN IMMEDIATE')
  const write = store.writePrices([{ run: runOf([1]), suspects: [], gaps: [] }])
  await expect(write).rejects.toBeInstanceOf(TidemarkError)
  await expect(write).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', exitCode: 6 })
  holder.exec('ROLLBACK')
  holder.close()
  await store.writePrices([{ run: runOf([1]), suspects: [], gaps: [] }])
  expect(await store.chunks(JANUARY)).toHaveLength(1)
})
