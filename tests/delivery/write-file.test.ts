import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { writeFileAtomically } from '#delivery/export/write-file.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-export-'))
  path = join(folder, 'out.csv')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function* chunks(...texts: string[]) {
  yield* texts
}
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)

test('a new file is whole, its owner’s alone, and nothing else is left in the folder', async () => {
  expect(await writeFileAtomically(path, chunks('a,b\n', 'é\n'))).toBe(7)
  expect(readFileSync(path, 'utf8')).toBe('a,b\né\n')
  expect(mode(path)).toBe('600')
  expect(readdirSync(folder)).toEqual(['out.csv'])
})

test('an old file is replaced and keeps its rights', async () => {
  writeFileSync(path, 'old')
  chmodSync(path, 0o644)
  await writeFileAtomically(path, chunks('new'))
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(mode(path)).toBe('644')
})

test('when the rows fail in the middle, the old file is as it was and their error comes out', async () => {
  writeFileSync(path, 'old')
  async function* failing() {
    yield 'new'
    throw new TidemarkError('DATA_MISSING', { message: 'no', fix: 'no' })
  }
  await expect(writeFileAtomically(path, failing())).rejects.toMatchObject({ code: 'DATA_MISSING' })
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['out.csv'])
})

test('F5: killed in the middle, the old file is whole, and the next run clears what was left', async () => {
  writeFileSync(path, 'old')
  const module = new URL('../../delivery/export/write-file.ts', import.meta.url).href
  const script = `
    const { writeFileAtomically } = await import(${JSON.stringify(module)})
    async function* endless() { for (;;) { yield 'x'.repeat(1000); process.stdout.write('.'); await new Promise((r) => setTimeout(r, 5)) } }
    await writeFileAtomically(${JSON.stringify(path)}, endless())`
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--import=tsx', '--input-type=module', '-e', script],
    {
      cwd: new URL('../..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise((done) => child.on('exit', done))
  await new Promise((done) => child.stdout.once('data', done))
  child.kill('SIGKILL')
  await ended
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toHaveLength(2)
  await writeFileAtomically(path, chunks('new'))
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['out.csv'])
})

test('what another running process is writing is left alone', async () => {
  const theirs = join(folder, `.out.csv.${process.ppid}.tmp`)
  writeFileSync(theirs, 'half')
  await writeFileAtomically(path, chunks('new'))
  expect(existsSync(theirs)).toBe(true)
})

test('A26: a symbolic link stays one, and what it points to is replaced', async () => {
  mkdirSync(join(folder, 'real'))
  const target = join(folder, 'real', 'file.csv')
  writeFileSync(target, 'old')
  symlinkSync(target, path)
  await writeFileAtomically(path, chunks('new'))
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
  expect(readFileSync(target, 'utf8')).toBe('new')
})

test('a device is written to as it is', async () => {
  expect(await writeFileAtomically('/dev/null', chunks('abc'))).toBe(3)
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
})

test.each([
  ['a folder that is not there', () => join(folder, 'none', 'out.csv'), 'its folder does not exist'],
  ['a folder', () => folder, 'it is a folder'],
  [
    'a path through a file',
    () => (writeFileSync(path, ''), join(path, 'out.csv')),
    'a part of the path is a file',
  ],
])('%s is an error that says so', async (_, place, words) => {
  await expect(writeFileAtomically(place(), chunks('x'))).rejects.toMatchObject({
    code: 'FILE_INVALID',
    message: expect.stringContaining(words) as string,
  })
})

test.skipIf(!existsSync('/dev/full'))('F24: a full disk is told with the path, exit code 6', async () => {
  const error: unknown = await writeFileAtomically('/dev/full', chunks('x'.repeat(100_000))).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'STORE_FULL', exitCode: 6 })
  expect((error as Error).message).toContain('/dev/full')
})
