import { readTime } from '#core/time.ts'
import { Refusal } from '../problem.ts'

/** A moment of a query in milliseconds since 1970. @throws Refusal INVALID with the field and what is wrong */
export function timeOf(field: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const reading = readTime(text, now)
  if (reading.fault === null) return reading.value
  throw new Refusal('INVALID', `${field}: ${reading.fault}.`, 'Give it as 2026-11-01T14:00Z.')
}
