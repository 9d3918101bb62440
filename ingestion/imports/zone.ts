import { TidemarkError } from '#core/errors.ts'
import { HOUR_MS } from '#core/hour.ts'

const QUARTER_MS = HOUR_MS / 4
const MOST_REMEMBERED = 50_000

/**
 * Milliseconds that a zone is ahead of UTC at a time. No zone changes its offset but at a quarter of an hour, so one
 * answer serves the whole quarter.
 * @throws TidemarkError INPUT_INVALID for what is no zone
 */
export function zoneOffset(zone: string): (time: number) => number {
  if (/^(utc|z|gmt)$/i.test(zone)) return () => 0
  const format = formatOf(zone)
  const known = new Map<number, number>()
  return (time) => {
    const quarter = Math.floor(time / QUARTER_MS)
    const before = known.get(quarter)
    if (before !== undefined) return before
    const offset = localOf(format, quarter * QUARTER_MS) - quarter * QUARTER_MS
    if (known.size >= MOST_REMEMBERED) known.clear()
    known.set(quarter, offset)
    return offset
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    throw new TidemarkError('INPUT_INVALID', {
      message: `"${zone}" is no time zone.`,
      fix: 'Use a name such as Europe/Berlin, or UTC.',
      cause: error,
    })
  }
}

function localOf(format: Intl.DateTimeFormat, time: number): number {
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const part = (name: string) => parts[name] ?? 0
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
}
