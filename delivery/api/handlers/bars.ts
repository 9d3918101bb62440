import { formatTime, HOUR_MS, type Hour } from '#core/hour.ts'
import { money } from '#core/number.ts'

/** Hours that one bar may stand for, and how many bars there may be of them: a month by hour, a year by day. */
const SPANS = [
  { span: 1, most: 750 },
  { span: 2, most: 400 },
  { span: 3, most: 400 },
  { span: 6, most: 400 },
  { span: 12, most: 400 },
] as const
const LONGEST = 24

/** Stretches of a range that a bar each stands for: `ends` are indices of the hours that end them. */
export type Bars = { readonly span: number; readonly ends: readonly number[] }

/** Stretches of equal length that end at multiples of it in UTC; the first and the last may be shorter. */
export function barsOf(hours: readonly Hour[]): Bars {
  const span = SPANS.find(({ span: each, most }) => hours.length / each <= most)?.span ?? LONGEST
  const last = hours.length - 1
  const ends = hours.flatMap((hour, index) =>
    index > 0 && (index === last || hour % (span * HOUR_MS) === 0) ? [index] : [],
  )
  return { span, ends }
}

/** When bars end. */
export const endsOf = (hours: readonly Hour[], { ends }: Bars): string[] =>
  ends.map((index) => formatTime(hours[index] as Hour))

/** What was made in each stretch, of a series that adds up from the range's start; null where an end is missing. */
export function growth(series: Float64Array, { ends }: Bars): (string | null)[] {
  return ends.map((end, place) => {
    const made = (series[end] as number) - (series[place === 0 ? 0 : (ends[place - 1] as number)] as number)
    return Number.isNaN(made) ? null : money(made)
  })
}

/**
 * The sum over each stretch of a series that is there by hour. A missing hour is in the next one that is known, so that
 * only a stretch without any is missing.
 */
export function sums(series: Float64Array, { ends }: Bars): (string | null)[] {
  return ends.map((end, place) => {
    const begin = place === 0 ? 1 : (ends[place - 1] as number) + 1
    const known = series.subarray(begin, end + 1).filter((value) => !Number.isNaN(value))
    return known.length === 0 ? null : money(known.reduce((total, value) => total + value, 0))
  })
}
