import { formatTime } from '#core/hour.ts'
import type { RunRow } from '#pipeline/queries/runs.ts'

export function runDocument(row: RunRow) {
  return {
    ...row,
    started: formatTime(row.started),
    finished: row.finished === null ? null : formatTime(row.finished),
  }
}
