import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { openStore } from '#storage/open.ts'
import { runChild } from '#tests/support/kill.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { newFile, openFile } from './support/embedded.ts'
import { fill } from './support/filled.ts'
import { mounted, skipBecause } from './support/mount.ts'
import { BTC, flowOf, importOf, runOf, USD } from './support/values.ts'

/** The folder of a file, read-only from now on: by a mount as root (whom modes do not stop), else by modes. */
function readOnlyCopy(context: TestContext, file: string): string {
  const folder = join(temporaryFolder(), 'read-only')
  mkdirSync(folder)
  for (const name of readdirSync(dirname(file)))
    if (!name.endsWith('-shm')) copyFileSync(join(dirname(file), name), join(folder, name))
  if (process.getuid?.() === 0) {
    if (mounted(folder, ['--bind', folder]) === null)
      skipBecause(context, 'root needs a mount to be kept from writing')
    execFileSync('mount', ['-o', 'remount,ro,bind', folder])
  } else {
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444)
    chmodSync(folder, 0o555)
    context.onTestFinished(() => chmodSync(folder, 0o755))
  }
  return join(folder, 'tidemark.db')
}

test('F25: a read-only store is refused for writing at once, and read as ever', async (context) => {
  const source = newFile()
  const writable = await openStore({ kind: 'embedded', file: source, create: true })
  await fill(writable)
  const hash = await writable.canonicalHash()
  await writable.close()
  const file = readOnlyCopy(context, source)
  const before = readdirSync(dirname(file))
  for (const create of [true, false]) {
    const refused = openStore({ kind: 'embedded', file, create })
    await expect(refused).rejects.toMatchObject({ code: 'STORE_READ_ONLY', exitCode: 6 })
    await expect(refused).rejects.toThrow(file)
  }
  const store = await openFile(file, { readOnly: true })
  expect(await store.canonicalHash()).toBe(hash)
  expect((await store.verify()).damage).toEqual([])
  expect(
    await store.chunks({ assets: [BTC], quote: USD, from: '2026-01' as never, to: '2026-03' as never }),
  ).not.toEqual([])
  const copy = join(temporaryFolder(), 'copy.db')
  expect(await store.backup(copy)).toMatchObject({ hash })
  const dry = await store.importFlows(importOf([flowOf('new')], { dryRun: true }))
  expect(dry).toMatchObject({ added: 1 })
  expect(readdirSync(dirname(file))).toEqual(before)
})

test('F25: what a crash left in the log of a read-only store is read too', async (context) => {
  const source = newFile()
  const killed = await runChild('tests/storage/support/steps-child.ts', [source, '3', 'writePnl:before@2'])
  expect(killed.signal).toBe('SIGKILL')
  const file = readOnlyCopy(context, source)
  const here = await openFile(source)
  const there = await openFile(file, { readOnly: true })
  expect(await there.canonicalHash()).toBe(await here.canonicalHash())
  expect((await there.verify()).damage).toEqual([])
})

test('F25: a store that is opened for reading refuses every write', async () => {
  const file = newFile()
  await fill(await openFile(file))
  const store = await openFile(file, { readOnly: true })
  const writes = [
    () => store.writePrices([{ run: runOf([1]), suspects: [], gaps: [] }]),
    () => store.importFlows(importOf([flowOf('new')])),
    () => store.acquireLease('pipeline', 'me', 1, 1),
    () => store.addCalls('coingecko', '2026-01' as never, 1),
    () => store.writeGaps([]),
  ]
  for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'STORE_READ_ONLY' })
})

test('no store: said so, and none is made', async () => {
  const file = newFile()
  for (const readOnly of [true, false])
    await expect(openStore({ kind: 'embedded', file, readOnly })).rejects.toMatchObject({
      code: 'NOT_INITIALISED',
      exitCode: 10,
    })
  // What a process leaves that is killed at its first breath.
  writeFileSync(file, '')
  await expect(openStore({ kind: 'embedded', file })).rejects.toMatchObject({ code: 'NOT_INITIALISED' })
  expect(readdirSync(dirname(file))).toEqual(['tidemark.db'])
  await openFile(file)
})

test('a folder where the file should be is trouble with a name', async () => {
  const file = newFile()
  mkdirSync(file)
  await expect(openStore({ kind: 'embedded', file, create: true })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  })
})
