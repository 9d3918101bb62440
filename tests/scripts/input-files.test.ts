/** Files that the command line names: what is wrong with one is wrong usage, and nothing is made or changed. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, documentOf, scratch, tidemark } from './support.ts'

const { dir, remove } = scratch()
beforeAll(build)
afterAll(remove)

const run = (...args: string[]) => tidemark([...args, '--json'], { cwd: dir })
const COMMANDS = [['import'], ['prices', 'import'], ['restore']]

describe.each(COMMANDS.map((words) => [words.join(' '), words] as const))('%s', (_name, words) => {
  test('a file that cannot be read is exit 2, named with the reason, and makes no store', async () => {
    mkdirSync(join(dir, 'folder'), { recursive: true })
    writeFileSync(join(dir, 'file'), '')
    const wrong = { 'none.csv': 'no such file', folder: 'it is a folder', 'file/x.csv': 'is no folder' }
    for (const [file, why] of Object.entries(wrong)) {
      const ended = await run(...words, file)
      expect([ended.code, documentOf(ended).error?.code], file).toEqual([2, 'INPUT_INVALID'])
      expect(documentOf(ended).error?.message).toContain(`${join(dir, file)} cannot be read: `)
      expect(documentOf(ended).error?.message).toContain(why)
    }
    expect(existsSync(join(dir, 'data/tidemark.db'))).toBe(false)
  })
})

describe('a file that is not what the command takes', () => {
  test.each([
    ['import', ['import'], 'time,asset,quantity,kind\n2026-01-02,bitcoin,-1,buy\n', /:2 .*negative/],
    ['prices import', ['prices', 'import'], 'time,asset,price\n2026-01-02,bitcoin,-1\n', /:2 price/],
  ] as const)('%s: exit 2, each fault with its line', async (_name, words, text, fault) => {
    writeFileSync(join(dir, 'wrong.csv'), text)
    const ended = await run(...words, 'wrong.csv')
    expect([ended.code, documentOf(ended).error?.code]).toEqual([2, 'INPUT_INVALID'])
    expect(documentOf(ended).error?.faults?.[0]).toMatch(fault)
  })

  test('the flows file that a portfolio names is configuration: exit 5', async () => {
    const cwd = join(dir, 'mirror')
    mkdirSync(cwd)
    writeFileSync(join(cwd, 'portfolio.yaml'), 'name: own\nflows: none.csv\n')
    const ended = await tidemark(['ingest', '--json'], { cwd })
    expect([ended.code, documentOf(ended).error?.code]).toEqual([5, 'FLOWS_INVALID'])
  })

  test('restore: what is no store fails its check, exit 12', async () => {
    writeFileSync(join(dir, 'letter.txt'), 'Dear reader,\n'.repeat(500))
    const ended = await run('restore', 'letter.txt')
    expect([ended.code, documentOf(ended).error?.code]).toEqual([12, 'INTEGRITY'])
  })
})
