import { formatTime } from '#core/hour.ts'
import type { PlanCost, PlanSummary } from '#pipeline/events.ts'

/** A plan in a few lines: what will be read, what it costs, and what no request can bring. */
export function planLines(plan: PlanSummary): string[] {
  const { wanted, known, read } = plan.hours
  const lines = [
    `Range   ${formatTime(plan.from)} to ${formatTime(plan.to)}, ${count(plan.assets.length, 'asset')}`,
    `Hours   ${grouped(wanted)} wanted, ${grouped(known)} stored, ${grouped(read)} to read` +
      (known > 0 && read > 0 && read < wanted ? ' (goes on where the last run stopped)' : ''),
    ...plan.costs.filter(({ calls }) => calls > 0).map((cost) => `Calls   ${costText(cost)}`),
  ]
  const beyond = plan.gaps.reduce((hours, gap) => hours + (gap.to - gap.from) / 3_600_000, 0)
  if (beyond > 0) lines.push(`Gaps    ${count(beyond, 'hour')} beyond the plan's reach: not asked for`)
  return lines
}

function costText(cost: PlanCost): string {
  const time = cost.seconds === null ? '' : `, about ${duration(cost.seconds * 1000)}`
  const left =
    cost.creditsLeft === null || cost.creditsShare === null
      ? ''
      : `, ${percent(cost.creditsShare)} of the ${grouped(cost.creditsLeft)} left this month`
  return `${cost.provider}: ${count(cost.calls, 'call')}${time}${left}`
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`

export function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** `1 call`, `2 calls`. */
export function count(value: number, word: string): string {
  return `${grouped(value)} ${word}${value === 1 ? '' : 's'}`
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `${minutes} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
