/**
 * How long a `Retry-After` header asks to wait, in milliseconds; null when it is absent or says nothing.
 * @param date the answer's `Date` header: a date is measured against the provider's clock, not ours
 */
export function retryAfterMs(
  header: string | undefined,
  date: string | undefined,
  now: number,
): number | null {
  const text = header?.trim() ?? ''
  if (text === '') return null
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  // Only a date has letters; `Date.parse` would read "-5" as a year.
  const until = /[a-z]/i.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(until)) return null
  const sent = date === undefined ? NaN : Date.parse(date)
  return Math.max(0, until - (Number.isNaN(sent) ? now : sent))
}
