/** Times come as ISO 8601 in UTC; which zone they are shown in is a setting. */
export type TimeStyle = 'moment' | 'clock' | 'day' | 'hour' | 'month'

const STYLES: Readonly<Record<TimeStyle, Intl.DateTimeFormatOptions>> = {
  moment: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  clock: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'short', year: 'numeric' },
}
const formats = new Map<string, Intl.DateTimeFormat>()

/** @param zone an IANA name; null is that of the machine */
export function time(iso: string | number, zone: string | null, style: TimeStyle = 'moment'): string {
  const text = formatFor(zone, style).format(new Date(iso))
  return style === 'moment' || style === 'clock' ? `${text} ${zoneName(iso, zone)}` : text
}

function formatFor(zone: string | null, style: TimeStyle): Intl.DateTimeFormat {
  const key = `${zone ?? ''} ${style}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    ...STYLES[style],
    ...{ hourCycle: 'h23' },
    ...(zone === null ? {} : { timeZone: zone }),
  })
  formats.set(key, made)
  return made
}

/** `UTC`, `CET`, or `GMT+5:30` where a zone has no short name. */
export function zoneName(iso: string | number, zone: string | null): string {
  if (zone === 'UTC') return 'UTC'
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZoneName: 'short' },
    ...(zone === null ? {} : { timeZone: zone }),
  }).formatToParts(new Date(iso))
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long: `45 s`, `7 min`, `3 h`, `12 d`. */
export function span(milliseconds: number): string {
  const size = Math.max(0, milliseconds)
  if (size < MINUTE) return `${String(Math.floor(size / 1_000))} s`
  if (size < HOUR) return `${String(Math.floor(size / MINUTE))} min`
  if (size < 2 * DAY) return `${String(Math.floor(size / HOUR))} h`
  return `${String(Math.floor(size / DAY))} d`
}

/** How long ago: `just now`, `7 min ago`. */
export function age(iso: string, now: number): string {
  const since = now - Date.parse(iso)
  return since < 5_000 ? 'just now' : `${span(since)} ago`
}

const stamps = new Map<string, Intl.DateTimeFormat>()

/** `2026-11-21 19:00`, as the command prints it: for columns, where times stand below each other. */
export function stamp(iso: string, zone: string | null): string {
  const key = zone ?? ''
  const known = stamps.get(key)
  const style = { dateStyle: 'short', timeStyle: 'short' } as const
  const format =
    known ?? new Intl.DateTimeFormat('sv-SE', { ...style, ...(zone === null ? {} : { timeZone: zone }) })
  if (known === undefined) stamps.set(key, format)
  return format.format(new Date(iso))
}
