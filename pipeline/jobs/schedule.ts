import { TidemarkError } from '#core/errors.ts'
import type { Emit } from '../events.ts'
import type { IngestRequest, IngestSummary } from './ingest.ts'
import type { JobIo } from './io.ts'

export type ScheduleRequest = {
  /** Five fields (or six, with seconds first), in UTC: `5 * * * *`. */
  readonly cron: string
  /** What each run brings in; asked for anew each time, so that an edited portfolio counts. */
  readonly request: () => Promise<Omit<IngestRequest, 'mode' | 'dryRun' | 'from' | 'to'>>
  /** Computes PnL after each run; null when there is nothing to compute. */
  readonly compute: ((signal: AbortSignal) => Promise<void>) | null
  /** Told after each run that ended, whatever the outcome. */
  readonly onRun?: (summary: IngestSummary) => void
}

/**
 * Runs until the signal aborts: what the store says is due, at each tick of the cron expression and once at the start
 * (which catches up after downtime in one run). Never two at once, over all processes, by the lease `pipeline`.
 * @throws INPUT_INVALID when the expression is none
 */
export async function schedule(
  _request: ScheduleRequest,
  _io: JobIo,
  _emit: Emit,
  _signal: AbortSignal,
): Promise<void> {
  throw new TidemarkError('INTERNAL', { message: 'schedule is being written', fix: 'wait' })
}
