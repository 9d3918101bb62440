// Where a drill came from stands in the address: `up=1y,2026-10-01T00:00:00Z~2026-11-01T00:00:00Z`.

/** A range that was left for a part of it. */
export type Stop = { readonly range: string } | { readonly from: string; readonly to: string }

const MOST = 4

export function readTrail(text: string | null): Stop[] {
  if (text === null) return []
  return text
    .split(',')
    .slice(0, MOST)
    .flatMap((part): Stop[] => {
      if (/^[0-9a-z]{1,4}$/.test(part)) return [{ range: part }]
      const [from = '', to = ''] = part.split('~')
      return isMoment(from) && isMoment(to) ? [{ from, to }] : []
    })
}

/** Null where there is none, which takes it out of the address. */
export function writeTrail(stops: readonly Stop[]): string | null {
  if (stops.length === 0) return null
  return stops
    .slice(-MOST)
    .map((stop) => ('range' in stop ? stop.range : `${stop.from}~${stop.to}`))
    .join(',')
}

/** What the address has to say to go back to a stop. */
export function placeOf(stop: Stop): Record<'range' | 'from' | 'to', string | null> {
  return 'range' in stop ? { range: stop.range, from: null, to: null } : { range: null, ...stop }
}

function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) && !Number.isNaN(Date.parse(text))
}
