import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '#tests/support/folder.ts'
import { build, CANARY } from './support.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SECRETS = {
  ...{ COINGECKO_API_KEY: CANARY, AUTH_SECRET: CANARY, MONGODB_URI: `mongodb://u:${CANARY}@h/d` },
  ...{ VITE_TOKEN: CANARY, VITE_API_KEY: CANARY },
}

// As on a machine where somebody has their keys in the environment.
beforeAll(() => {
  Object.assign(process.env, SECRETS)
  try {
    build()
  } finally {
    for (const name of Object.keys(SECRETS)) Reflect.deleteProperty(process.env, name)
  }
}, 60_000)

/** What is wrong with the files of a folder. */
function faultsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  expect(files.length).toBeGreaterThan(2)
  return files.flatMap(({ parentPath, name }) => {
    const text = readFileSync(join(parentPath, name), 'latin1')
    const words = [CANARY, 'sourceMappingURL=', 'VITE_', '-----BEGIN', ROOT].filter((word) =>
      text.includes(word),
    )
    return [...words, ...(name.endsWith('.map') ? ['a map'] : [])].map((word) => `${name}: ${word}`)
  })
}

test('A34, A40: the program holds no secret, no source map and no place of who built it', () => {
  expect(faultsIn(join(ROOT, 'dist/bin'))).toEqual([])
})

test('A34, A40: nor does the page, which is told nothing of the environment', () => {
  const folder = temporaryFolder()
  const done = spawnSync(
    'npx',
    [
      'vite',
      'build',
      '--config',
      'web/vite.config.ts',
      '--outDir',
      folder,
      '--emptyOutDir',
      '--logLevel',
      'error',
    ],
    { cwd: ROOT, env: { ...process.env, ...SECRETS, NODE_ENV: 'production' }, encoding: 'utf8' },
  )
  expect(done.status, done.stderr).toBe(0)
  expect(faultsIn(folder)).toEqual([])
}, 90_000)
