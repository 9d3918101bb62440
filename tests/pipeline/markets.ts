import { HOUR_MS, type Hour } from '#core/hour.ts'
import { replayMarket, type ReplaySeries } from '#scripts/simulator/replay.ts'
import type { Market, SimulatedWallet } from '#scripts/simulator/market.ts'
import { hour } from './world.ts'

/** One point a minute after each hour of [from, to) hours around the clock of the world, without the hours left out. */
export function hourly(
  id: string,
  options: {
    from?: number
    to?: number
    without?: readonly number[]
    price?: (offset: number) => number
    platforms?: Readonly<Record<string, string>>
  } = {},
): ReplaySeries {
  const { from = -24 * 30, to = 48, without = [], price = (offset) => 100 + Math.abs(offset % 7) } = options
  const times: number[] = []
  const prices: number[] = []
  for (let offset = from; offset < to; offset++) {
    if (without.includes(offset)) continue
    times.push(hour(offset) + 60_000)
    prices.push(price(offset))
  }
  return { id, times, prices, ...(options.platforms ? { platforms: options.platforms } : {}) }
}

export function marketOf(
  series: readonly ReplaySeries[],
  options: { wallets?: readonly SimulatedWallet[]; rates?: Readonly<Record<string, number>> } = {},
): Market {
  return replayMarket(series, options)
}

export const offsetOf = (time: number): number => (time - hour(0)) / HOUR_MS
export const run = (from: number, to: number): { from: Hour; to: Hour } => ({
  from: hour(from),
  to: hour(to),
})
