import { readTime } from '#core/time.ts'
import { usage } from './values.ts'

/** Reads `--from` or `--to`. @returns milliseconds since 1970. @throws TidemarkError USAGE */
export function timeOption(option: string): (text: string) => number {
  return (text) => {
    const reading = readTime(text, Date.now())
    if (reading.fault === null) return reading.value
    throw usage(`${option}: ${reading.fault}.`, `Give ${option} a time such as 2026-11-01T00:00:00Z.`)
  }
}
