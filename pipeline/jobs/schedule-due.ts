import { DAY_MS, HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { dueAgain } from '../plan/missing.ts'
import type { Run, RunStore } from '../ports.ts'
import { hoursFor, type HoursOf } from './ingest/plan.ts'
import type { Range } from './ingest/request.ts'
import type { IngestSummary } from './ingest/summary.ts'

/** Runs looked back at for the last that brought everything in. */
const LOOK_BACK = 200

/**
 * The marks that a scheduled run is about: the last `days`, and back to where the last run that reached its providers
 * ended, so that one run makes up for any downtime.
 */
export async function dueRange(store: RunStore, days: number, now: number): Promise<Range> {
  const to = hourOf(now)
  const usual = (to - days * DAY_MS) as Hour
  for (const run of await store.runs({ limit: LOOK_BACK, offset: 0 })) {
    const end = endOf(run)
    if (end !== null) return { from: Math.min(usual, end - HOUR_MS) as Hour, to }
  }
  return { from: usual, to }
}

/** Up to when a scheduled run brought in all that its providers had, null when it did not get that far. */
function endOf(run: Run): Hour | null {
  if (run.command !== 'schedule' || (run.outcome !== 'complete' && run.outcome !== 'partial')) return null
  const summary = JSON.parse(run.summary) as IngestSummary
  const cut = summary.failures.some(
    ({ code }) => code === 'PROVIDER_UNAVAILABLE' || code.startsWith('CREDENTIAL'),
  )
  return cut ? null : summary.window.to
}

/** The hours of the range, and those of older gaps that may be tried again by now. */
export function dueHours(range: Range, now: number): HoursOf {
  const usual = hoursFor(range)
  return (want, gaps) => [
    ...usual(want, gaps),
    ...gaps.filter((gap) => gap.tries > 0 && gap.reason !== 'suspect' && now >= dueAgain(gap)),
  ]
}
