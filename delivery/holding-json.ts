import { formatTime } from '#core/hour.ts'
import { money, plain } from '#core/number.ts'
import type { HoldingRow } from '#pipeline/queries/holdings.ts'

/** A holding as machines read it: decimal text, null where it is missing. */
export function holdingDocument(row: HoldingRow) {
  const { mark, value, lastMark, readAt } = row
  return {
    ...row,
    mark: mark === null ? null : plain(mark),
    value: value === null ? null : money(value),
    lastMark: lastMark === null ? null : plain(lastMark),
    readAt: readAt === null ? null : formatTime(readAt),
  }
}
