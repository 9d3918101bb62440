import { DAY_MS } from '#core/hour.ts'
import type { Market, Point } from './market.ts'

const STEP_MS = 5 * 60_000
const HOURLY_DAYS = 90
const LIVE_MS = 10_000

/**
 * The points of a chart with CoinGecko's granularity: 5-minutely for a day that ends now, hourly up to 90 days, daily
 * at midnight beyond; and, where the range reaches now, the live price as the last one.
 */
export function chartPoints(
  market: Market,
  id: string,
  quote: string,
  range: { readonly from: number; readonly to: number; readonly now: number },
): Point[] {
  const { from, now } = range
  const to = Math.min(range.to, now)
  // Callers round their `to`, and the call takes a moment to arrive.
  const live = range.to >= now - LIVE_MS
  const usd = pointsOf(market, id, { from, to, live, span: range.to - from })
  if (live) {
    const price = market.priceAt(id, to)
    if (price !== null && usd.at(-1)?.[0] !== to) usd.push([to, price])
  }
  if (quote === 'usd') return usd
  return usd.map(([time, price]) => [time, price * (market.rate(quote, time) ?? NaN)])
}

function pointsOf(
  market: Market,
  id: string,
  { from, to, live, span }: { from: number; to: number; live: boolean; span: number },
): Point[] {
  if (span > HOURLY_DAYS * DAY_MS) return every(market, id, from, to, DAY_MS)
  if (span <= DAY_MS && live) return every(market, id, from, to, STEP_MS)
  return market.points(id, from, to)
}

function every(market: Market, id: string, from: number, to: number, step: number): Point[] {
  const points: Point[] = []
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const price = market.priceAt(id, time)
    if (price !== null) points.push([time, price])
  }
  return points
}
