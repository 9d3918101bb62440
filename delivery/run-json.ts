import { formatTime } from '#core/hour.ts'
import type { Run } from '#pipeline/ports.ts'
import type { RunRow } from '#pipeline/queries/runs.ts'

/** A run as machines read it. */
export function runDocument(row: RunRow) {
  return { ...runStateDocument(row), summary: row.summary }
}

/** The same without its end summary. */
export function runStateDocument({
  id,
  command,
  started,
  finished,
  outcome,
  exitCode,
}: Omit<Run, 'summary'>) {
  return {
    id,
    command,
    started: formatTime(started),
    finished: finished === null ? null : formatTime(finished),
    outcome,
    exitCode,
  }
}
