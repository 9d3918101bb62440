import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const BINARY = join(ROOT, 'dist/bin/tidemark.cjs')

/** Planted as the key of every provider; no output of any command may hold it. */
export const CANARY = 'CG-canary7Kx2mQ9vTz4LwP8s'

export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}
type Options = {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly input?: string
  /** Called with the child and what it has written to stderr so far, at every piece. */
  readonly watch?: (child: ChildProcess, stderr: string) => void
}

/** Builds the binary once for all files of the suite: a folder is the lock, since making one cannot be half done. */
export function build(): void {
  const lock = join(ROOT, 'node_modules/.build-lock')
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch {
      // A lock older than two minutes was left behind by a run that was killed.
      const held = statSync(lock, { throwIfNoEntry: false })
      if (held !== undefined && Date.now() - held.mtimeMs > 120_000) rmdirSync(lock)
      spawnSync(process.execPath, ['-e', 'setTimeout(() => {}, 200)'])
    }
  }
  try {
    const done = spawnSync('npm', ['run', '-s', 'build:quick'], { cwd: ROOT, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`build failed:\n${done.stdout}${done.stderr}`)
  } finally {
    rmdirSync(lock)
  }
}

/** A folder of its own for a test, with its data folder in it. */
export function scratch(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-cli-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

const outputs: string[] = []
/** Everything that any command of this file's tests has written. */
export const everyOutput = (): readonly string[] => outputs

/** Runs the built program as a user would. Nothing of this process' settings reaches it. */
export function tidemark(args: readonly string[], options: Options = {}): Promise<Ended> {
  const cwd = options.cwd ?? tmpdir()
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: cwd,
      TIDEMARK_DATA_DIR: join(cwd, 'data'),
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(options.input ?? '')
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece
    options.watch?.(child, stderr)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      outputs.push(stdout, stderr)
      resolve({ code, signal, stdout, stderr })
    })
  })
}

/** The one document that a command wrote with `--json`. */
export function documentOf(ended: Ended): Record<string, unknown> & {
  error?: { code: string; message: string; fix: string; faults?: string[] }
} {
  return JSON.parse(ended.stdout) as ReturnType<typeof documentOf>
}
