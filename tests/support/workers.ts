import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { storeId } from '#pipeline/queue/store-id.ts'
import type { Work } from '#pipeline/queue/work.ts'
import { openStore, type StoreOptions } from '#storage/open.ts'
import { queueRedis } from '#storage/redis/client.ts'
import { prefixOf, RedisQueue } from '#storage/redis/queue.ts'
import { BINARY } from '#tests/scripts/support.ts'
import { temporaryFolder } from './folder.ts'
import { STEADY_PORTFOLIO, steadyFlows, type Span } from './steady.ts'

type Env = Readonly<Record<string, string>>

/** A home with a portfolio of six coins and 300 flows over a span, and nothing stored. */
export function portfolioHome(seed: number, span: Span): string {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'portfolio.yaml'), STEADY_PORTFOLIO)
  writeFileSync(join(cwd, 'flows.csv'), steadyFlows(seed, 300, span))
  mkdirSync(join(cwd, 'data'))
  return cwd
}

export type WorkerProcess = {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly stderr: () => string
}

/** A worker of the built program, which does not outlive its test. */
export function startWorker(args: readonly string[], { cwd, env }: { cwd: string; env: Env }): WorkerProcess {
  const child = spawn(process.execPath, [BINARY, 'worker', ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TIDEMARK_DATA_DIR: join(cwd, 'data'), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, ended, stderr: () => stderr }
}

/** The file of a program's store in its working directory. */
export const fileIn = (cwd: string): StoreOptions => ({
  kind: 'embedded',
  file: join(cwd, 'data/tidemark.db'),
  create: true,
})

/** The queue of a store, looked at beside the workers. */
export async function queueOf(url: string, options: StoreOptions) {
  const store = await openStore(options)
  const id = await storeId(store, Date.now(), randomUUID).finally(() => store.close())
  const [queue, redis] = await Promise.all([RedisQueue.open<Work>(url, id), queueRedis(url, 'commands')])
  onTestFinished(async () => {
    await queue.close()
    redis.disconnect()
  })
  /** How often each entry was begun, failed and lost to a stall, as the queue's own library counts. */
  const begun = async () => {
    const keys = await redis.keys(`${prefixOf(id)}:*:*|*`)
    const rows = keys
      .filter((key) => !key.endsWith(':lock'))
      .map((key) => redis.hmget(key, 'ats', 'atm', 'stc'))
    return (await Promise.all(rows)).map(([starts, tries, stalls]) => ({
      starts: Number(starts ?? 0),
      tries: Number(tries ?? 0),
      stalls: Number(stalls ?? 0),
    }))
  }
  return { queue, begun }
}
