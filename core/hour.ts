/** Start of a UTC hour, in milliseconds since 1970. Made by `hourOf`. */
export type Hour = number & { readonly __hour: unique symbol }

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** The hour that a moment falls in (floor). @param ms milliseconds since 1970 */
export function hourOf(ms: number): Hour {
  return (Math.floor(ms / HOUR_MS) * HOUR_MS) as Hour
}

/** The first hour mark at or after a moment. A flow in (t−1, t] belongs to the mark `ceilHour(time)`. */
export function ceilHour(ms: number): Hour {
  return (Math.ceil(ms / HOUR_MS) * HOUR_MS) as Hour
}

/** The hour `n` hours later (earlier when negative). */
export function addHours(hour: Hour, n: number): Hour {
  return (hour + n * HOUR_MS) as Hour
}

/** Number of hours from `from` to `to`; negative when `to` is earlier. */
export function hoursBetween(from: Hour, to: Hour): number {
  return (to - from) / HOUR_MS
}

/** Whole hours in `[from, to)`, ascending. */
export function hoursIn(from: Hour, to: Hour): Hour[] {
  const hours: Hour[] = []
  for (let hour = from; hour < to; hour = addHours(hour, 1)) hours.push(hour)
  return hours
}

/** `2026-11-01T00:00:00Z`: how every time is printed. Whole seconds, UTC. */
export function formatTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
