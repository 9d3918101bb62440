import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '#pipeline/ports.ts'
import { openStore } from '#storage/open.ts'
import { BINARY } from '#tests/scripts/support.ts'
import { temporaryFolder } from './folder.ts'

export type Program = {
  readonly env?: Readonly<Record<string, string>>
  /** Working directory, with the data folder in it. */
  readonly cwd: string
  readonly kill?: Kill
}
/** A signal (SIGKILL) so many milliseconds after the start, or after something else has happened. */
export type Kill = {
  readonly afterMs: number
  readonly since?: Promise<void>
  readonly signal?: NodeJS.Signals
}
export type ProgramEnd = {
  readonly code: number | null
  readonly killed: boolean
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
  /** From the signal to the end; null without one. */
  readonly afterSignalMs: number | null
  /** Most memory that the process held, in MiB, as far as it was seen; null where the system does not tell. */
  readonly peakMb: number | null
}

/** Runs the built program with these settings only, to its end or its kill. */
export async function program(args: readonly string[], options: Program): Promise<ProgramEnd> {
  const { cwd, env, kill } = options
  const started = performance.now()
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TIDEMARK_DATA_DIR: join(cwd, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let timer: NodeJS.Timeout | undefined
  let signalled: number | null = null
  void (kill?.since ?? Promise.resolve()).then(() => {
    if (kill === undefined) return
    const send = () => {
      signalled = performance.now()
      child.kill(kill.signal ?? 'SIGKILL')
    }
    timer = setTimeout(send, kill.afterMs)
  })
  let peakMb: number | null = null
  const look = setInterval(() => (peakMb = peakOf(child.pid) ?? peakMb), 50)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      clearInterval(look)
      const ended = performance.now()
      const afterSignalMs = signalled === null ? null : ended - signalled
      done({
        code,
        killed: signal === 'SIGKILL',
        stdout,
        stderr,
        ms: ended - started,
        afterSignalMs,
        peakMb,
      })
    })
  })
}

function peakOf(pid: number | undefined): number | null {
  try {
    const kb = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kb === undefined ? null : Math.round(Number(kb) / 1024)
  } catch {
    return null
  }
}

/** Makes copies of a folder, each of which can be given back before the test has ended. */
export function copies(of: string): () => { cwd: string; remove: () => void } {
  const place = temporaryFolder()
  return () => {
    const cwd = mkdtempSync(join(place, 'copy-'))
    cpSync(of, cwd, { recursive: true, preserveTimestamps: true })
    return { cwd, remove: () => rmSync(cwd, { recursive: true, force: true }) }
  }
}

/** Looks into the store of a program's working directory while the program is not running. */
export async function withStore<T>(cwd: string, look: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ kind: 'embedded', file: join(cwd, 'data/tidemark.db'), create: true })
  try {
    return await look(store)
  } finally {
    await store.close()
  }
}

/** What waiting a minute does for the lease of a run that was killed: it has run out. */
export async function leaseRunsOut(store: Store): Promise<void> {
  const holder = 'the next run'
  await store.acquireLease('pipeline', holder, 1, Date.now() + 3_600_000)
  await store.releaseLease('pipeline', holder)
}
