import type { ProviderId } from '#core/candle.ts'
import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import { monthEnd, monthOf } from '#core/month.ts'
import type { Budget } from '#delivery/api/live/interval.ts'
import type { Budget as JobBudget } from '#pipeline/jobs/io.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import type { RunStore, UsageStore } from '#pipeline/ports.ts'

/** What runs of the last two days cost says what the next ones will. */
const LOOK_BACK_MS = 2 * DAY_MS
const MOST_RUNS = 100

type Asked = {
  readonly provider: ProviderId
  readonly budget: Pick<JobBudget, 'perMinute' | 'monthCredits'>
  /** Assets that a run reads, where no run tells what one costs. */
  readonly assets: number
  readonly now: number
}

/** What a provider's key still allows, and what the hourly runs of the rest of the month will need of it. */
export async function budgetOf(
  store: RunStore & UsageStore,
  { provider, budget, assets, now }: Asked,
): Promise<Budget> {
  const perMinute = budget.perMinute ?? Infinity
  if (budget.monthCredits === null) return { perMinute, month: null }
  const month = monthOf(now)
  const msLeft = Math.max(HOUR_MS, monthEnd(month) - now)
  const left = budget.monthCredits - (await store.calls(provider, month))
  const perDay = (await spentPerDay(store, provider, now)) ?? 24 * (assets + 1)
  return { perMinute, month: { left, planned: Math.ceil((perDay * msLeft) / DAY_MS), msLeft } }
}

/** Null where no scheduled run of late asked it. */
async function spentPerDay(store: RunStore, provider: ProviderId, now: number): Promise<number | null> {
  const runs = (await store.runs({ limit: MOST_RUNS, offset: 0 })).filter(
    ({ command, started, finished }) =>
      command === 'schedule' && finished !== null && now - started < LOOK_BACK_MS,
  )
  const first = runs.at(-1)
  if (first === undefined) return null
  const spent = runs.reduce((sum, { summary }) => sum + spentIn(summary, provider), 0)
  return (spent * DAY_MS) / Math.max(HOUR_MS, now - first.started)
}

function spentIn(summary: string, provider: ProviderId): number {
  const { providers } = JSON.parse(summary) as Partial<IngestSummary>
  const own = (providers ?? []).filter((report) => report.provider === provider)
  return own.reduce((sum, { credits, calls }) => sum + (credits ?? calls), 0)
}
