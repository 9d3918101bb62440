import { DAY_MS, formatTime } from './hour.ts'
import { faulty, ok, quoted, type Reading } from './reading.ts'

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,18})?)?(?: ?(Z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/i
const UNIX = /^(\d{10})(\d{3})?$/

// Bitcoin's first block is of 2009: an earlier time is a typing error, and so is one in the future.
const EARLIEST = Date.UTC(2009, 0, 1)

const NEEDED = 'write it as 2026-11-01T12:30:00Z, 2026-11-01 12:30 or 2026-11-01 (without a zone it is UTC)'

/**
 * Reads a time as users write it: ISO 8601 with `Z` or an offset, `YYYY-MM-DD HH:MM[:SS]`, a date alone (its first
 * second), or UNIX seconds or milliseconds (10 or 13 digits, which cannot be anything else). Without a zone it is UTC,
 * whatever the zone of the machine. Parts of a second are cut off.
 * @param now where given, a time before 2009 or more than a day after it is refused
 * @returns milliseconds since 1970, a multiple of 1,000
 */
export function readTime(text: string, now?: number): Reading<number> {
  const time = text.length > 64 ? null : (isoTime(text) ?? unixTime(text))
  if (time === null) return faulty(`${quoted(text)} is not a time: ${NEEDED}`)
  if (now !== undefined && time < EARLIEST) {
    return faulty(`${quoted(text)} is before 2009: check the year`)
  }
  if (now !== undefined && time > now + DAY_MS) {
    return faulty(
      `${quoted(text)} is in the future (now is ${formatTime(now)}): check the year and the order of day and month`,
    )
  }
  return ok(time)
}

function isoTime(text: string): number | null {
  const parts = ISO.exec(text)
  if (parts === null) return null
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((at) => Number(parts[at] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (hour > 23 || minute > 59 || second > 59 || day < 1) return null
  const midnight = Date.UTC(year, month - 1, day)
  // `Date.UTC` rolls 30 February over into March, month 13 into the next year, and takes year 0 for 1900.
  const date = new Date(midnight)
  if (date.getUTCFullYear() !== year || date.getUTCDate() !== day) {
    return null
  }
  const offset = offsetMs(parts[7])
  return offset === null ? null : midnight + ((hour * 60 + minute) * 60 + second) * 1000 - offset
}

/** Milliseconds that a zone is ahead of UTC; zones reach from −12:00 to +14:00. */
function offsetMs(zone: string | undefined): number | null {
  if (zone === undefined || /^(z|utc)$/i.test(zone)) return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0)
  if (Number(zone.slice(-2)) > 59 && zone.length > 3) return null
  if (minutes > 14 * 60) return null
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

function unixTime(text: string): number | null {
  const parts = UNIX.exec(text)
  return parts === null ? null : Number(parts[1]) * 1000
}
