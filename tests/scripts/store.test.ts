import { copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, documentOf, scratch, tidemark } from './support.ts'

const { dir, remove } = scratch()
const data = join(dir, 'data')
const run = (...args: string[]) => tidemark(['--data-dir', data, ...args], { cwd: dir })

beforeAll(async () => {
  build()
  await tidemark(['demo', '--quiet'], { cwd: dir, env: { XDG_DATA_HOME: join(dir, 'xdg') } })
  const made = join(dir, 'xdg', 'tidemark-demo', 'tidemark.db')
  await tidemark(['--data-dir', data, 'init'], { cwd: dir })
  copyFileSync(made, join(data, 'tidemark.db'))
}, 120_000)
afterAll(remove)

test('store stats: rows and bytes of each table, summed', async () => {
  const { tables, bytes, storage } = documentOf(await run('store', 'stats', '--json')) as {
    storage: string
    bytes: number
    tables: Record<string, { rows: number; bytes: number }>
  }
  expect(storage).toBe('embedded')
  expect(tables['chunks']?.rows).toBeGreaterThan(5)
  expect(Object.values(tables).reduce((sum, table) => sum + table.bytes, 0)).toBe(bytes)
  expect((await run('store', 'stats')).stdout).toMatch(/chunks +\d+/)
})

test('store copy: the same hash and the same pnl on both sides', async () => {
  const copied = documentOf(
    await run('store', 'copy', '--from', 'embedded', '--to', 'embedded:copy/tidemark.db', '--json'),
  )
  const there = join(dir, 'copy')
  const verified = documentOf(await tidemark(['--data-dir', there, 'verify', '--json'], { cwd: dir }))
  expect(verified).toMatchObject({ ok: true, hash: copied['hash'] })
  const pnl = (folder: string) =>
    tidemark(['--data-dir', folder, 'pnl', '--days', '3', '--json'], { cwd: dir }).then(
      ({ stdout }) => stdout,
    )
  const printed = await pnl(there)
  expect(printed).toContain('"coverage"')
  expect(printed).toBe(await pnl(data))
})

test('store copy: what cannot be copied is refused, and nothing is made', async () => {
  const refused = async (code: number, fix: RegExp, ...args: string[]) => {
    const { code: found, stderr } = await run('store', 'copy', ...args)
    expect([found, stderr]).toEqual([code, expect.stringMatching(fix)])
  }
  await refused(2, /embedded, mongodb, mongodb\+influxdb/, '--from', 'embedded', '--to', 'redis')
  await refused(2, /same store/, '--from', 'embedded', '--to', `embedded:${join(data, 'tidemark.db')}`)
  await refused(5, /MONGODB_URI is not set/, '--from', 'embedded', '--to', 'mongodb')
  await refused(2, /no file nowhere\.env/, '--from', 'mongodb:nowhere.env', '--to', 'embedded')
  await refused(10, /There is no store/, '--from', 'embedded:none.db', '--to', 'embedded:made.db')
  expect(existsSync(join(dir, 'made.db'))).toBe(false)
})

test('store copy: a password in a file of settings stays out of every message', async () => {
  writeFileSync(join(dir, 'other.env'), 'MONGODB_URI=mongodb://ann:canary-word@127.0.0.1:1/x\n')
  const { code, stdout, stderr } = await run(
    'store',
    'copy',
    '--from',
    'embedded',
    '--to',
    'mongodb:other.env',
    '--debug',
  )
  expect(code).toBe(6)
  expect(stdout + stderr).not.toContain('canary-word')
})
