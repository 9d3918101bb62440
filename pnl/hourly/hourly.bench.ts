import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Hour } from '#core/hour.ts'
import { compare, type Bench } from '#tests/bench/measure.ts'
import { USD, assetName, marksFrom, walk } from '#tests/bench/years.ts'
import { hourlyPnl } from './hourly.ts'
import { lineSpan } from './kernel.ts'

const ASSETS = 100
const HOURS = 8760
const FROM = Date.UTC(2025, 0, 1) as Hour

/** The same sums on bare arrays: Δ of each asset, and where a mark is missing the next covers the hole. */
function bareLoop(prices: readonly Float64Array[], quantities: readonly number[]): Float64Array[] {
  return prices.map((series, asset) => {
    const delta = new Float64Array(series.length)
    const quantity = quantities[asset] as number
    let last = series[0] as number
    for (let hour = 0; hour < series.length; hour++) {
      const price = series[hour] as number
      delta[hour] = quantity * (price - last)
      if (!Number.isNaN(price)) last = price
    }
    return delta
  })
}

/** Δ, compensated cumulative PnL and value of each asset, and the totals, on bare arrays. */
function bareReport(prices: readonly Float64Array[], quantities: readonly number[]): Float64Array {
  const total = new Float64Array(HOURS)
  const lost = new Float64Array(HOURS)
  const worth = new Float64Array(HOURS)
  bareLoop(prices, quantities).forEach((delta, asset) => {
    const pnl = new Float64Array(HOURS)
    const value = new Float64Array(HOURS)
    let sum = 0
    let rest = 0
    for (let hour = 0; hour < HOURS; hour++) {
      const term = delta[hour] as number
      const next = sum + term
      rest += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
      sum = next
      pnl[hour] = sum + rest
      value[hour] = (quantities[asset] as number) * ((prices[asset] as Float64Array)[hour] as number)
      const before = total[hour] as number
      const after = before + (pnl[hour] as number)
      lost[hour] =
        (lost[hour] as number) +
        (Math.abs(before) >= Math.abs(pnl[hour] as number)
          ? before - after + (pnl[hour] as number)
          : (pnl[hour] as number) - after + before)
      total[hour] = after
      worth[hour] = (worth[hour] as number) + (value[hour] as number)
    }
  })
  return total
}

export const benches: Bench[] = [
  {
    name: `Hourly kernel, ${ASSETS} assets × ${HOURS} hours`,
    async run() {
      const prices = Array.from({ length: ASSETS }, (_, asset) => walk(HOURS, asset + 1))
      prices.forEach((series, asset) => (series[1000 + asset] = NaN))
      const quantities = prices.map((_, asset) => 1 + asset / 7)
      const states = quantities.map((quantity) => ({
        quantity: new Decimal(quantity),
        base: { hour: null, quantity, price: NaN },
        pending: null,
      }))
      const marks = new Map(prices.map((series, asset) => [assetName(asset), marksFrom(FROM, series)]))
      const holdings = new Map<AssetId, string>(
        quantities.map((quantity, asset) => [assetName(asset), String(quantity)]),
      )
      return [
        await compare(
          { name: 'Δ of every line', against: 'a bare Float64Array loop doing the same sums', limit: 1.5 },
          () => states.map((state, asset) => lineSpan(state, FROM, prices[asset] as Float64Array, [])),
          () => bareLoop(prices, quantities),
          { pairs: 31, warmups: 10 },
        ),
        await compare(
          {
            name: 'tokens, totals, quality, coverage and attribution too',
            against: 'bare loops for Δ, PnL, value and totals alone',
            limit: null,
          },
          () => hourlyPnl({ from: FROM, baseCurrency: USD, marks, holdings, flows: [] }),
          () => bareReport(prices, quantities),
          { pairs: 15, warmups: 4 },
        ),
      ]
    },
  },
]
