import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A script of tests/bench in a process of its own. */
export const benchChild = (file: string, args: readonly string[]): ChildProcess =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    cwd: ROOT,
    execArgv: ['--conditions=source', '--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

/** The next message of a child that has a field. @throws Error when it ends before */
export function message<T>(child: ChildProcess, field: string): Promise<T> {
  return new Promise((done, fail) => {
    const stop = () => {
      child.off('message', take)
      child.off('exit', ended)
    }
    const ended = (code: number | null) => {
      stop()
      fail(new Error(`a process ended with ${String(code)} before it said "${field}"`))
    }
    const take = (said: unknown) => {
      if (typeof said !== 'object' || said === null || !(field in said)) return
      stop()
      done(said as T)
    }
    child.on('message', take)
    child.once('exit', ended)
  })
}
