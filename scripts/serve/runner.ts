import { Piscina } from 'piscina'
import type { Config } from '#config/config.ts'
import { received, type Delivered } from '#delivery/api/told.ts'
import type { Reply, Runner } from '#delivery/api/types.ts'
import type { Task } from './worker.ts'

/** Requests that wait for a thread; more are refused at once, since whoever asks would have gone by then. */
const MOST_WAITING = 1_000

/**
 * Threads that answer requests, so that one who computes a year keeps nobody else waiting.
 * @param file the script that a thread begins with
 */
export function threads(file: string, config: Config, count: number): Runner {
  const pool = new Piscina({
    filename: file,
    workerData: config,
    minThreads: 1,
    maxThreads: count,
    maxQueue: MOST_WAITING,
    idleTimeout: 60_000,
  })
  return {
    run: async (name, ask) => {
      const task = { name, ask } as unknown as Task
      return received((await pool.run(task)) as Delivered<Reply>)
    },
    close: () => pool.close(),
  }
}
