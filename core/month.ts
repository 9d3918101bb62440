import { HOUR_MS, type Hour } from './hour.ts'

/** A UTC month as `2026-11`: the unit of chunks and batches. Sorts as text. */
export type Month = string & { readonly __month: unique symbol }

/** The month of a moment, in UTC. */
export function monthOf(ms: number): Month {
  return new Date(ms).toISOString().slice(0, 7) as Month
}

/** First hour of a month. */
export function monthStart(month: Month): Hour {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1, 1) as Hour
}

/** First hour after a month. */
export function monthEnd(month: Month): Hour {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 1) as Hour
}

/** How many hours a month has: 672 to 744. */
export function monthLength(month: Month): number {
  return (monthEnd(month) - monthStart(month)) / HOUR_MS
}

export function nextMonth(month: Month): Month {
  return monthOf(monthEnd(month))
}

export function previousMonth(month: Month): Month {
  return monthOf(monthStart(month) - HOUR_MS)
}

/** Months from the one that `from` falls in to the one that `to` falls in, both included. */
export function monthsBetween(from: number, to: number): Month[] {
  const months: Month[] = []
  const last = monthOf(to)
  for (let month = monthOf(from); month <= last; month = nextMonth(month)) months.push(month)
  return months
}
