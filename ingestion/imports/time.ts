import { TidemarkError } from '#core/errors.ts'
import { faulty, ok, quoted, type Reading } from '#core/reading.ts'
import { readTime } from '#core/time.ts'
import { zoneOffset } from './zone.ts'

const TOKENS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  YY: '(?<short>\\d{2})',
  MMM: '(?<word>[A-Za-z]{3})[a-z]*',
  MM: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  hh: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})(?:[.,]\\d{1,18})?',
  A: '(?<half>[AaPp])\\.?[Mm]\\.?',
}
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const ZONED = /(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$/i
const UNIX = /^\d{10}(\d{3})?$/
const EARLIEST = Date.UTC(2009, 0, 1)

/** Reads the times of a file: milliseconds since 1970, whole seconds. */
export type ReadTime = (text: string) => Reading<number>

/**
 * @param formats `iso`, or patterns of YYYY, YY, MMM, MM, DD, HH, hh, mm, ss and A, tried in turn
 * @param zone IANA name of the zone of times that name none
 * @throws TidemarkError INPUT_INVALID for a zone or pattern that is none
 */
export function timeReader(formats: readonly string[], zone: string, now: number): ReadTime {
  const offset = zoneOffset(zone)
  const readers = formats.map((format) => (format === 'iso' ? readIso : patternReader(format)))
  const fresh = (text: string): Reading<number> => {
    for (const read of readers) {
      const found = read(text)
      if (found === null) continue
      const local = found.time
      const time = found.zoned ? local : local - offset(local - offset(local))
      if (time >= EARLIEST && time <= now + 86_400_000) return ok(time)
      return faulty(
        `${quoted(text)} is ${time < EARLIEST ? 'before 2009' : 'in the future'}: check the year and the order of day and month`,
      )
    }
    return faulty(`${quoted(text)} is not a time written as ${formats.join(' or ')}`)
  }
  // The legs of an exchange stand one after another and have one time.
  let last: { readonly text: string; readonly reading: Reading<number> } | null = null
  return (text) => {
    if (last?.text !== text) last = { text, reading: fresh(text) }
    return last.reading
  }
}

type Found = { readonly time: number; readonly zoned: boolean } | null

function readIso(text: string): Found {
  const { value } = readTime(text)
  return value === null ? null : { time: value, zoned: ZONED.test(text.slice(10)) || UNIX.test(text) }
}

function patternReader(pattern: string): (text: string) => Found {
  const used = new Set<string>()
  const source = pattern.replace(/YYYY|YY|MMM|MM|DD|HH|hh|mm|ss|A|[^A-Za-z]|[A-Za-z]+/g, (token) => {
    const known = TOKENS[token]
    if (known !== undefined) used.add(token)
    if (known === undefined && /[A-Za-z]/.test(token)) throw patternError(pattern, token)
    return known ?? token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  if (!used.has('DD') || !(used.has('MM') || used.has('MMM'))) throw patternError(pattern, 'no day or month')
  const regexp = new RegExp(`^${source.replace('[a-z]*\\.', '[a-z]*\\.?')}(?<zone> ?(?:Z|UTC|GMT))?$`)
  return (text) => {
    const parts = regexp.exec(text)?.groups
    if (parts === undefined) return null
    const time = timeOf(parts)
    return time === null ? null : { time, zoned: parts['zone'] !== undefined }
  }
}

function timeOf(parts: Partial<Record<string, string>>): number | null {
  const number = (name: string) => Number(parts[name] ?? 0)
  const year = parts['year'] === undefined ? 2000 + number('short') : number('year')
  const word = parts['word']?.toLowerCase()
  const month = word === undefined ? number('month') : MONTHS.indexOf(word) + 1
  const half = parts['half']?.toLowerCase()
  const hour = half === undefined ? number('hour') : (number('hour') % 12) + (half === 'p' ? 12 : 0)
  const [day, minute, second] = [number('day'), number('minute'), number('second')]
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null
  if (half !== undefined && (number('hour') < 1 || number('hour') > 12)) return null
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  return new Date(time).getUTCDate() === day ? time : null
}

function patternError(pattern: string, what: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `"${pattern}" is no pattern of a time (${what}).`,
    fix: 'Use "iso", or a pattern of YYYY, YY, MMM, MM, DD, HH, hh, mm, ss and A, such as DD.MM.YYYY HH:mm:ss.',
  })
}
