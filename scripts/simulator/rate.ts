const MINUTE_MS = 60_000

/** Takes a place in a sliding minute, or says how long until one is free; a call that is refused takes one too. */
export function waitForPlace(budget: number[], at: number, perMinute: number): number {
  while ((budget[0] ?? Infinity) <= at - MINUTE_MS) budget.shift()
  budget.push(at)
  if (budget.length <= perMinute) return 0
  return Math.max(1, (budget[budget.length - 1 - perMinute] as number) + MINUTE_MS - at)
}

/** The most of these times within any 60 seconds. @param times ascending */
export function peakPerMinute(times: readonly number[]): number {
  let peak = 0
  let first = 0
  for (const [last, at] of times.entries()) {
    while ((times[first] as number) <= at - MINUTE_MS) first += 1
    peak = Math.max(peak, last - first + 1)
  }
  return peak
}
