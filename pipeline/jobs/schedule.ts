import { TidemarkError } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import type { Emit } from '../events.ts'
import type { Order } from './ingest/prepare.ts'
import { runOnce } from './ingest/run.ts'
import type { IngestRequest } from './ingest/request.ts'
import type { IngestSummary } from './ingest/summary.ts'
import { checkCron } from './cron.ts'
import type { JobIo } from './io.ts'
import { withLease } from './lease.ts'
import { dueHours, dueRange } from './schedule-due.ts'

type Wanted = Omit<IngestRequest, 'mode' | 'dryRun' | 'from' | 'to'>
export type ScheduleRequest = {
  /** Five fields (or six, with seconds first), in UTC: `5 * * * *`. */
  readonly cron: string
  /** What a run brings in, or what several do one after the other; asked for anew each time, so that an edit counts. */
  readonly request: () => Promise<Wanted> | AsyncIterable<Wanted>
  /** Computes PnL after each run; null when there is nothing to compute. */
  readonly compute: ((signal: AbortSignal) => Promise<void>) | null
  /** Hands the run out as work for others instead of doing it; null to do it here. */
  readonly handOut?: ((order: Order, emit: Emit, signal: AbortSignal) => Promise<void>) | null
  /** Told after each run that ended, whatever the outcome. */
  readonly onRun?: (summary: IngestSummary) => void
  /** Told when the next tick is due, in milliseconds since 1970: at the start, and again after each run. */
  readonly onNext?: (time: number) => void
}

/**
 * Runs until the signal aborts: what the store says is due, at each tick of the cron expression and once at the start
 * (which catches up after downtime in one run). Never two at once, over all processes, by the lease `pipeline`; a tick
 * that finds one running is left out, since the next one does its work. What is under way at the end drains.
 * @throws INPUT_INVALID when the expression is none
 */
export async function schedule(
  request: ScheduleRequest,
  io: JobIo,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const { createTask } = await checkCron(request.cron)
  let running: Promise<void> | null = null
  const sayNext = () => {
    const next = task.getNextRun()
    if (next === null || signal.aborted) return
    request.onNext?.(next.getTime())
    return next.getTime()
  }
  const tick = () => {
    if (signal.aborted) return
    running ??= runDue(request, io, emit, signal).finally(() => {
      running = null
      const next = sayNext()
      if (next !== undefined)
        emit({ type: 'notice', level: 'info', message: `Next run at ${formatTime(next)}.` })
    })
  }
  const options = { timezone: 'UTC', suppressMissedWarning: true, logger: SILENT }
  const task = createTask(request.cron, tick, options)
  await task.start()
  sayNext()
  tick()
  await aborted(signal)
  await task.destroy()
  // Set by `tick`, which the compiler does not see.
  await (running as Promise<void> | null)
}

const silence = () => undefined
const SILENT = { info: silence, warn: silence, error: silence, debug: silence }

/** One run of what is due. Whatever goes wrong is said and leaves the schedule running: the next tick tries again. */
async function runDue(request: ScheduleRequest, io: JobIo, emit: Emit, signal: AbortSignal): Promise<void> {
  try {
    await withLease(io, signal, async (leased) => {
      const asked = request.request()
      for await (const wanted of 'then' in asked ? [asked] : asked) {
        if (leased.aborted) return
        await runOne(wanted, request, io, emit, leased)
      }
      if (request.handOut || request.compute === null || leased.aborted) return
      emit({ type: 'stage', stage: 'pnl', total: null })
      await request.compute(leased)
    })
  } catch (error) {
    if (signal.aborted) return
    const held = error instanceof TidemarkError && error.code === 'LEASE_HELD'
    const message = error instanceof Error ? error.message : String(error)
    emit({ type: 'notice', level: held ? 'info' : 'warn', message: `This run is left out: ${message}` })
  }
}

async function runOne(
  wanted: Wanted,
  { handOut, onRun }: ScheduleRequest,
  io: JobIo,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const range = await dueRange(io.store, wanted.days, io.now())
  const order = {
    command: 'schedule' as const,
    request: { ...wanted, mode: 'now' as const, dryRun: false, from: range.from, to: range.to },
    range,
    hours: dueHours(range, io.now()),
  }
  if (handOut) return handOut(order, emit, signal)
  const summary = await runOnce(order, io, emit, signal)
  onRun?.(summary)
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
