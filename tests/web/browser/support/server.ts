import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BINARY, build } from '#tests/scripts/support.ts'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))
const OPENS_MS = 120_000
const ENDS_MS = 15_000

export type Server = {
  readonly url: string
  /** The link that it prints at its start, with a token in it; null where everybody has an account. */
  readonly link: string
  /** As a signal ends it. */
  stop(): Promise<void>
}
export type Start = {
  /** Its working directory and home; the data folder lies in it. */
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** 0 is any that is free. */
  readonly port?: number
  /** What it takes for now when it starts, in milliseconds since 1970; its clock then runs. */
  readonly now?: number
}

/** The program and its page, built once for all files that ask at the same time: a folder is the lock. */
export function buildPage(): void {
  build()
  const lock = join(ROOT, 'node_modules/.page-lock')
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch {
      // A lock older than three minutes was left behind by a run that was killed.
      const held = statSync(lock, { throwIfNoEntry: false })
      if (held !== undefined && Date.now() - held.mtimeMs > 180_000) rmdirSync(lock)
      spawnSync(process.execPath, ['-e', 'setTimeout(() => {}, 200)'])
    }
  }
  try {
    const done = spawnSync('npm', ['run', '-s', 'build:web'], { cwd: ROOT, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`the page does not build:\n${done.stdout}${done.stderr}`)
  } finally {
    rmdirSync(lock)
  }
}

/** Runs `tidemark serve`, or `tidemark demo --serve`, until it is stopped. */
export async function startServer(args: readonly string[], start: Start): Promise<Server> {
  const { cwd, env, port = 0, now } = start
  const child = spawn(process.execPath, [BINARY, ...args, '--port', String(port)], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: cwd,
      TIDEMARK_DATA_DIR: join(cwd, 'data'),
      ...(now === undefined ? {} : clockAt(now)),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const link = await linkOf(child)
  return { url: new URL(link).origin, link, stop: () => ended(child) }
}

/** The demo, in the folder given. */
export const startDemo = (start: Start): Promise<Server> =>
  startServer(['demo', '--serve', '--data-dir', join(start.cwd, 'demo')], start)

const CLOCK = fileURLToPath(new URL('clock.cjs', import.meta.url))
export const clockAt = (now: number) => ({
  NODE_OPTIONS: `--require=${CLOCK}`,
  TIDEMARK_TEST_NOW: String(now),
})

async function linkOf(child: ChildProcess): Promise<string> {
  let said = ''
  const late = setTimeout(() => child.kill('SIGKILL'), OPENS_MS)
  const opened = new Promise<string>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/^Log /m.test(said)) resolve(/^Open +(\S+)/m.exec(said)?.[1] ?? '')
    })
  })
  const failed = once(child, 'exit').then(() => '')
  const link = await Promise.race([opened, failed])
  clearTimeout(late)
  if (link === '') throw new Error(`the server does not open:\n${said}`)
  return link
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), ENDS_MS)
  await gone
  clearTimeout(late)
}
