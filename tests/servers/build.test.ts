import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { runChild } from '../support/kill.ts'
import { buildServers } from './build/build.ts'
import { withLock } from './build/lock.ts'
import type { Recipe } from './build/recipes.ts'
import { builtFolder, findBinary, VERSIONS, type BuiltServer } from './places.ts'
import { sleep } from './until.ts'

let cache: string
beforeEach(() => {
  cache = temporaryFolder()
  vi.stubEnv('TIDEMARK_SERVERS_DIR', cache)
})
afterEach(() => void vi.unstubAllEnvs())

const silent = () => undefined
const names = Object.keys(VERSIONS) as BuiltServer[]

/** Recipes that write a file where the real ones compile for minutes; what they made is counted. */
function recipes(made: string[], broken?: BuiltServer): Record<BuiltServer, Recipe> {
  const recipe = (name: BuiltServer): Recipe => ({
    tools: [],
    make(folder) {
      made.push(name)
      writeFileSync(join(folder, name), `the ${name}`)
      writeFileSync(join(folder, 'remains'), 'of the build')
      if (name === broken) throw new Error('the compiler failed')
    },
  })
  return { ferretdb: recipe('ferretdb'), influxdb: recipe('influxdb'), toxiproxy: recipe('toxiproxy') }
}

test('what is built is kept by name and version, the program alone, and not built again', async () => {
  const made: string[] = []
  expect(await buildServers(silent, recipes(made))).toEqual([])
  expect(await buildServers(silent, recipes(made))).toEqual([])
  expect(made.toSorted()).toEqual(names.toSorted())
  for (const name of names) {
    expect(readdirSync(builtFolder(name))).toEqual([name])
    expect(builtFolder(name)).toContain(`${name}-${VERSIONS[name]}`)
    expect(readFileSync(findBinary(name)?.path ?? '', 'utf8')).toBe(`the ${name}`)
  }
})

test('a build that failed is never used, is told of, and does not keep the others from being built', async () => {
  const failures = await buildServers(silent, recipes([], 'ferretdb'))
  expect(failures).toEqual(['ferretdb 1.24.2 was not built: the compiler failed'])
  expect(findBinary('ferretdb')).toBeNull()
  expect(findBinary('influxdb')).not.toBeNull()
  expect(readdirSync(cache).filter((entry) => entry.includes('building'))).toEqual([])
  // The next one mends it.
  expect(await buildServers(silent, recipes([]))).toEqual([])
  expect(findBinary('ferretdb')).not.toBeNull()
})

test('a build that was broken off leaves nothing that is used, and its remains go', async () => {
  const remains = join(cache, '.building-before')
  mkdirSync(remains)
  writeFileSync(join(remains, 'influxdb'), 'half of it')
  expect(findBinary('influxdb')).toBeNull()
  await buildServers(silent, recipes([]))
  expect(readdirSync(cache)).not.toContain('.building-before')
})

test('a tool that is missing is named, with where to get it', async () => {
  const asked: Record<BuiltServer, Recipe> = recipes([])
  vi.stubEnv('PATH', '')
  const failures = await buildServers(silent, {
    ...asked,
    influxdb: { ...asked.influxdb, tools: ['go', 'cargo'] },
  })
  expect(failures).toEqual([
    'influxdb 2.9.1 cannot be built, install first: go: Go 1.24 or newer (https://go.dev/dl); cargo: Rust (https://rustup.rs)',
  ])
})

test('two do not build at once', async () => {
  const lock = join(cache, 'lock')
  const events: string[] = []
  const work = (name: string) => async () => {
    events.push(`${name} begins`)
    await sleep(50)
    events.push(`${name} ends`)
  }
  await Promise.all([
    withLock(lock, silent, work('one')),
    withLock(lock, () => events.push('two waits'), work('two')),
  ])
  expect(events).toEqual(['one begins', 'two waits', 'one ends', 'two begins', 'two ends'])
})

test('a lock ends with its holder, killed or not', async () => {
  const lock = join(cache, 'lock')
  const holder = await runChild('tests/servers/lock-child.ts', [lock], { killAfterMs: 0 })
  expect([holder.lines[0], holder.signal]).toEqual(['locked', 'SIGKILL'])
  const waited: string[] = []
  await withLock(lock, () => waited.push('waited'), silent)
  expect(waited).toEqual([])
})
