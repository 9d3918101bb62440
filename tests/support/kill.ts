import { spawn, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

export type ChildEnd = {
  /** Lines of standard output that were whole. */
  readonly lines: readonly string[]
  readonly stderr: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** From the first line of output to the end. */
  readonly workMs: number
}
export type ChildOptions = {
  /** SIGKILL that many milliseconds after the first line of output; never when left out. */
  readonly killAfterMs?: number
  readonly env?: Readonly<Record<string, string>>
  /** Most bytes, in KiB, that a file the child writes may have: a disk that is full, for any user. */
  readonly fileLimitKb?: number
}

/**
 * Runs a TypeScript file of the tests in a process of its own, on the sources, and ends it if asked to, as a crash
 * would: no handler runs. The child says `ready` (any first line) when its work begins, then one line per piece of
 * work that it was told is done; what it wrote before the kill is always read to the end.
 */
export async function runChild(
  script: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildEnd> {
  const node = [process.execPath, '--conditions=source', '--import', 'tsx', resolve(ROOT, script), ...args]
  const limited = [
    'bash',
    '-c',
    `ulimit -f ${options.fileLimitKb ?? 'unlimited'}; exec "$@"`,
    'bash',
    ...node,
  ]
  const [command, ...rest] = (options.fileLimitKb === undefined ? node : limited) as [string, ...string[]]
  const child = spawn(command, rest, {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return ended(child, options.killAfterMs)
}

async function ended(child: ChildProcess, killAfterMs: number | undefined): Promise<ChildEnd> {
  let out = ''
  let stderr = ''
  let timer: NodeJS.Timeout | undefined
  let began = 0
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (out === '') began = performance.now()
    if (out === '' && killAfterMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      done({ lines: out.split('\n').slice(0, -1), stderr, code, signal, workMs: performance.now() - began })
    })
  })
}

/** Does work for each item, `width` at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
