import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Store } from '#pipeline/ports.ts'
import { loadSqlite } from '#storage/embedded/connect.ts'
import { openDb } from '#storage/embedded/open.ts'
import { openStore } from '#storage/open.ts'
import { newFile, openFile } from './support/embedded.ts'
import { fill } from './support/filled.ts'
import {
  balanceOf,
  batchOf,
  coinOf,
  flowOf,
  gapOf,
  hour,
  importOf,
  pnlMonthOf,
  portfolioOf,
  runOf,
  suspectOf,
} from './support/values.ts'

const Sqlite = await loadSqlite()

const none = { droppedBatches: [], droppedMonths: [] }
const token = { asset: 'bitcoin', chain: 'base', contract: '0x1', decimals: 8, symbol: 'btc' } as never

const WRITES: Record<string, (store: Store) => Promise<unknown>> = {
  writePrices: (store) =>
    store.writePrices([{ run: runOf([1, NaN]), suspects: [suspectOf(hour(0))], gaps: [gapOf(1, 2)] }]),
  writeGaps: (store) => store.writeGaps([gapOf(50, 60)]),
  decideSuspect: (store) => store.decideSuspect(suspectOf(hour(0)), 'accepted'),
  writeCoins: (store) => store.writeCoins([coinOf('bitcoin', 1)], 1),
  writeTokens: (store) => store.writeTokens([token], 1),
  writePortfolio: (store) => store.writePortfolio(portfolioOf('main')),
  writeBalances: (store) => store.writeBalances([balanceOf(1, '2')]),
  importFlows: (store) => store.importFlows(importOf([flowOf('a'), flowOf('b')])),
  coverFlows: (store) => store.coverFlows('local', 'wallet:0xab', 1, 2),
  writePnl: (store) =>
    store.writePnl({
      ...none,
      months: [pnlMonthOf('2026-01')],
      batches: [batchOf('2026-01', 'a', [NaN, 1])],
    }),
}

for (const [name, write] of Object.entries(WRITES))
  test(`F17: ${name} of the same again changes no byte of the file`, async () => {
    const file = newFile()
    const store = await openFile(file)
    const bytes = () => Buffer.concat(['', '-wal', '-seen'].map((end) => readFileSync(file + end)))
    await WRITES['writePrices']?.(store)
    await write(store)
    const before = bytes()
    await write(store)
    expect(bytes().equals(before)).toBe(true)
  })

test('the file is in WAL mode, marked as ours, and every table is strict, with a checksum', async () => {
  const file = newFile()
  await fill(await openFile(file))
  const sqlite = new Sqlite(file)
  expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(sqlite.pragma('application_id', { simple: true })).toBe(0x7469646d)
  const tables = sqlite.prepare<[], { name: string; strict: number }>('SELECT * FROM pragma_table_list').all()
  const ours = tables.filter(({ name }) => !name.startsWith('sqlite_'))
  for (const { name, strict } of ours) {
    expect([name, strict]).toEqual([name, 1])
    const columns = sqlite
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
      .pluck()
      .all(name)
    expect(columns.at(-1)).toBe('checksum')
  }
  const owned = [
    'portfolios',
    'flows',
    'flow_months',
    'flow_coverage',
    'balances',
    'pnl_months',
    'batches',
    'runs',
  ]
  for (const name of owned) {
    const columns = sqlite
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
      .pluck()
      .all(name)
    expect([name, columns.includes('owner')]).toEqual([name, true])
  }
  sqlite.close()
})

test('every connection waits for the disk at each commit, and for other writers', async () => {
  const db = await openDb({ file: newFile(), create: true })
  for (const connection of [db, db.sibling()]) {
    const setting = (name: string) => connection.sqlite.pragma(name, { simple: true })
    expect({
      synchronous: setting('synchronous'),
      foreignKeys: setting('foreign_keys'),
      busy: setting('busy_timeout'),
    }).toEqual({ synchronous: 2, foreignKeys: 1, busy: 15_000 })
    connection.close()
  }
})

test('a store that is closed leaves one file, and the note beside it', async () => {
  const file = newFile()
  const store = await openStore({ kind: 'embedded', file, create: true })
  await fill(store)
  await store.close()
  expect(() => readFileSync(`${file}-wal`)).toThrow('ENOENT')
  expect(readFileSync(`${file}-seen`, 'utf8')).toMatch(/^commits \d{15} [0-9a-f]{8}\n$/)
})
