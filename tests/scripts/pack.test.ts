import fc from 'fast-check'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

type Part = { readonly name: string; readonly code: string }
type Compiled = Map<string, Buffer>
type Script = { readonly cachedDataRejected?: boolean; createCachedData(): Buffer }
type Pack = {
  readonly load: (name: string) => unknown
  readonly scripts: ReadonlyMap<string, Script>
  readonly made: string
}
type Reader = { readonly openPack: (file: string, other: (name: string) => unknown) => Pack }
type Writer = { readonly packOf: (made: string, parts: readonly Part[], compiled: Compiled) => Buffer }

const { openPack } = createRequire(import.meta.url)('../../scripts/start/pack.cjs') as Reader
const { packOf } = (await import(
  new URL('../../scripts/start/write-pack.mjs', import.meta.url).href
)) as Writer

const dir = mkdtempSync(join(tmpdir(), 'tidemark-pack-'))
const file = join(dir, 'program.pack')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const part = (name: string, body: string): Part => ({
  name: `./${name}`,
  code: `(function (exports, require, module, __filename, __dirname) {${body}\n})`,
})
const open = (parts: readonly Part[], compiled: Compiled = new Map()): Pack => {
  writeFileSync(file, packOf('made', parts, compiled))
  return openPack(file, (name) => `package ${name}`)
}

test('every part comes out as it went in, compiled before or not, and each is evaluated once', () => {
  const texts = fc.uniqueArray(fc.string({ unit: 'binary-ascii', maxLength: 200 }), {
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(texts, fc.string({ unit: 'grapheme-ascii' }), fc.nat(), (values, made, some) => {
      const parts = values.map((value, at) =>
        part(`p${at}.cjs`, `module.exports = [${JSON.stringify(value)}]`),
      )
      const first = open(parts)
      expect(parts.map(({ name }) => first.load(name))).toEqual(values.map((value) => [value]))
      const compiled = new Map(
        [...first.scripts]
          .filter((_, at) => at % 2 === some % 2)
          .map(([name, script]) => [name, script.createCachedData()]),
      )
      writeFileSync(file, packOf(made, parts, compiled))
      const second = openPack(file, () => undefined)
      expect(second.made).toBe(made)
      for (const [at, { name }] of parts.entries()) {
        expect(second.load(name)).toEqual([values[at]])
        expect(second.load(name)).toBe(second.load(name))
        expect(second.scripts.get(name)?.cachedDataRejected).toBe(compiled.has(name) ? false : undefined)
      }
    }),
    { seed: 7, numRuns: 60 },
  )
})

test('parts ask for each other, in a circle too, and for packages', () => {
  const pack = open([
    part(
      'a.cjs',
      `exports.b = require('./b.cjs'); exports.yaml = require('yaml'); exports.at = [__filename, __dirname]`,
    ),
    part('b.cjs', `exports.a = require('./a.cjs')`),
  ])
  const a = pack.load('./a.cjs') as Record<string, unknown> & { b: { a: unknown } }
  expect(a.b.a).toBe(a)
  expect(a['yaml']).toBe('package yaml')
  expect(a['at']).toEqual([file, dir])
})

test('a program that runs stays whole when another is built in its place', () => {
  const running = open([part('first.cjs', ''), part('later.cjs', `module.exports = 'old'`)])
  running.load('./first.cjs')
  const other = join(dir, 'program.pack.new')
  writeFileSync(other, packOf('newer', [part('later.cjs', `module.exports = 'new'`)], new Map()))
  renameSync(other, file)
  expect(running.load('./later.cjs')).toBe('old')
  expect(openPack(file, () => undefined).load('./later.cjs')).toBe('new')
})

test('code that V8 refuses is compiled from the part itself', () => {
  const wanted = part('a.cjs', `module.exports = 1 + 1`)
  const pack = open([wanted], new Map([[wanted.name, Buffer.from('compiled by another line of node')]]))
  expect(pack.load(wanted.name)).toBe(2)
  expect(pack.scripts.get(wanted.name)?.cachedDataRejected).toBe(true)
})
