import { formatTime } from '#core/hour.ts'
import type { Gap, Suspect } from '#core/sample.ts'

/** A gap as machines read it: times as ISO 8601. */
export function gapDocument({ from, to, seen, tried, ...gap }: Gap) {
  return {
    ...gap,
    from: formatTime(from),
    to: formatTime(to),
    seen: formatTime(seen),
    tried: formatTime(tried),
  }
}

export function suspectDocument(suspect: Suspect) {
  return { ...suspect, time: formatTime(suspect.time) }
}
