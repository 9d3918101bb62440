import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import type { Hour } from '#core/hour.ts'
import type { Gap } from '#core/sample.ts'
import type { PlanCost } from '../events.ts'
import { endOfNow, missingRuns, type SeriesState } from './missing.ts'
import { countHours, unite, within, without, type HourRun } from './runs.ts'
import { windowsFor, type Window } from './windows.ts'

/** A series that is wanted at some hours, with what the store holds of it from the provider being planned. */
export type Want = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly hours: readonly HourRun[]
  readonly state: SeriesState
}

/** What a provider answers: how long a request may and must be, and how far back the plan reaches. */
export type PlanSource = {
  readonly provider: ProviderId
  readonly maxHours: number
  readonly minHours: number
  readonly reach: Hour | null
}

export type PlanOptions = {
  readonly now: number
  readonly order: 'oldest' | 'newest'
  /** Ask again for what gave nothing before, due or not. */
  readonly retry: boolean
}

export type PlannedWindow = Window & {
  readonly asset: AssetId
  readonly quote: Quote
  readonly provider: ProviderId
}

export type Plan = {
  /** In the order in which they are to be asked. */
  readonly windows: readonly PlannedWindow[]
  /** Hours beyond the plan's reach that are not listed as such yet, joined with those that are. */
  readonly gaps: readonly Gap[]
  readonly hours: { readonly wanted: number; readonly known: number; readonly read: number }
}

/** Requests of one provider for what the store lacks. */
export function planSource(wants: readonly Want[], source: PlanSource, options: PlanOptions): Plan {
  const windows: PlannedWindow[] = []
  const gaps: Gap[] = []
  const hours = { wanted: 0, known: 0, read: 0 }
  const reachable: HourRun = { from: source.reach ?? (0 as Hour), to: endOfNow(options.now) }
  for (const want of wants) {
    const { asset, quote } = want
    const missing = missingRuns(want.hours, want.state, options)
    const asked = within(missing, [reachable])
    const limits = { ...source, now: options.now }
    for (const window of windowsFor(asked, limits))
      windows.push({ ...window, asset, quote, provider: source.provider })
    gaps.push(...reachGaps(want, without(missing, [reachable]), source, options.now))
    const wanted = countHours(within(want.hours, [{ from: 0 as Hour, to: reachable.to }]))
    hours.wanted += wanted
    hours.known += wanted - countHours(missing)
    hours.read += countHours(asked)
  }
  return { windows: inOrder(windows, options.order), gaps, hours }
}

/** Windows by age, oldest or newest first; those of one age stay in the order given. */
export function inOrder(windows: readonly PlannedWindow[], order: PlanOptions['order']): PlannedWindow[] {
  const byAge = (a: Window, b: Window) =>
    order === 'oldest' ? a.core.from - b.core.from : b.core.to - a.core.to
  return [...windows].sort(byAge)
}

/** Gaps for hours that the plan does not reach. Those listed already stay as they are, unless they grow. */
function reachGaps(want: Want, missing: readonly HourRun[], source: PlanSource, now: number): Gap[] {
  const listed = want.state.gaps.filter((gap) => gap.reason === 'plan-reach')
  return unite([...missing, ...listed])
    .filter((run) => without([run], listed).length > 0)
    .map((run) => {
      const before = listed.filter((gap) => gap.from < run.to && run.from < gap.to)
      return {
        asset: want.asset,
        quote: want.quote,
        provider: source.provider,
        from: run.from,
        to: run.to,
        reason: 'plan-reach',
        message: `The plan of ${source.provider} does not reach these hours.`,
        seen: Math.min(now, ...before.map((gap) => gap.seen)),
        tried: now,
        tries: 0,
      }
    })
}

/** What a number of calls costs: time at the rate, and the share of the month's credits that are left. */
export function planCost(
  provider: ProviderId,
  calls: number,
  budget: { readonly perMinute: number | null; readonly monthCredits: number | null },
  used: number,
): PlanCost {
  const left = budget.monthCredits === null ? null : Math.max(0, budget.monthCredits - used)
  return {
    provider,
    calls,
    seconds: budget.perMinute === null ? null : (calls * 60) / budget.perMinute,
    creditsLeft: left,
    creditsShare: left === null || left === 0 ? null : calls / left,
  }
}
