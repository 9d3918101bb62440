import { HOUR_MS, addHours, hoursBetween, type Hour } from '#core/hour.ts'
import { endOfNow } from './missing.ts'
import type { HourRun } from './runs.ts'

/**
 * A sample is judged by the one before it within 24 hours and the three after it. A window therefore reads a day on
 * both sides of what it stores; without it, what is kept would depend on where windows happened to be cut.
 */
const PAD_HOURS = 24

export type WindowLimits = {
  readonly maxHours: number
  readonly minHours: number
  /** Nothing before it may be asked for; null for no limit. */
  readonly reach: Hour | null
  readonly now: number
}

/** One request [from, to); of its answer the hours of `core` are stored, the rest is there to judge by. */
export type Window = { readonly from: Hour; readonly to: number; readonly core: HourRun }

/**
 * The fewest windows that have every hour of `runs` in exactly one core, ascending. Greedy from the oldest hour, which
 * is minimal because a window that begins later never ends earlier. A core spans known hours in between: one call
 * costs one credit whatever it spans.
 * @param runs ascending, disjoint, within reach and before the end of the present hour
 */
export function windowsFor(runs: readonly HourRun[], limits: WindowLimits): Window[] {
  const windows: Window[] = []
  let index = 0
  let from = runs[0]?.from
  while (from !== undefined) {
    const end = furthestEnd(from, limits)
    let coreTo: Hour = from
    let next: Hour | undefined
    for (; index < runs.length; index++) {
      const run = runs[index] as HourRun
      const start = Math.max(run.from, from) as Hour
      if (start >= end) {
        next = start
        break
      }
      coreTo = Math.min(run.to, end) as Hour
      if (run.to > end) {
        next = end
        break
      }
    }
    windows.push(windowOf({ from, to: coreTo }, limits))
    from = next
  }
  return windows
}

/** How far on both sides the answer is read beyond what is stored; less where windows are very short. */
function padding(limits: WindowLimits): number {
  return Math.min(PAD_HOURS, Math.floor((limits.maxHours - 1) / 2))
}

/** The latest end that a core beginning at `from` may have. */
function furthestEnd(from: Hour, limits: WindowLimits): Hour {
  const pad = padding(limits)
  const limit = endOfNow(limits.now)
  const last = addHours(startOf(from, pad, limits), limits.maxHours)
  return last >= limit ? limit : addHours(last, -pad)
}

function startOf(from: Hour, pad: number, limits: WindowLimits): Hour {
  return Math.max(limits.reach ?? -Infinity, addHours(from, -pad)) as Hour
}

function windowOf(core: HourRun, limits: WindowLimits): Window {
  const pad = padding(limits)
  const limit = endOfNow(limits.now)
  let from = startOf(core.from, pad, limits)
  let to = Math.min(limit, addHours(core.to, pad)) as Hour
  const short = limits.minHours - hoursBetween(from, to)
  if (short > 0) from = Math.max(limits.reach ?? -Infinity, addHours(from, -short)) as Hour
  const still = limits.minHours - hoursBetween(from, to)
  if (still > 0) to = Math.min(limit, to + still * HOUR_MS) as Hour
  return { from, to: Math.min(to, limits.now), core }
}
