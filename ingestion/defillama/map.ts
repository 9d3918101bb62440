import type { Samples } from '#core/sample.ts'
import { pointsOf } from '../points.ts'
import type { Invalid } from '../price-reply.ts'
import { printable } from '../http/text.ts'
import { CoinChart, CoinPrice } from './schema.ts'

/** From here on a price is used as it is; below it is `estimated`, and so is one without a confidence. */
const SURE = 0.9
/** Below this a price is none. */
const LEAST = 0.5

/** A price of one moment. `sure` is false where its source does not vouch for it. */
export type PointPrice = { readonly price: number; readonly time: number; readonly sure: boolean }
export type Series = { readonly samples: Samples; readonly invalid: readonly Invalid[] }

/**
 * One coin of an answer about one moment.
 * @returns null where it is absent, else the price or why it is none
 */
export function pointOf(raw: unknown): PointPrice | { readonly fault: string } | null {
  if (raw === undefined) return null
  const coin = CoinPrice.safeParse(raw)
  if (!coin.success || !Number.isFinite(coin.data.timestamp)) return { fault: 'the price has no time' }
  const { price, timestamp, confidence } = coin.data
  if (typeof price !== 'number' || !Number.isFinite(price) || price <= 0)
    return { fault: `the price is ${printable(JSON.stringify(price) ?? 'nothing', 40)}` }
  if (typeof confidence === 'number' && confidence < LEAST) return { fault: doubt(confidence) }
  return { price, time: timestamp * 1000, sure: (confidence ?? 0) >= SURE }
}

/**
 * A chart's points inside the range as samples, each at the time of its own record. Where the source itself doubts
 * them, every one is kept aside.
 * @returns null when the chart cannot be read
 */
export function seriesOf(
  raw: unknown,
  range: { readonly from: number; readonly to: number; readonly latest: number },
): Series | null {
  const chart = CoinChart.safeParse(raw)
  if (!chart.success) return null
  const pairs = chart.data.prices.map((point) => {
    const { timestamp, price } = (typeof point === 'object' && point !== null ? point : {}) as {
      timestamp?: unknown
      price?: unknown
    }
    return [typeof timestamp === 'number' ? timestamp * 1000 : null, price]
  })
  const points = pointsOf(pairs, range)
  const { confidence } = chart.data
  if (points === null || typeof confidence !== 'number' || confidence >= LEAST) return points
  return allAside(points, doubt(confidence))
}

function allAside({ samples, invalid }: Series, reason: string): Series {
  const aside = Array.from(samples.times, (time, index) => ({
    time,
    price: String(samples.prices[index]),
    reason,
  }))
  const none = new Float64Array(0)
  return { samples: { times: none, prices: none }, invalid: [...invalid, ...aside] }
}

const doubt = (confidence: number) => `the source's confidence in it is ${confidence}, below ${LEAST}`
