import { setTimeout as wait } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { ROUTES } from '#delivery/api/contract.ts'
import { takePieces } from '#delivery/api/export/take.ts'
import { Refusal } from '#delivery/api/problem.ts'
import { received, type Delivered } from '#delivery/api/told.ts'
import type { Reply, Runner, TaskName } from '#delivery/api/types.ts'
import type { RecordStore } from '#pipeline/ports.ts'
import type { Boot, RecordTask, Task } from './tasks.ts'

/** Requests that wait for a thread; more are refused at once, since whoever asks would have gone by then. */
const MOST_WAITING = { read: 1_000, write: 100, download: 8, record: 1_000 } as const
type Lane = keyof typeof MOST_WAITING
/** Downloads at once: each lasts as long as whoever reads it likes. */
const DOWNLOADS = 2

/** What nobody waits for any more may end so long; a store takes no harm from a thread that is cut off. */
const CLOSE_MS = 2_000

export type Threads = Runner & { readonly writeRecords: (task: RecordTask) => Promise<boolean | null> }

/**
 * Threads that answer requests, in lanes: who computes a year, imports or downloads one keeps nobody else waiting for
 * a read.
 * @param file the script that a thread begins with
 * @param readers threads of the lane of reads
 */
export function threads(file: string, boot: Boot, readers: number): Threads {
  const lane = (name: Lane, most: number) =>
    new Piscina({
      filename: file,
      workerData: boot,
      minThreads: name === 'read' ? 1 : 0,
      maxThreads: most,
      maxQueue: MOST_WAITING[name],
      idleTimeout: 60_000,
    })
  const lanes: Record<Lane, Piscina> = {
    read: lane('read', readers),
    write: lane('write', 1),
    download: lane('download', DOWNLOADS),
    // Sessions and the like: never behind somebody's import.
    record: lane('record', 1),
  }
  const run = async <T>(name: Lane, task: Task, transfer: MessagePort[] = []): Promise<T> => {
    try {
      return received((await lanes[name].run(task, { transferList: transfer })) as Delivered<T>)
    } catch (error) {
      throw isFull(error) ? busy() : error
    }
  }
  return {
    run: (name, ask) => run<Reply>(laneOf(name), { kind: 'answer', name, ask } as Task),
    download: (ask) => takePieces((port) => run<null>('download', { kind: 'download', ask, port }, [port])),
    writeRecords: (task) => run('record', task),
    close: async () => {
      const pools = Object.values(lanes)
      const late = new AbortController()
      const all = Promise.all(pools.map((pool) => pool.close())).catch(() => undefined)
      await Promise.race([all, wait(CLOSE_MS, undefined, late)])
      late.abort()
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }
}

const WRITES: ReadonlySet<string> = new Set(
  Object.entries(ROUTES).flatMap(([name, { method }]) => (method === 'GET' ? [] : [name])),
)
const laneOf = (name: TaskName): Lane => (WRITES.has(name) ? 'write' : 'read')

const isFull = (error: unknown): boolean =>
  error instanceof Error && /^Task queue is at limit|^No task queue available/.test(error.message)

const busy = (): Refusal =>
  new Refusal('BUSY', 'More is being asked than this server can answer.', 'Try again in a moment.', {
    retryAfter: 5,
  })

/** Writes go through a thread: SQLite waits for another writer where it stands, and here everybody would wait with it. */
export function recordsBeside(store: Pick<RecordStore, 'records'>, { writeRecords }: Threads): RecordStore {
  return {
    records: (query) => store.records(query),
    writeRecords: async (...args) => void (await writeRecords({ kind: 'put', args })),
    writeRecordsIf: async (...args) => (await writeRecords({ kind: 'putIf', args })) === true,
  }
}
