import type { Samples } from '#core/sample.ts'
import { pointsOf } from '../points.ts'
import type { Invalid } from '../price-reply.ts'
import { printable } from '../http/text.ts'
import { CoinRow, HistoryPoint, HistoryRow, Quote } from './schema.ts'

/** How this provider calls the dollar by number. */
const USD_ID = '2781'

export type LatestPrice = { readonly price: number; readonly time: number; readonly sure: boolean }

/** The rows in `data`, whichever shape it has: a list, an object of rows, or an object of lists of rows. */
export function rowsOf(data: unknown): unknown[] {
  if (Array.isArray(data)) return data
  if (typeof data !== 'object' || data === null) return []
  return Object.values(data).flat()
}

/** The price in dollars of a `quote`, which is an object by currency or a list. */
function dollarsOf(quote: unknown): Quote | null {
  const known = (raw: unknown): Quote | null => Quote.safeParse(raw).data ?? null
  if (Array.isArray(quote)) {
    const all = quote.map(known).filter((each) => each !== null)
    return all.find(({ symbol, id }) => symbol?.toUpperCase() === 'USD' || String(id) === USD_ID) ?? null
  }
  const byName = typeof quote === 'object' && quote !== null ? (quote as Record<string, unknown>) : {}
  return known(byName['USD'] ?? byName[USD_ID])
}

/**
 * Prices of `quotes/latest` by coin number, in whatever order they came. An inactive coin has none (`null`), which is no
 * fault; what is no usable price is.
 */
export function latestOf(data: unknown): { prices: Map<number, LatestPrice>; faults: string[] } {
  const prices = new Map<number, LatestPrice>()
  const faults: string[] = []
  for (const raw of rowsOf(data)) {
    const row = CoinRow.safeParse(raw)
    if (!row.success) {
      faults.push('coinmarketcap: a row of the answer is no coin')
      continue
    }
    const { id } = row.data
    const quote = dollarsOf(row.data.quote)
    const time = Date.parse(quote?.last_updated ?? '')
    const price = quote?.price
    if (price === null) continue
    if (typeof price !== 'number' || !Number.isFinite(price) || price <= 0 || Number.isNaN(time)) {
      const sent = printable(JSON.stringify(price) ?? 'nothing', 40)
      faults.push(`coinmarketcap: coin ${id} has no usable price (${sent})`)
    } else prices.set(id, { price, time, sure: true })
  }
  return { prices, faults }
}

/**
 * Points of `quotes/historical` inside the range as samples.
 * @returns null when the answer holds no list of points
 */
export function historyOf(
  data: unknown,
  range: { readonly from: number; readonly to: number; readonly latest: number },
): { samples: Samples; invalid: readonly Invalid[] } | null {
  // One coin comes bare, or as the only row in one of the shapes.
  const row = [data, ...rowsOf(data)].map((raw) => HistoryRow.safeParse(raw).data).find((each) => each)
  if (row === undefined) return null
  const pairs = row.quotes.map((raw) => {
    const point = HistoryPoint.safeParse(raw).data
    const quote = dollarsOf(point?.quote)
    const time = Date.parse(point?.timestamp ?? quote?.timestamp ?? '')
    return [Number.isNaN(time) ? null : time, quote?.price]
  })
  return pointsOf(pairs, range)
}
