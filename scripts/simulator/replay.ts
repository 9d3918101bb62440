import { DAY_MS } from '#core/hour.ts'
import type { Market, MarketCoin, Point, SimulatedWallet } from './market.ts'

/** Prices of one coin as they were: times ascending, in milliseconds since 1970. */
export type ReplaySeries = {
  readonly id: string
  readonly symbol?: string
  readonly times: ArrayLike<number>
  readonly prices: ArrayLike<number>
  readonly supply?: number
  readonly platforms?: Readonly<Record<string, string>>
  readonly decimals?: number
}

/** A market made of given series: every point is served exactly as it is, and nothing is added. */
export function replayMarket(
  series: readonly ReplaySeries[],
  options: { wallets?: readonly SimulatedWallet[]; rates?: Readonly<Record<string, number>> } = {},
): Market {
  const byId = new Map(series.map((one) => [one.id, one]))
  const coins = series.map((one, index): MarketCoin => {
    const { id, platforms = {}, decimals = 18 } = one
    // Without a supply the order given is the order by market cap.
    const supply = one.supply ?? 10 ** (12 - index) / Math.max(1e-12, one.prices[one.prices.length - 1] ?? 1)
    return { id, symbol: one.symbol ?? id.slice(0, 5), name: id, supply, platforms, decimals }
  })

  function points(id: string, from: number, to: number): Point[] {
    const one = byId.get(id)
    const found: Point[] = []
    if (one === undefined) return found
    for (let index = firstAtOrAfter(one.times, from); index < one.times.length; index++) {
      const time = one.times[index] as number
      if (time > to) break
      found.push([time, one.prices[index] as number])
    }
    return found
  }

  function priceAt(id: string, time: number): number | null {
    const one = byId.get(id)
    if (one === undefined) return null
    const index = firstAtOrAfter(one.times, time)
    const exact = one.times[index] === time ? index : index - 1
    // Long after its last point a series has no live price.
    const known = exact >= 0 && time - (one.times[exact] as number) <= DAY_MS
    return known ? (one.prices[exact] as number) : null
  }

  const rate = (quote: string) => (quote === 'usd' ? 1 : (options.rates?.[quote] ?? null))
  return { coins, points, priceAt, rate, wallets: options.wallets ?? [] }
}

function firstAtOrAfter(times: ArrayLike<number>, time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) < time) low = middle + 1
    else high = middle
  }
  return low
}
