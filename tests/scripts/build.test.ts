import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, scratch, tidemark } from './support.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BUILDS = 4
const { dir, remove } = scratch()
beforeAll(build)
afterAll(remove)

test('what starts while it is being built is whole: npm run of two commands at once', async () => {
  const { stdout: version } = await tidemark(['--version'], { cwd: dir })
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/)
  let building = true
  const builds = async () => {
    for (let round = 0; round < BUILDS; round++) {
      const child = spawn('npm', ['run', '-s', 'build:quick'], { cwd: ROOT, stdio: 'inherit' })
      expect(await once(child, 'close')).toEqual([0, null])
    }
    building = false
  }
  const starts = async () => {
    while (building)
      expect(await tidemark(['--version'], { cwd: dir })).toMatchObject({
        code: 0,
        stdout: version,
        stderr: '',
      })
  }
  await Promise.all([builds(), starts()])
})
