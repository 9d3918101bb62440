import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { loadSqlite } from '#storage/embedded/connect.ts'
import { rowSum } from '#storage/rows/checksum.ts'
import { openStore } from '#storage/open.ts'
import { verifyStore } from '#storage/verify.ts'
import { runChild } from '#tests/support/kill.ts'
import { below, seeded, testSeed } from '#tests/support/random.ts'
import { newFile, openFile } from './support/embedded.ts'
import { fill } from './support/filled.ts'
import { BTC, USD, hour, snapshotOf } from './support/values.ts'

const Sqlite = await loadSqlite()

const FLIPS = Number(process.env['FLIPS'] ?? 100)

/** A filled and closed store, and the hash of its content. */
async function filledStore(): Promise<{ file: string; bytes: Buffer; hash: string }> {
  const file = newFile()
  const store = await openStore({ kind: 'embedded', file, create: true })
  await fill(store)
  const hash = await store.canonicalHash()
  await store.close()
  return { file, bytes: readFileSync(file), hash }
}

async function hashOf(file: string): Promise<string> {
  const store = await openStore({ kind: 'embedded', file, readOnly: true })
  try {
    return await store.canonicalHash()
  } finally {
    await store.close()
  }
}

/** The damage that `verify` finds; none is accepted only where the content is what it was. */
async function foundOrHarmless(file: string, hash: string, what: string): Promise<number> {
  const { damage } = await verifyStore(file)
  for (const { place, found, fix } of damage)
    expect([place, found, fix].every((text) => text !== '')).toBe(true)
  if (damage.length === 0) expect(await hashOf(file), `${what} was not found`).toBe(hash)
  return damage.length
}

test(
  `F28: of ${FLIPS} single flipped bytes each is found or changes nothing`,
  { timeout: 120_000 },
  async () => {
    const random = seeded(testSeed(28))
    const { file, bytes, hash } = await filledStore()
    const target = newFile()
    let found = 0
    for (let n = 0; n < FLIPS; n++) {
      const [at, mask] = [below(random, bytes.length), 1 + below(random, 255)]
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] as number) ^ mask
      writeFileSync(target, flipped)
      if ((await foundOrHarmless(target, hash, `byte ${at} of ${file} ^ ${mask}`)) > 0) found++
    }
    expect(found).toBeGreaterThan(FLIPS / 3)
  },
)

test(
  'F28: every byte of the header and of the schema is found or changes nothing',
  { timeout: 120_000 },
  async () => {
    const { bytes, hash } = await filledStore()
    const target = newFile()
    const schema = Array.from({ length: 40 }, (_, n) => 100 + n * 37)
    for (const at of [...Array(100).keys(), ...schema]) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] as number) ^ 0x01
      writeFileSync(target, flipped)
      await foundOrHarmless(target, hash, `byte ${at}`)
    }
  },
)

test('F28: a file cut off anywhere is found', { timeout: 60_000 }, async () => {
  const random = seeded(testSeed(29))
  const { file, bytes } = await filledStore()
  for (const length of [
    0,
    1,
    99,
    100,
    4096,
    ...Array.from({ length: 15 }, () => below(random, bytes.length)),
  ]) {
    writeFileSync(file, bytes)
    truncateSync(file, length)
    expect((await verifyStore(file)).damage.length, `cut to ${length} bytes`).toBeGreaterThan(0)
    await expect(
      openStore({ kind: 'embedded', file, create: true }).then(use),
      `${length} bytes`,
    ).rejects.toMatchObject({
      code: 'INTEGRITY',
    })
  }
})

/** Reads all there is, as a caller would. */
async function use(store: Awaited<ReturnType<typeof openStore>>): Promise<void> {
  try {
    const { damage } = await store.verify()
    if (damage.length > 0) throw new TidemarkError('INTEGRITY', { message: 'found by verify', fix: '' })
  } finally {
    await store.close()
  }
}

test(
  'F28: a write-ahead log that is deleted, cut or flipped after a crash is found',
  { timeout: 60_000 },
  async () => {
    const file = newFile()
    const killed = await runChild('tests/storage/support/steps-child.ts', [file, '5', 'writePnl:before@3'])
    expect(killed.signal).toBe('SIGKILL')
    const wal = `${file}-wal`
    const log = readFileSync(wal)
    expect(log.length).toBeGreaterThan(100_000)
    const saved = newFile()
    copyFileSync(file, saved)
    const set = (bytes: Buffer | null): void => {
      copyFileSync(saved, file)
      rmSync(`${file}-shm`, { force: true })
      if (bytes === null) rmSync(wal, { force: true })
      else writeFileSync(wal, bytes)
    }
    const damageOf = async () => (await verifyStore(file)).damage.map(({ place }) => place)
    set(log)
    expect(await damageOf()).toEqual([])
    for (const broken of [
      null,
      Buffer.alloc(0),
      log.subarray(0, log.length - 9000),
      flipped(log, log.length - 5000),
    ]) {
      set(broken)
      expect(await damageOf()).toContain('write-ahead log')
      const refused = openStore({ kind: 'embedded', file })
      await expect(refused).rejects.toMatchObject({
        code: 'INTEGRITY',
        fix: expect.stringContaining('restore') as string,
      })
    }
    // Whoever means the older content says so by deleting the note of it.
    rmSync(`${file}-seen`)
    const store = await openFile(file)
    expect((await store.verify()).damage).toEqual([])
  },
)

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] as number) ^ 0xff
  return copy
}

test('F28: a damaged row is named by verify and refused when it is read', async () => {
  const { file } = await filledStore()
  const sqlite = new Sqlite(file)
  sqlite.exec("UPDATE chunks SET provider = 'coingeckO' WHERE asset = 'bitcoin' AND month = '2026-01'")
  sqlite.exec("UPDATE flows SET quantity = '1000000' WHERE id = 'known'")
  sqlite.close()
  const store = await openFile(file)
  const places = (await store.verify()).damage.map(({ place, fix }) => [place, fix])
  expect(places).toEqual([
    ['chunks bitcoin usd coingeckO 2026-01', expect.stringContaining('backfill')],
    ['flows local portfolio:main 1767229200000 known', expect.stringContaining('restore')],
  ])
  const chunks = store.chunks({ assets: [BTC], quote: USD, from: '2026-01' as never, to: '2026-01' as never })
  await expect(chunks).rejects.toMatchObject({ code: 'INTEGRITY' })
  const flows = store.flows({ owner: 'local', books: ['portfolio:main'], tx: ['0xfeed'] })
  await expect(flows).rejects.toThrow(/flows \(local portfolio:main known\)/)
})

test('F28: a flipped byte in any index is found, though every row is whole', async () => {
  const { file, bytes } = await filledStore()
  const sqlite = new Sqlite(file)
  const pages = sqlite
    .prepare<[], { name: string; at: number }>(
      `SELECT d.name, max(d.pgoffset + d.pgsize) AS at FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
       WHERE s.type = 'index' AND d.ncell > 0 AND s.tbl_name IN ('chunks', 'flows', 'batches', 'runs')
       GROUP BY d.name`,
    )
    .all()
  sqlite.close()
  expect(pages.length).toBeGreaterThan(5)
  for (const { name, at } of pages) {
    // Entries fill a page from its end.
    writeFileSync(file, flipped(bytes, at - 2))
    expect((await verifyStore(file)).damage.length, name).toBeGreaterThan(0)
  }
})

test('F28: rows that are whole but do not fit together are found', async () => {
  const { file } = await filledStore()
  const sqlite = new Sqlite(file)
  // The checksums are made right, so that only what the rows say together is wrong.
  sqlite.function('row_sum', { varargs: true, deterministic: true }, (...values: never[]) => rowSum(values))
  sqlite.exec(`
    UPDATE chunks SET revision = 99, checksum = row_sum(asset, quote, provider, month, 99, data)
      WHERE asset = 'bitcoin' AND month = '2026-01';
    UPDATE flow_months SET count = count + 1, checksum = row_sum(owner, book, month, revision, count + 1)
      WHERE book = 'portfolio:main' AND month = '2026-02';
    DELETE FROM flow_months WHERE book = 'wallet:0xab' AND month = '2026-01';`)
  sqlite.close()
  const places = (await verifyStore(file)).damage.map(({ place }) => place)
  expect(places).toEqual([
    'chunks bitcoin usd coingecko 2026-01',
    'flow_months local portfolio:main 2026-02',
    'flow_months local wallet:0xab 2026-01',
  ])
})

test('a file that is no store is refused, and left as it was', async () => {
  const file = newFile()
  for (const make of [
    () => writeFileSync(file, 'time,asset,quantity\n'.repeat(100)),
    () => {
      rmSync(file, { force: true })
      new Sqlite(file).exec('CREATE TABLE notes (text)').close()
    },
  ]) {
    make()
    const before = readFileSync(file)
    await expect(openStore({ kind: 'embedded', file, create: true })).rejects.toMatchObject({
      code: 'INTEGRITY',
    })
    expect(readFileSync(file).equals(before)).toBe(true)
    expect((await verifyStore(file)).damage.length).toBeGreaterThan(0)
  }
})

test('verify of nothing says so and makes nothing', async () => {
  const file = newFile()
  expect((await verifyStore(file)).damage).toHaveLength(1)
  expect(existsSync(file)).toBe(false)
  expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined()
})

test('a damaged snapshot is named with its hour, and mended by valuing that hour again', async () => {
  for (const damage of ['value = value + 1', 'checksum = checksum + 1']) {
    const { file, hash } = await filledStore()
    const sqlite = new Sqlite(file)
    sqlite.exec(`UPDATE snapshots SET ${damage} WHERE owner = 'local'`)
    sqlite.close()
    expect((await verifyStore(file)).damage).toMatchObject([
      {
        place: `snapshots local main ${hour(1)} usd`,
        fix: expect.stringContaining('tidemark value --at') as string,
      },
    ])
    const store = await openFile(file)
    expect(await store.writeSnapshots([snapshotOf(1)])).toEqual({ added: 0, changed: 1, unchanged: 0 })
    expect((await store.verify()).damage).toEqual([])
    expect(await store.canonicalHash()).toBe(hash)
  }
})
