/** Files of other programs, pairs and corrections, as a user at the command line meets them. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, documentOf, scratch, tidemark, type Ended } from './support.ts'

const { dir, remove } = scratch()
const KRAKEN = `txid,refid,time,type,subtype,aclass,asset,amount,fee,balance
L1,T1,2024-01-02 11:00:00,trade,,currency,ZEUR,-500,0.8,0
L2,T1,2024-01-02 11:00:00,trade,,currency,XXBT,0.0125,0,0
L3,W1,2024-01-05 11:00:00,withdrawal,,currency,XXBT,-0.012,0.00002,0
`
const KOINLY = `Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Label
2024-01-05 11:40 UTC,,,0.012,BTC,,,
2024-01-06 11:40 UTC,,,5,FOO,,,airdrop
`
beforeAll(() => {
  build()
  writeFileSync(join(dir, 'kraken.csv'), KRAKEN)
  writeFileSync(join(dir, 'koinly.csv'), KOINLY)
  writeFileSync(join(dir, 'bad.csv'), `${KOINLY}yesterday,,,1,BTC,,,\n`)
  writeFileSync(join(dir, 'ids.yaml'), 'FOO: foo-protocol\n')
})
afterAll(remove)

const run = (...args: string[]): Promise<Ended> => tidemark(args, { cwd: dir })
const json = async (...args: string[]) => {
  const ended = await run(...args, '--json')
  return { code: ended.code, ...(documentOf(ended) as Record<string, never>) } as Record<string, unknown>
}
type Row = { id: string; kind: string; asset: string; quantity: string; tx: string | null }
const flows = async () => (await json('flows'))['flows'] as Row[]

test('a dry run needs no store, and makes none', async () => {
  const before = readdirSync(dir)
  expect(await json('import', 'kraken.csv', '--dry-run')).toMatchObject({ code: 0, dryRun: true, added: 4 })
  expect(readdirSync(dir)).toEqual(before)
})

test('half a command, and an id that looks like an option, say what to type', async () => {
  expect((await run('transfers')).stderr).toContain('"tidemark transfers match"')
  const id = '-bcdefghijklmnopqrstuv'
  expect((await run('flows', 'remove', id)).stderr).toContain(`put -- before it: -- ${id}`)
})

test('imported, paired, corrected, and all of it taken back', async () => {
  expect(await json('import', 'kraken.csv')).toMatchObject({ code: 0, format: 'kraken', rows: 3, added: 4 })
  expect(await json('import', 'koinly.csv', '--wallet', 'cold', '--assets', 'ids.yaml')).toMatchObject({
    code: 0,
    format: 'koinly',
    added: 2,
    unknownAssets: [],
  })
  expect((await run('import', 'kraken.csv')).stdout).toContain('0 new, 4 unchanged')
  // A flow's place is its file and line, the same in every list.
  for (const list of ['flows', 'trades']) expect((await run(list)).stdout).toContain('kraken.csv:4')
  const proposed = await json('transfers', 'match')
  expect(proposed).toMatchObject({ code: 0, applied: 0, pairs: [{ sure: 'likely', lost: '0', minutes: 40 }] })
  expect(await json('transfers', 'match', '--apply', '--why', 'my own')).toMatchObject({ applied: 1 })
  expect((await flows()).filter(({ kind }) => kind === 'transfer')).toHaveLength(2)
  expect(await json('import', 'kraken.csv')).toMatchObject({ added: 0, byHand: 1 })
  expect((await run('transfers', 'match', '--undo')).stdout).toContain('Took back 1 pair:')
  const foo = (await flows()).find(({ asset }) => asset === 'foo-protocol')?.id ?? ''
  const edited = await run('flows', 'edit', '--quantity', '4', '--why', 'typing error', '--', foo)
  expect([edited.code, edited.stdout]).toEqual([0, expect.stringContaining('Is now: 2024-01-06')])
  const id = /Its id is (\S+)\.$/m.exec(edited.stdout)?.[1] ?? ''
  const priced = await run('flows', 'edit', '--unit-price', '3', '--note', 'n', '--', id)
  expect(priced.stdout).toContain('  unit price: — → 3\n  note: — → n\n')
  expect((await run('flows', 'restore')).stdout).toContain('typing error')
  expect((await run('flows', 'restore', '--', id)).code).toBe(0)
  expect((await run('flows', 'restore', '--', foo)).code).toBe(0)
  expect((await run('flows', 'remove', '--', foo)).code).toBe(0)
  expect((await flows()).some(({ asset }) => asset === 'foo-protocol')).toBe(false)
  expect(await json('verify')).toMatchObject({ code: 0 })
})

test('a row that is not understood: exit 2 with its line, nothing taken; --skip-bad takes the others', async () => {
  const before = await flows()
  const refused = await json('import', 'bad.csv', '--wallet', 'other')
  expect(refused).toMatchObject({
    code: 2,
    error: { code: 'INPUT_INVALID', faults: [expect.stringMatching(/^bad\.csv:4 time:/)] },
  })
  expect(await flows()).toEqual(before)
  const taken = await json('import', 'bad.csv', '--wallet', 'other', '--skip-bad', '--dry-run')
  expect(taken).toMatchObject({ code: 0, added: 2, skipped: { count: 1 } })
  expect(await flows()).toEqual(before)
})

test.each([
  [['import', 'kraken.csv', '--format', 'koinly'], 'INPUT_INVALID'],
  [['import', 'kraken.csv', '--mapping', 'none.yaml'], 'INPUT_INVALID'],
  [['import', 'kraken.csv', '--mapping', 'ids.yaml'], 'INPUT_INVALID'],
  [['import', 'kraken.csv', '--mapping', 'ids.yaml', '--format', 'kraken'], 'USAGE'],
  [['import', 'kraken.csv', '--time-zone', 'Mars/Olympus'], 'INPUT_INVALID'],
  [['flows', 'edit', 'abc'], 'USAGE'],
  [['flows', 'edit', 'abc', '--quantity', '1'], 'INPUT_INVALID'],
  [['flows', 'remove', 'abc'], 'INPUT_INVALID'],
  [['transfers', 'match', '--apply', '--undo'], 'USAGE'],
])('%j is exit 2', async (args, code) => {
  const ended = await json(...args)
  expect(ended).toMatchObject({ code: 2, error: { code } })
  expect((ended['error'] as { fix: string }).fix).not.toBe('')
})
