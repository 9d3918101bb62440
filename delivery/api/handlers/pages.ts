import { formatTime } from '#core/hour.ts'
import { Refusal } from '../problem.ts'

/** Where a page of rows begins: cursors are offsets that nobody has to know. @throws Refusal INVALID */
export function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  if (/^o\d{1,9}$/.test(text)) return Number(text.slice(1))
  throw new Refusal(
    'INVALID',
    'The cursor is none that was given out here.',
    'Give the "next" of the page before.',
  )
}

const cursorOf = (offset: number): string => Buffer.from(`o${offset}`, 'latin1').toString('base64url')

/** The document of a page. */
export function pageDocument<T>(
  rows: readonly T[],
  total: number | null,
  { offset, limit, now, more }: { offset: number; limit: number; now: number; more?: boolean },
) {
  const further = more ?? (total !== null && offset + rows.length < total)
  return {
    schemaVersion: 1 as const,
    asOf: formatTime(now),
    rows,
    total,
    next: further ? cursorOf(offset + limit) : null,
  }
}
