import type { Job } from 'bullmq'
import { queueRedis, within } from './client.ts'
import { queueError } from './errors.ts'
import { GROUPS, prefixOf } from './queue.ts'

/** What became of an entry; as `Verdict` of the pipeline. */
type Verdict =
  | { readonly type: 'done' }
  | { readonly type: 'later'; readonly ms: number }
  | { readonly type: 'back' }
  | { readonly type: 'failed'; readonly cause: string; readonly final: boolean }

export type WorkersOptions = {
  readonly url: string
  readonly store: string
  /** Pieces of work under way at once that call providers; beside them one that computes. */
  readonly concurrency: number
  /** How long the work of a process that died stays its own, and how often it is looked for. */
  readonly lockMs: number
  /** Does a piece of work; what it throws is a try that failed. */
  readonly handle: (entry: {
    readonly id: string
    readonly data: unknown
    readonly queued: number
    readonly tries: number
  }) => Promise<Verdict>
  /** Told when Redis is lost, and nothing more until work comes again. */
  readonly onTrouble: (error: Error) => void
}

/** Less than a program has to end in. */
const CLOSE_MS = 8_000

export type Workers = {
  /** Takes no more work and waits until what is under way has ended. */
  readonly close: () => Promise<void>
}

/**
 * Takes work from the queue of a store until it is closed. A process that dies loses its work to the others once its
 * lock has run out, which is no try (`stalled`, which never counts here); one that loses Redis goes on and comes back.
 * @throws TidemarkError STORE_UNAVAILABLE or CREDENTIAL_REFUSED when Redis does not answer at the start
 */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const { url, store, concurrency, lockMs, handle, onTrouble } = options
  const bullmq = await import('bullmq')
  const redis = await queueRedis(url, 'workers').catch((error: unknown) => {
    throw queueError(error, url)
  })
  const process = async (job: Job<unknown>, token?: string): Promise<true> => {
    const { id = '', data, timestamp: queued, attemptsMade: tries } = job
    const verdict = await handle({ id, data, queued, tries })
    if (verdict.type === 'done') return true
    if (verdict.type === 'failed')
      throw verdict.final ? new bullmq.UnrecoverableError(verdict.cause) : new Error(verdict.cause)
    if (verdict.type === 'later') {
      await job.moveToDelayed(Date.now() + verdict.ms, token)
      throw new bullmq.DelayedError()
    }
    await job.moveToWait(token)
    throw new bullmq.WaitingError()
  }
  const workers = GROUPS.map((group) => {
    const worker = new bullmq.Worker(group, process, {
      connection: redis,
      prefix: prefixOf(store),
      // Computing fills a process; calls mostly wait.
      concurrency: group === 'compute' ? 1 : concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      // How soon a process sees work that came while it slept, and that it is to stop.
      drainDelay: 2,
      runRetryDelay: 2_000,
    })
    return worker.on('error', (error) => {
      // A lock that ran out while this process slept: somebody else has that work by now, and it is the same for both.
      if (!/\block\b/i.test(error.message)) onTrouble(error)
    })
  })
  const close = async () => {
    const closed = Promise.all(workers.map((worker) => worker.close()))
    // Without Redis nothing can be given back: what is under way goes to others when its lock has run out.
    await within(CLOSE_MS, closed).catch(() => undefined)
    redis.disconnect()
  }
  return { close }
}
