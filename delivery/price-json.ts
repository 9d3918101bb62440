import { formatTime } from '#core/hour.ts'
import { plain } from '#core/number.ts'
import type { PriceRow } from '#pipeline/queries/prices.ts'

/** Every hour of a row's candle as machines read it: null where there is none, digits as they are kept. */
export function priceDocument({ hour, mark, candle, ...row }: PriceRow) {
  const values = Object.entries(candle ?? {}).map(
    ([name, value]) => [name, Number.isNaN(value) ? null : value] as const,
  )
  return {
    ...row,
    hour: formatTime(hour),
    mark: mark === null ? null : plain(mark),
    candle: candle === null ? null : Object.fromEntries(values),
  }
}
