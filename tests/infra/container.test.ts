import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { INFRA, ROOT } from './files.ts'

const HEARTBEAT = join(INFRA, 'container/heartbeat.cjs')
let folder: string
let env: NodeJS.ProcessEnv
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-container-'))
  env = { PATH: process.env['PATH'], TMPDIR: folder }
})
afterEach(() => rmSync(folder, { recursive: true }))

const sign = () => join(folder, 'tidemark-alive')
const alive = () => spawnSync('sh', [join(INFRA, 'container/alive')], { env }).status === 0
const grow = (minutes: number) => {
  const then = new Date(Date.now() - minutes * 60_000)
  utimesSync(sign(), then, then)
}

/** A program with a heartbeat of 20 ms instead of 15 s, which prints a line once it runs. */
async function beating(program: string): Promise<void> {
  const quick = `const real = setInterval; globalThis.setInterval = (call) => real(call, 20)
    require(${JSON.stringify(HEARTBEAT)}); console.log('runs'); ${program}`
  const child = spawn(process.execPath, ['-e', quick], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await new Promise((done) => child.stdout.once('data', done))
}

const later = (ms: number) => new Promise((done) => setTimeout(done, ms))
async function until(what: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 200; turn++) {
    if (what()) return true
    await later(25)
  }
  return false
}

describe('the health of a container', () => {
  test('a program that never began is not alive', () => expect(alive()).toBe(false))

  test('an idle program is alive, and one whose last sign is old is not', async () => {
    await beating('setTimeout(() => {}, 60_000)')
    expect(alive()).toBe(true)
    grow(10)
    expect(await until(alive)).toBe(true)
  })

  test('a program whose event loop hangs is not alive', async () => {
    await beating('while (true);')
    expect(existsSync(sign())).toBe(true)
    grow(10)
    await later(300)
    expect(alive()).toBe(false)
  })

  test('the heartbeat keeps no program from ending', () => {
    const done = spawnSync(process.execPath, ['--require', HEARTBEAT, '-e', '1'], { env, timeout: 10_000 })
    expect(done).toMatchObject({ status: 0, signal: null })
    expect(alive()).toBe(true)
  })

  test('a folder that cannot be written stops no program', () => {
    const away = { ...env, TMPDIR: join(folder, 'not-there') }
    const done = spawnSync(process.execPath, ['--require', HEARTBEAT, '-e', '1'], {
      env: away,
      timeout: 10_000,
    })
    expect(done).toMatchObject({ status: 0 })
  })
})

describe('what is built into the image', () => {
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
  const taken = [...ignored.matchAll(/^!(.+)$/gm)].map(([, path = '']) => path)

  test('every folder that the build compiles, and nothing that is not there', () => {
    const { include } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8')) as {
      include: string[]
    }
    expect(ignored).toMatch(/^\*$/m)
    expect(taken).toEqual(expect.arrayContaining(include))
    for (const path of taken) expect(existsSync(join(ROOT, path)), path).toBe(true)
  })

  test('the last stage takes built code and production dependencies, and runs as nobody special', () => {
    const last =
      readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
        .split(/^FROM /m)
        .at(-1) ?? ''
    expect(
      [...last.matchAll(/^COPY --from=(\S+) (\S+)/gm)].map(([, stage, path]) => `${stage} ${path}`),
    ).toEqual(['dependencies /app/node_modules', 'build /app/dist'])
    expect(last).toMatch(/^USER 1000:1000$/m)
    expect(last).toMatch(/^HEALTHCHECK .*CMD \["alive"\]$/m)
  })

  test('files that are called are programs', () => {
    for (const name of ['container/start', 'container/alive', 'make-secrets.sh'])
      expect(statSync(join(INFRA, name)).mode & 0o111, name).not.toBe(0)
  })
})
