import type { Job, Queue } from 'bullmq'
import { queueRedis, within, type RedisClient } from './client.ts'
import { queueError } from './errors.ts'

/** What calls providers, and what computes once that is done. */
export const GROUPS = ['fetch', 'compute'] as const
export type Group = (typeof GROUPS)[number]
export type QueueEntry<T> = { readonly id: string; readonly group: Group; readonly data: T }

type State = 'waiting' | 'active' | 'parked' | 'done'
type Stored = {
  readonly id: string
  readonly state: State
  readonly data: unknown
  readonly tries: number
  readonly cause: string | null
  readonly queued: number
  readonly finished: number | null
}
type Added = { readonly added: number; readonly present: number; readonly parked: number }

/** How often work is tried before it is parked, and the first wait between tries, which doubles each time. */
export type Tries = { readonly count: number; readonly firstMs: number }

/** 15 s, 30 s, 1, 2 and 4 minutes, each up to a half shorter. */
const TRIES: Tries = { count: 6, firstMs: 15_000 }
/** Work done long ago is in the store; only the newest is kept here, to be looked at. */
const KEPT = { age: 86_400, count: 1_000 }

/** A look at the queue takes no longer, nor does adding one piece of it. */
const LONGEST_MS = 15_000
const CLOSE_MS = 1_000

/** How many entries are looked up or added in one go. */
const PIECE = 500

/** The keys of one store's work; the braces keep them on one node of a cluster. */
export const prefixOf = (store: string): string => `{tidemark:${store}}`

const STATES = {
  waiting: ['waiting', 'prioritized', 'delayed'],
  active: ['active'],
  parked: ['failed'],
  done: ['completed'],
} as const satisfies Record<State, readonly string[]>

/**
 * The work queue of one store on Redis, by BullMQ; fulfils `WorkQueue` of the pipeline. Every command ends in bounded
 * time. Errors are TidemarkErrors: STORE_UNAVAILABLE, STORE_FULL, CREDENTIAL_REFUSED.
 */
export class RedisQueue<T extends object> {
  readonly name: string
  private readonly url: string
  private readonly redis: RedisClient
  private readonly queues: Readonly<Record<Group, Queue>>
  private readonly tries: Tries

  private constructor(
    at: { readonly name: string; readonly url: string },
    redis: RedisClient,
    queues: Readonly<Record<Group, Queue>>,
    tries: Tries,
  ) {
    this.name = at.name
    this.url = at.url
    this.redis = redis
    this.queues = queues
    this.tries = tries
  }

  static async open<T extends object>(url: string, store: string, tries = TRIES): Promise<RedisQueue<T>> {
    try {
      const redis = await queueRedis(url, 'commands')
      const { Queue } = await import('bullmq')
      const made = (group: Group) => {
        const queue = new Queue(group, { connection: redis, prefix: prefixOf(store), skipMetasUpdate: true })
        // Told by the commands that fail.
        return queue.on('error', () => undefined)
      }
      const queues = { fetch: made('fetch'), compute: made('compute') }
      await within(LONGEST_MS, Promise.all(GROUPS.map((group) => queues[group].waitUntilReady())))
      return new RedisQueue<T>({ name: prefixOf(store), url }, redis, queues, tries)
    } catch (error) {
      throw queueError(error, url)
    }
  }

  async add(
    entries: readonly QueueEntry<T>[],
    widen: (waiting: unknown, again: T) => T | null,
  ): Promise<Added> {
    const sum = { added: 0, present: 0, parked: 0 }
    for (let at = 0; at < entries.length; at += PIECE) {
      const piece = entries.slice(at, at + PIECE)
      for (const state of await this.told(() => this.addPiece(piece, widen))) sum[state]++
    }
    return sum
  }

  counts(): Promise<Record<State, number>> {
    return this.told(async () => {
      const all = await Promise.all(GROUPS.map((group) => this.queues[group].getJobCounts()))
      const count = (state: State) =>
        all.flatMap((each) => STATES[state].map((name) => each[name] ?? 0)).reduce((a, b) => a + b, 0)
      return {
        waiting: count('waiting'),
        active: count('active'),
        parked: count('parked'),
        done: count('done'),
      }
    })
  }

  entries(states: readonly State[], { limit, offset }: { limit: number; offset: number }): Promise<Stored[]> {
    return this.told(async () => {
      const found: Stored[] = []
      for (const state of states) {
        for (const group of GROUPS) {
          // What is done next, or was done last, comes first.
          const asc = state === 'waiting' || state === 'active'
          const names = [...STATES[state]]
          const jobs: Job[] = await this.queues[group].getJobs(names, 0, offset + limit - 1, asc)
          // One that ended between its listing and its reading is not there any more.
          found.push(...jobs.filter((job) => (job as Job | undefined)?.id).map((job) => storedOf(job, state)))
        }
      }
      return found.slice(offset, offset + limit)
    })
  }

  fetching(): Promise<boolean> {
    return this.told(async () => {
      const names = [...STATES.waiting, ...STATES.active]
      const counts = await this.queues.fetch.getJobCounts(...names)
      return Object.values(counts).some((count) => count > 0)
    })
  }

  retry(ids: readonly string[] | 'all'): Promise<number> {
    return this.told(async () => {
      let count = 0
      for (const group of GROUPS) {
        const parked: Job[] = await this.queues[group].getJobs(['failed'])
        for (const job of parked) {
          if (ids !== 'all' && !ids.includes(job.id ?? '')) continue
          await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
          count++
        }
      }
      return count
    })
  }

  async close(): Promise<void> {
    const closed = Promise.all(GROUPS.map((group) => this.queues[group].close()))
    await within(CLOSE_MS, closed).catch(() => undefined)
    this.redis.disconnect()
  }

  private async addPiece(
    piece: readonly QueueEntry<T>[],
    widen: (waiting: unknown, again: T) => T | null,
  ): Promise<(keyof Added)[]> {
    const states = await Promise.all(piece.map((entry) => this.settle(entry, widen)))
    await this.addNew(piece.filter((_, index) => states[index] === 'added'))
    return states
  }

  /** What there is of an entry; what was done before makes room for being done again. */
  private async settle(
    { id, group, data }: QueueEntry<T>,
    widen: (waiting: unknown, again: T) => T | null,
  ): Promise<keyof Added> {
    const queue = this.queues[group]
    const job = (await queue.getJob(id)) as Job<unknown> | undefined
    if (job === undefined) return 'added'
    if (job.finishedOn !== undefined) {
      if ((await job.getState()) === 'failed') return 'parked'
      await queue.remove(id)
      return 'added'
    }
    const wider = widen(job.data, data)
    if (wider !== null) await job.updateData(wider)
    return 'present'
  }

  private async addNew(entries: readonly QueueEntry<T>[]): Promise<void> {
    const { count, firstMs } = this.tries
    const backoff = { type: 'exponential', delay: firstMs, jitter: 0.5 }
    const options = { attempts: count, backoff, removeOnComplete: KEPT, removeOnFail: false }
    for (const group of GROUPS) {
      const own = entries.filter((entry) => entry.group === group)
      const jobs = own.map(({ id, data }) => ({ name: group, data, opts: { ...options, jobId: id } }))
      if (jobs.length > 0) await this.queues[group].addBulk(jobs)
    }
  }

  private async told<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await within(LONGEST_MS, work())
    } catch (error) {
      throw queueError(error, this.url)
    }
  }
}

function storedOf(job: Job<unknown>, state: State): Stored {
  return {
    id: job.id ?? '',
    state,
    data: job.data,
    // The one that succeeded counts there too.
    tries: state === 'done' ? job.attemptsMade - 1 : job.attemptsMade,
    cause: job.failedReason ? job.failedReason : null,
    queued: job.timestamp,
    finished: job.finishedOn ?? null,
  }
}
