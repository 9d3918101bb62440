import { Worker } from 'node:worker_threads'
import type { Config } from '#config/config.ts'
import { formatTime } from '#core/hour.ts'
import type { Newsroom } from '#delivery/api/live/news.ts'
import { problemOf, Refusal, type Problem } from '#delivery/api/problem.ts'
import { Told } from '#delivery/api/told.ts'
import type { JobEvent } from '#pipeline/events.ts'
import { readNews, type FromJob, type JobBoot, type JobOrder } from './job-messages.ts'

type Start = Extract<JobEvent, { type: 'start' }>
type Ingest = Omit<Extract<JobOrder, { kind: 'ingest' }>, 'kind'>

/** The pipeline as this server runs it: in threads, one run at a time. */
export interface Pipeline {
  /** Begins an ingest. @returns the run's id @throws Refusal CONFLICT while another goes on; Told for what cannot begin */
  ingest(order: Ingest): Promise<string>
  /** Runs by the clock from now on. */
  schedule(): void
  /** Lets what is under way end at its next checkpoint. */
  stop(): Promise<void>
}

type Options = {
  /** The script that a thread begins with. */
  readonly file: string
  readonly config: Config
  readonly demo: boolean
  readonly news: Newsroom
  /** Told when the pipeline runs next, in milliseconds since 1970. */
  readonly onNext: (time: number) => void
  /** Told in words of what ended before it should. */
  readonly onTrouble: (message: string) => void
}

export function pipeline(options: Options): Pipeline {
  const threads = new Set<JobThread>()
  const begin = (order: JobOrder): JobThread => {
    const thread = new JobThread(order, options)
    threads.add(thread)
    void thread.ended.then(() => threads.delete(thread))
    return thread
  }
  return {
    ingest: async (order) => {
      refuseSecond([...threads])
      return (await begin({ kind: 'ingest', ...order }).started).run
    },
    schedule: () => {
      const { started, ended } = begin({ kind: 'schedule' })
      // What cannot begin is told by `ended`.
      started.catch(() => undefined)
      void ended.then((failure) => {
        if (failure !== null) options.onTrouble(`The schedule has ended: ${failure.detail}`)
      })
    },
    stop: async () => void (await Promise.all([...threads].map((thread) => thread.stop()))),
  }
}

function refuseSecond(threads: readonly JobThread[]): void {
  const busy = threads.find(({ isBusy }) => isBusy)
  if (busy === undefined) return
  const { running } = busy
  const which =
    running === null
      ? 'A run begins'
      : `${running.command} ${running.run} goes on since ${formatTime(running.at)}`
  throw new Refusal('CONFLICT', `${which}: one at a time.`, 'Wait until it has ended; GET /runs tells.', {
    retryAfter: 10,
  })
}

/** One thread that runs the pipeline. */
class JobThread {
  /** The first run of it. */
  readonly started: Promise<Start>
  /** Null when it ended as it should. */
  readonly ended: Promise<Problem | null>
  running: Start | null = null
  private readonly worker: Worker
  private readonly once: boolean

  constructor(order: JobOrder, { file, config, demo, news, onNext }: Options) {
    this.once = order.kind === 'ingest'
    this.worker = new Worker(file, { workerData: { config, demo, order } satisfies JobBoot })
    let failure: Problem | null = null
    let began: (start: Start) => void = () => undefined
    this.worker.on('message', (message: FromJob) => {
      if ('next' in message) onNext(message.next)
      else if ('failed' in message) failure = message.failed
      else if ('news' in message) {
        const told = readNews(message.news)
        if (told.type === 'run') this.follow(told.event, began)
        news.tell(told)
      }
    })
    this.ended = new Promise((resolve) => {
      this.worker.on('error', (error) => (failure = problemOf(error)))
      this.worker.on('exit', () => resolve(failure))
    })
    this.started = new Promise((resolve, reject) => {
      began = resolve
      void this.ended.then((problem) => reject(new Told(problem ?? problemOf(new Error('no run')))))
    })
  }

  /** Whether a run goes on, or is about to. */
  get isBusy(): boolean {
    return this.running !== null || this.once
  }

  async stop(): Promise<void> {
    this.worker.postMessage('stop')
    await this.ended
  }

  private follow(event: JobEvent, began: (start: Start) => void): void {
    if (event.type === 'end') this.running = null
    if (event.type !== 'start') return
    this.running = event
    began(event)
  }
}
