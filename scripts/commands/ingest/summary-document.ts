import { formatTime } from '#core/hour.ts'
import type { Gap } from '#core/sample.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest.ts'

/** The end summary as `--json` prints it: the same numbers as the text, times as ISO 8601. */
export function summaryDocument(summary: IngestSummary): object {
  const { plan, started, finished } = summary
  return {
    ...summary,
    plan: plan === null ? null : { ...plan, ...times(plan), gaps: plan.gaps.map(gapDocument) },
    started: formatTime(started),
    finished: formatTime(finished),
    durationMs: finished - started,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  }
}

const times = ({ from, to }: { from: number; to: number }) => ({ from: formatTime(from), to: formatTime(to) })

/** A gap with its times as text. */
export function gapDocument(gap: Gap): object {
  return { ...gap, ...times(gap), seen: formatTime(gap.seen), tried: formatTime(gap.tried) }
}
