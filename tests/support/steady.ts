import { addHours, formatTime, HOUR_MS, type Hour } from '#core/hour.ts'
import type { Market } from '#scripts/simulator/market.ts'
import { replayMarket } from '#scripts/simulator/replay.ts'
import { below, pick, seeded } from './random.ts'

/** Long past, so that no clock of a machine cuts it short; 60 days over three months and a leap day. */
export const STEADY: Span = { from: Date.UTC(2024, 1, 10) as Hour, days: 60 }
/** A range of whole days. */
export type Span = { readonly from: Hour; readonly days: number }
export const endOf = ({ from, days }: Span): Hour => addHours(from, days * 24)
export const rangeFlags = (span: Span) => ['--from', formatTime(span.from), '--to', formatTime(endOf(span))]
export const STEADY_COINS = ['bitcoin', 'ethereum', 'solana', 'dogecoin', 'cardano', 'tron'] as const
/** Hours without a price, counted from the start of the range: longer than the last one is carried. */
export const HOLE = { asset: 'solana', from: 700, to: 707 } as const

/** When the providers of a steady market believe it to be. */
export const nowAfter =
  (span: Span = STEADY) =>
  (): number =>
    endOf(span) + 5 * HOUR_MS

/** A market that stands still: a seeded walk of six coins, the same at every call, with one hole. */
export function steadyMarket(seed: number, span: Span = STEADY): Market {
  const series = STEADY_COINS.map((id, index) => {
    const random = seeded(seed + index)
    const times: number[] = []
    const prices: number[] = []
    let price = 10 ** (4 - index)
    for (let hour = -26; hour <= span.days * 24 + 5; hour++) {
      price *= 1 + (random() - 0.5) * 0.01
      if (id === HOLE.asset && hour >= HOLE.from && hour < HOLE.to) continue
      times.push(addHours(span.from, hour) + below(random, 5 * 60_000))
      prices.push(Number(price.toPrecision(9)))
    }
    return { id, times, prices }
  })
  return replayMarket(series)
}

/** A flows file over the range: purchases, sales, income and swaps, in no order of time. */
export function steadyFlows(seed: number, rows: number, span: Span = STEADY): string {
  const random = seeded(seed)
  const lines = Array.from({ length: rows }, (_, row) => {
    const time = formatTime(span.from + below(random, span.days * 24 * 3600) * 1000)
    const amount = (1 + below(random, 1e6)) / 1e4
    const sell = random() < 0.3
    const kind = sell ? 'sell' : pick(random, ['buy', 'buy', 'deposit', 'income'])
    const fee = kind === 'buy' && random() < 0.5 ? '0.25' : ''
    return `${time},${pick(random, STEADY_COINS)},${sell ? -amount / 10 : amount},${kind},,${fee},,,,row ${row}`
  })
  return `time,asset,quantity,kind,unit_price,fee,fee_asset,wallet,tx,note\n${lines.join('\n')}\n`
}

/** A portfolio file with that flows file beside it, and a holding without flows. */
export const STEADY_PORTFOLIO = `name: main
baseCurrency: usd
holdings:
  - { asset: tron, quantity: "1000.5" }
flows: flows.csv
`
