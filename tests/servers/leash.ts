import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import { until } from './until.ts'

/** A process that is a server, seen by the one who started it. */
export type Child = {
  readonly pid: number
  readonly alive: () => boolean
  readonly signal: (signal: NodeJS.Signals) => void
}
export type Spawn = {
  readonly command: readonly [string, ...string[]]
  /** File that takes what the server prints. */
  readonly log: string
  readonly env: Readonly<Record<string, string>>
  /**
   * Whether the server ends with the process that starts it, however that one ends. `remove` names a folder that is
   * deleted then.
   */
  readonly leash: { readonly remove: string | null } | null
}

/**
 * The server takes the place of this shell, so the pid stays; a watcher beside it reads from a pipe that the starter
 * holds open. The pipe's end without a word means that the starter died, of SIGKILL too: the server goes the same way.
 * A line means that the server is known to have ended; its pid may be somebody else's by now.
 */
const LEASH = `
folder=$1; shift
(
  read -r _ <&3 && exit 0
  kill -KILL $$
  [ -z "$folder" ] || { sleep 0.2; rm -rf -- "$folder"; }
) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`

export function spawnServer({ command, log, env, leash }: Spawn): Child {
  const output = openSync(log, 'a')
  try {
    const argv = leash === null ? command : ['sh', '-c', LEASH, 'sh', leash.remove ?? '', ...command]
    const [program = '', ...rest] = argv
    const child = spawn(program, rest, {
      // A group of its own: Ctrl-C in the terminal reaches the tests, which then end the server in good order.
      detached: true,
      env: { ...process.env, ...env },
      stdio: leash === null ? ['ignore', output, output] : ['ignore', output, output, 'pipe'],
    })
    child.unref()
    return watched(child, child.stdio[3] as Socket | undefined)
  } finally {
    closeSync(output)
  }
}

function watched(child: ChildProcess, watcher: Socket | undefined): Child {
  child.on('error', () => undefined)
  watcher?.on('error', () => undefined)
  watcher?.unref()
  const { pid } = child
  if (pid === undefined) throw new Error(`no process could be started: ${child.spawnargs.join(' ')}`)
  let alive = true
  child.once('exit', () => {
    alive = false
    watcher?.end('ended\n')
  })
  return { pid, alive: () => alive, signal: (signal) => void (alive && child.kill(signal)) }
}

/** Ends a server by a signal and waits for it; what does not end in time is killed. */
export async function end(child: Child, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const gone = () => !child.alive()
  child.signal('SIGCONT')
  child.signal(signal)
  if (await until(gone, { timeoutMs: graceMs, everyMs: 5 })) return
  child.signal('SIGKILL')
  // What waits for a disk in the kernel takes its time even then.
  if (!(await until(gone, { timeoutMs: 30_000, everyMs: 5 })))
    throw new Error(`process ${child.pid} did not end, not even by SIGKILL`)
}
