import { formatTime } from '#core/hour.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import { gapDocument } from '#delivery/gap-json.ts'

/** The end summary as `--json` prints it: the same numbers as the text, times as ISO 8601. */
export function summaryDocument(summary: IngestSummary): object {
  const { plan, started, finished } = summary
  return {
    ...summary,
    plan:
      plan === null
        ? null
        : {
            ...plan,
            from: formatTime(plan.from),
            to: formatTime(plan.to),
            gaps: plan.gaps.map(gapDocument),
          },
    started: formatTime(started),
    finished: formatTime(finished),
    durationMs: finished - started,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  }
}
