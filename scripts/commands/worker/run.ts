import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '#config/config.ts'
import { EXIT, type TidemarkError } from '#core/errors.ts'
import { graceAfter } from '#pipeline/jobs/ingest/context.ts'
import { UsageMeter } from '#pipeline/jobs/ingest/usage.ts'
import { handlerOf } from '#pipeline/queue/handler.ts'
import type { WorkIo } from '#pipeline/queue/perform.ts'
import type { Verdict, WorkQueue } from '#pipeline/queue/ports.ts'
import { startWorkers } from '#storage/redis/workers.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { beginJob, startLines, type Job } from '../../wiring/job.ts'
import { idOf, openQueue, redisUrlOf } from '../../wiring/queue.ts'

type Options = { readonly concurrency: number; readonly lockMs: number; readonly untilEmpty: boolean }

/** What is in flight when a worker is told to stop may go on for this long; its work goes back afterwards. */
const DRAIN_MS = 3_000
const LOOK_MS = 500
/** Trouble with Redis is told again after this long. */
const TOLD_MS = 300_000

/** Works until it is told to stop, or until the queue is empty where that was asked for. */
export async function runWorker(cli: Cli, config: Config, options: Options): Promise<Outcome> {
  const job = await beginJob(cli, config, { dryRun: false, create: false })
  let queue: WorkQueue | null = null
  try {
    queue = await openQueue(config, job.store)
    const lines = startLines(config, `work from the queue, ${options.concurrency} at once`, job.logPath)
    for (const line of lines) cli.out.note(line)
    return await work(cli, config, options, job, queue)
  } finally {
    await queue?.close()
    await job.close()
  }
}

async function work(
  cli: Cli,
  config: Config,
  options: Options,
  job: Job,
  queue: WorkQueue,
): Promise<Outcome> {
  const stop = new AbortController()
  const signal = AbortSignal.any([cli.stop.signal, stop.signal])
  const grace = graceAfter(signal, DRAIN_MS)
  const { io, emit, own } = job
  const shared = { io, queue, emit, own, usage: new UsageMeter(io), quote: config.baseCurrency }
  const workIo: WorkIo = { ...shared, signal, grace: grace.signal }
  const fatal: TidemarkError[] = []
  const handle = handlerOf(workIo, (error) => {
    fatal.push(error)
    stop.abort(error)
  })
  const tally = { done: 0, failed: 0, givenBack: 0 }
  const workers = await startWorkers({
    url: redisUrlOf(config),
    store: await idOf(job.store),
    concurrency: options.concurrency,
    lockMs: options.lockMs,
    handle: async (entry) => {
      const verdict = await handle(entry)
      count(tally, verdict)
      return verdict
    },
    onTrouble: once(TOLD_MS, () =>
      emit({ type: 'notice', level: 'warn', message: 'Redis does not answer: this worker waits for it.' }),
    ),
  })
  await ended(queue, options.untilEmpty, signal)
  stop.abort()
  await workers.close()
  grace.stop()
  if (fatal[0] !== undefined) throw fatal[0]
  job.settle()
  cli.out.note(`Done ${tally.done}, failed tries ${tally.failed}, given back ${tally.givenBack}.`)
  return { exitCode: EXIT.complete, text: null, document: () => ({ ...tally }) }
}

function count(tally: { done: number; failed: number; givenBack: number }, { type }: Verdict): void {
  if (type === 'done') tally.done++
  if (type === 'failed') tally.failed++
  if (type === 'back') tally.givenBack++
}

/** Waits for the signal, and where asked for, until nothing is left to do. A queue that does not answer is not empty. */
async function ended(queue: WorkQueue, untilEmpty: boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined)
    if (!untilEmpty || signal.aborted) continue
    const counts = await queue.counts().catch(() => null)
    if (counts !== null && counts.waiting + counts.active === 0) return
  }
}

/** Calls through at most once in `everyMs`. */
function once(everyMs: number, call: () => void): () => void {
  let last = -Infinity
  return () => {
    if (performance.now() - last < everyMs) return
    last = performance.now()
    call()
  }
}
