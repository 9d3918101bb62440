import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { addHours, hourOf } from '#core/hour.ts'
import { openStore } from '#storage/open.ts'
import { candleRun, walk } from '#tests/bench/years.ts'
import { BINARY, build, scratch } from './support.ts'

const FIRST = './program.cjs'
/** One of the two, by the line of Node (docs/decisions/0009). */
const DRIVERS = ['better-sqlite3', 'better-sqlite3-13']

const bitcoin = 'bitcoin' as AssetId

/** Folders whose sources may be in the first part. */
const OF_PNL = new RegExp(
  `^(?:${[
    'core/',
    'config/',
    'pnl/(?!lots/)',
    'pipeline/(?:pnl|queries)/',
    'pipeline/chain/pair-(?:read|times)\\.ts',
    'storage/(?:embedded|rows)/',
    'storage/(?:open|mongodb/place)\\.ts',
    'delivery/(?:pnl/)?[a-z-]+\\.ts',
    'scripts/(?:cli|start|wiring)/',
    'scripts/cli\\.ts',
    'scripts/commands/pnl\\.ts',
    'node_modules/(?:better-sqlite3|commander|decimal\\.js|picocolors)/',
    'node_modules/(?:string-width|strip-ansi|ansi-regex|emoji-regex|is-fullwidth-code-point)/',
    '\\0', // what the bundler brings
  ].join('|')})`,
)

const { dir, remove } = scratch()
const data = join(dir, 'data')
afterAll(remove)
beforeAll(async () => {
  build()
  writeFileSync(join(dir, 'starter.cjs'), STARTER)
  mkdirSync(data)
  const store = await openStore({ kind: 'embedded', file: join(data, 'tidemark.db'), create: true })
  const now = hourOf(Date.now())
  const run = candleRun(bitcoin, addHours(now, -199), walk(200, 1))
  await store.writePrices([{ run, suspects: [], gaps: [] }])
  const coin = { asset: bitcoin, symbol: 'btc', name: 'Bitcoin', rank: 1, price: '1', marketCap: '1' }
  await store.writeCoins([{ ...coin, volume: '1', quote: 'usd', updated: now }], now)
  await store.close()
  writeFileSync(
    join(dir, 'own.yaml'),
    'name: main\nbaseCurrency: usd\nholdings:\n  - { asset: bitcoin, quantity: "1", unitCost: "50" }\n',
  )
}, 60_000)

/** Starts the program as tidemark.cjs does, and writes at its end what it has loaded. */
const STARTER = `
const { writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')
const bin = createRequire(${JSON.stringify(BINARY)})
const { load, scripts } = bin('./pack.cjs').openPack(join(${JSON.stringify(dirname(BINARY))}, 'program.pack'), bin)
process.on('exit', () => {
  const parts = [...scripts].map(([name, script]) => ({ name, refused: script.cachedDataRejected }))
  writeFileSync('loaded.json', JSON.stringify({ parts, files: Object.keys(require.cache) }))
})
load('${FIRST}').start()
`

type Loaded = {
  readonly parts: readonly string[]
  /** Of these parts, those whose code from the build V8 has taken. */
  readonly compiled: readonly string[]
  readonly packages: readonly string[]
}

function loadedBy(...command: string[]): Loaded {
  const done = spawnSync(process.execPath, ['starter.cjs', ...command], { cwd: dir, env, encoding: 'utf8' })
  expect(done.status, done.stderr).toBe(0)
  const { parts, files } = JSON.parse(readFileSync(join(dir, 'loaded.json'), 'utf8')) as {
    parts: { name: string; refused?: boolean }[]
    files: string[]
  }
  const packages = files.flatMap((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [])
  return {
    parts: parts.map(({ name }) => name),
    compiled: parts.filter(({ refused }) => refused === false).map(({ name }) => name),
    packages: [...new Set(packages)],
  }
}

const env = { PATH: process.env['PATH'], HOME: dir, TIDEMARK_DATA_DIR: data }

describe('a start costs what the command uses, whatever else the program can do', () => {
  test('what every command needs is one part, which is compiled', () => {
    expect(loadedBy('--version')).toEqual({ parts: [FIRST], compiled: [FIRST], packages: [] })
  })

  test('pnl needs nothing else, and of packages the driver alone', () => {
    const { parts, compiled, packages } = loadedBy('pnl')
    expect(parts).toEqual([FIRST])
    expect(compiled).toEqual([FIRST])
    expect(packages).toHaveLength(1)
    expect(DRIVERS).toContain(packages[0])
  })

  test('pnl of a portfolio file reads that file, and all that it needs is compiled', () => {
    loadedBy('pnl', '--portfolio', 'own.yaml') // stores the portfolio, with no flows
    const { parts, compiled, packages } = loadedBy('pnl', '--portfolio', 'own.yaml')
    expect(parts).toContain('./config.portfolio.read.cjs')
    expect(compiled).toEqual(parts)
    expect(packages.filter((name) => !DRIVERS.includes(name))).toEqual(['yaml'])
  })

  test.each([
    ['pnl', ['--portfolio', 'own.yaml', '--json']],
    ['lots', ['--portfolio', 'own.yaml']],
    ['coins', []],
    ['runs', []],
    ['config', []],
  ])('%s loads no other command, no provider and no server', (name, options) => {
    const { parts, packages } = loadedBy(name, ...options)
    expect(parts[0]).toBe(FIRST)
    const others = parts.filter((part) => /^\.\/(scripts\.commands|ingestion|storage)\./.test(part))
    expect(others.filter((part) => !part.startsWith(`./scripts.commands.${name}.`))).toEqual([])
    expect(packages.filter((each) => ![...DRIVERS, 'yaml', 'csv-parse'].includes(each))).toEqual([])
  })
})

describe('what lies in which part', () => {
  test('no part has an import() of its own, which would fail in it', () => {
    const program = readFileSync(join(dirname(BINARY), 'program.pack'), 'latin1')
    expect(program.match(/(?<![.\w$])import\(.{0,40}/g) ?? []).toEqual([])
  })

  const sources = () =>
    JSON.parse(readFileSync(join(dirname(BINARY), 'parts.json'), 'utf8')) as Record<string, readonly string[]>

  test('no source is in two of them: there is one class of errors, and one of everything', () => {
    const all = Object.values(sources()).flat()
    expect(all.filter((source, at) => all.indexOf(source) !== at)).toEqual([])
    expect(all).toContain('core/errors.ts')
  })

  test('the first one holds pnl with the embedded store: no provider, no server, no other command', () => {
    // What pnl imports at the top of a file is in the first part, and every command pays for it: import it late.
    const strays = (sources()[FIRST] ?? []).filter((source) => !OF_PNL.test(source))
    expect(strays).toEqual([])
  })
})

test('where V8 refuses what was compiled at build time, the program compiles itself and says the same', () => {
  const pnl = (...flags: string[]) =>
    spawnSync(process.execPath, [...flags, BINARY, 'pnl', '--json'], { cwd: dir, env, encoding: 'utf8' })
  const usual = pnl()
  expect(usual.status).toBe(0)
  expect(pnl('--no-opt').stdout).toBe(usual.stdout)
})
