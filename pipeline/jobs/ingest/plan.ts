import { HOUR_MS, addHours, hourOf, type Hour } from '#core/hour.ts'
import { monthOf } from '#core/month.ts'
import type { Gap } from '#core/sample.ts'
import type { PlanCost, PlanSummary } from '../../events.ts'
import { givenRuns } from '../../plan/missing.ts'
import { inOrder, planCost, planSource, type Plan, type PlannedWindow } from '../../plan/plan.ts'
import { within, without, type HourRun } from '../../plan/runs.ts'
import type { Context } from './context.ts'
import type { Range } from './request.ts'
import { marksRun, storedSeries, type StoredSeries } from './state.ts'
import type { SeriesWant } from './wants.ts'
import type { PriceFeed } from '../io.ts'

/** An hour that is empty this close to now may still be filled by the provider: no gap, and no second source. */
export const FRESH_HOURS = 2

/** The hours of a series that a run should have, given the gaps that are known of it. */
export type HoursOf = (want: SeriesWant, gaps: readonly Gap[]) => readonly HourRun[]

/** Before the start: for carried marks, the check of suspects, and the edge of `--days` (docs/semantics.md, 4). */
export const LEAD_HOURS = 24

/** Every series over the range and the day before it. */
export function hoursFor(range: Range): HoursOf {
  const run = marksRun(addHours(range.from, -LEAD_HOURS), range.to)
  return () => [run]
}

/** A plan for each price feed, in their order. */
export type Plans = readonly Plan[]

/**
 * Plans all feeds as if every request of an earlier feed gave what it is asked for: what a later one is asked is then
 * only what the earlier cannot give.
 */
export async function planAll(
  wants: readonly SeriesWant[],
  hours: HoursOf,
  context: Context,
): Promise<Plans> {
  const plans: Plan[] = []
  for (const [rank] of context.io.prices.entries())
    plans.push(await planFeed(rank, wants, hours, context, 'expected'))
  return plans
}

/**
 * Plans one feed. What a later one is asked for: `expected` takes the earlier feeds' future answers as given,
 * `stored` looks at what is in the store now.
 */
export async function planFeed(
  rank: number,
  wants: readonly SeriesWant[],
  hoursOf: HoursOf,
  context: Context,
  earlier: 'expected' | 'stored',
): Promise<Plan> {
  const { io, request } = context
  const { source } = io.prices[rank] as PriceFeed
  const now = io.now()
  const order = request.mode === 'backfill' ? 'oldest' : 'newest'
  const options = { now, order, retry: request.mode === 'backfill' } as const
  const limits = { ...limitsOf(source), provider: source.id, reach: source.reach(now) }
  // A later source that only knows the present has nothing to fill: `readLatest` asks it.
  const skipped = rank > 0 && (limits.reach ?? 0) >= hourOf(now)
  const total = { windows: [] as PlannedWindow[], gaps: [] as Gap[], wanted: 0, known: 0, read: 0 }
  for (const want of wants) {
    const { asset, quote } = want
    if (skipped || !source.supports(asset, quote)) continue
    const gaps = await io.store.gaps({ asset, quote })
    const all = hoursOf(want, gaps)
    const stored = await storedSeries(io.store, asset, quote, all)
    const hours = rank === 0 ? all : laterHours(rank, all, want, stored, context, earlier)
    const plan = planSource([{ asset, quote, hours, state: stored.state(source.id) }], limits, options)
    total.windows.push(...plan.windows)
    total.gaps.push(...plan.gaps)
    for (const name of ['wanted', 'known', 'read'] as const) total[name] += plan.hours[name]
  }
  const { windows, gaps, ...hours } = total
  return { windows: inOrder(windows, order), gaps, hours }
}

const limitsOf = ({ maxHours, minHours }: PriceFeed['source']) => ({ maxHours, minHours })

/** Hours that no earlier feed gave, away from now. */
function laterHours(
  rank: number,
  hours: readonly HourRun[],
  { asset, quote }: SeriesWant,
  stored: StoredSeries,
  { io }: Context,
  earlier: 'expected' | 'stored',
): HourRun[] {
  const now = io.now()
  let left = within(hours, [{ from: 0 as Hour, to: (hourOf(now) - FRESH_HOURS * HOUR_MS) as Hour }])
  for (const { source } of io.prices.slice(0, rank)) {
    const state = stored.state(source.id)
    left = without(left, givenRuns(left, state))
    if (earlier === 'stored' || !source.supports(asset, quote)) continue
    const limits = { ...limitsOf(source), provider: source.id, reach: source.reach(now) }
    const plan = planSource([{ asset, quote, hours: left, state }], limits, {
      now,
      order: 'newest',
      retry: false,
    })
    left = without(
      left,
      plan.windows.map((window) => window.core),
    )
  }
  return left
}

/** The plans as they are shown, with what they cost against the month's credits. */
export async function summarise(
  plans: Plans,
  wants: readonly SeriesWant[],
  context: Context,
): Promise<PlanSummary> {
  const { io, range, tally } = context
  const costs: PlanCost[] = []
  const month = monthOf(io.now())
  const calls = new Map(tally.unasked)
  for (const [rank, plan] of plans.entries()) {
    const { id } = (io.prices[rank] as PriceFeed).source
    calls.set(id, (calls.get(id) ?? 0) + plan.windows.length)
  }
  for (const [provider, count] of calls) {
    const feeds = [...io.prices, ...(io.wallets === null ? [] : [io.wallets])]
    const budget =
      feeds.find((feed) => feed.source.id === provider)?.budget ??
      (io.coins?.id === provider ? io.coins.budget : { perMinute: null, monthCredits: null })
    costs.push(planCost(provider, count, budget, await io.store.calls(provider, month)))
  }
  return {
    from: range.from,
    to: range.to,
    assets: [...new Set(wants.map((want) => want.asset))],
    hours: {
      wanted: plans[0]?.hours.wanted ?? 0,
      known: plans[0]?.hours.known ?? 0,
      read: plans.reduce((sum, plan) => sum + plan.hours.read, 0),
    },
    costs,
    gaps: plans.flatMap((plan) => plan.gaps),
  }
}
