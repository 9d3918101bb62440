import { HOUR_MS, type Hour } from '#core/hour.ts'

/** Consecutive hours [from, to). Lists of runs are ascending, disjoint, and never touch. */
export type HourRun = { readonly from: Hour; readonly to: Hour }

/** The hours of all runs, as an ascending list of disjoint runs; empty ones drop out. */
export function unite(runs: readonly HourRun[]): HourRun[] {
  const sorted = runs.filter((run) => run.from < run.to).sort((a, b) => a.from - b.from)
  const united: HourRun[] = []
  for (const run of sorted) {
    const last = united.at(-1)
    if (last === undefined || run.from > last.to) united.push(run)
    else if (run.to > last.to) united[united.length - 1] = { from: last.from, to: run.to }
  }
  return united
}

/** Hours of `runs` that are in none of `cuts`. */
export function without(runs: readonly HourRun[], cuts: readonly HourRun[]): HourRun[] {
  const holes = unite(cuts)
  const left: HourRun[] = []
  for (const run of unite(runs)) {
    let from = run.from
    for (const hole of holes) {
      if (hole.to <= from) continue
      if (hole.from >= run.to) break
      if (hole.from > from) left.push({ from, to: hole.from })
      from = hole.to
    }
    if (from < run.to) left.push({ from, to: run.to })
  }
  return left
}

/** Hours that are in both. */
export function within(runs: readonly HourRun[], others: readonly HourRun[]): HourRun[] {
  return without(runs, without(runs, others))
}

export function countHours(runs: readonly HourRun[]): number {
  return runs.reduce((sum, run) => sum + (run.to - run.from) / HOUR_MS, 0)
}

/** Collects hours that come in ascending order into runs. */
export class RunBuilder {
  readonly runs: HourRun[] = []

  add(hour: Hour): void {
    const last = this.runs.at(-1)
    const to = (hour + HOUR_MS) as Hour
    if (last?.to === hour) this.runs[this.runs.length - 1] = { from: last.from, to }
    else this.runs.push({ from: hour, to })
  }
}
