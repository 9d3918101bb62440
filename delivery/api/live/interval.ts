import type { Interval } from './ticker.ts'

/** No price is younger than what providers and caches keep for so long. */
const LEAST_MS = 60_000
/** Prices that come more rarely are no live prices: the hourly ones are as good. */
const MOST_MS = 3_600_000
/** Of the calls a minute that a key has, those that a run needs meanwhile. */
const RATE_PART = 0.5

export type Budget = {
  readonly perMinute: number
  /** Null where the month has no limit. */
  readonly month: {
    readonly left: number
    /** What the runs that are still to come this month will need. */
    readonly planned: number
    readonly msLeft: number
  } | null
}

/**
 * How often prices may be refreshed: every minute, or as rarely as what the month's ingestion leaves has to last.
 * @param calls what one refresh costs
 */
export function intervalOf(calls: number, { perMinute, month }: Budget): Interval {
  const byRate = (calls * 60_000) / (perMinute * RATE_PART)
  const spare = month === null ? Infinity : month.left - month.planned
  if (spare < calls)
    return { ms: null, why: 'the calls that this month has left are kept for the hourly prices' }
  const byMonth = month === null ? 0 : (month.msLeft * calls) / spare
  const ms = Math.ceil(Math.max(LEAST_MS, byRate, byMonth) / 1_000) * 1_000
  if (ms > MOST_MS)
    return { ms: null, why: 'what this month has left would bring a price less than once an hour' }
  const why = ms === LEAST_MS ? null : 'as often as the calls that ingestion leaves allow'
  return { ms, why }
}
