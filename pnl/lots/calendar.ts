import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import type { LongTerm } from './settings.ts'
import type { Term } from './report.ts'

/** Days and years of a time zone, and what they say of a holding period. */
export type Calendar = {
  /** Number of the local day that a moment falls in, counted from 1970-01-01. */
  day(time: number): number
  year(time: number): number
  term(opened: number, disposed: number): Term
}

/**
 * @param timeZone IANA name
 * @throws RangeError when the zone is unknown
 */
export function calendarOf(timeZone: string, longTerm: LongTerm): Calendar {
  const offset = timeZone === 'UTC' ? () => 0 : offsets(timeZone)
  const day = (time: number) => Math.floor((time + offset(time)) / DAY_MS)
  const year = (time: number) => new Date(time + offset(time)).getUTCFullYear()
  const isLong =
    'days' in longTerm
      ? (opened: number, disposed: number) => disposed - opened >= longTerm.days * DAY_MS
      : (opened: number, disposed: number) => day(disposed) > anniversary(day(opened), longTerm.years)
  return { day, year, term: (opened, disposed) => (isLong(opened, disposed) ? 'long' : 'short') }
}

/** The same day some calendar years on; 29 February becomes the 28th where there is none. */
function anniversary(day: number, years: number): number {
  const date = new Date(day * DAY_MS)
  const year = date.getUTCFullYear() + years
  const month = date.getUTCMonth()
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) / DAY_MS
}

/** What a zone is ahead of UTC, in milliseconds; asked once a quarter of an hour, the finest step of any zone. */
function offsets(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  const known = new Map<number, number>()
  return (time) => {
    const quarter = Math.floor(time / (HOUR_MS / 4)) * (HOUR_MS / 4)
    let offset = known.get(quarter)
    if (offset === undefined) {
      const part = Object.fromEntries(
        format.formatToParts(quarter).map(({ type, value }) => [type, Number(value)]),
      )
      const local = Date.UTC(
        part['year'] as number,
        (part['month'] as number) - 1,
        part['day'],
        part['hour'],
        part['minute'],
      )
      offset = local - quarter
      known.set(quarter, offset)
    }
    return offset
  }
}
