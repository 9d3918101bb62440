import { baseAsset, byBytes, type AssetId, type Quote } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { MANUAL_WALLET } from '#core/portfolio.ts'
import { countLegs, effectsOf } from '../flows/effects.ts'
import { legsOf, lineKey, parseLineKey } from '../flows/leg.ts'
import { unitMarks, type MarkSeries } from '../marks/marks.ts'
import { lineSpan } from './kernel.ts'
import { sortedLines } from './month.ts'
import { NOTHING, type LineState } from './state.ts'
import { TokenRange, type TokenResult } from './token.ts'
import { totalOf, type TotalResult } from './total.ts'

/** A ledger and its marks, all in memory. Marks of every asset begin at `from` and have the same length. */
export type HourlyInput = {
  readonly from: Hour
  readonly baseCurrency: Quote
  readonly marks: ReadonlyMap<AssetId, MarkSeries>
  /** Held at `from`, as exact decimal text. */
  readonly holdings: ReadonlyMap<AssetId, string>
  /** Flows after `from`; rows of one `tx` are one group. */
  readonly flows: readonly Flow[]
}

export type HourlyResult = { readonly tokens: ReadonlyMap<AssetId, TokenResult>; readonly total: TotalResult }

/**
 * Hourly PnL of a ledger that is in memory: the same kernel that the stored batches are made with, over one span.
 * @returns series over the marks, the first being `from`, where PnL is 0
 * @see docs/semantics.md, 4
 */
export function hourlyPnl(input: HourlyInput): HourlyResult {
  const { from, baseCurrency, holdings, flows } = input
  const base = baseAsset(baseCurrency)
  const length = input.marks.values().next().value?.price.length ?? 0
  const marks = new Map(input.marks).set(base, unitMarks(from, addHours(from, length)))
  const markAt = (asset: string, hour: Hour) => decimalMark(marks.get(asset as AssetId), from, hour)
  const rateAt = (currency: string, hour: Hour) => markAt(`fiat:${currency}`, hour)
  const legs = flows.flatMap((flow) => legsOf(flow, base, new Map(), rateAt))
  const effects = effectsOf(countLegs(legs, base, markAt).filter(({ leg }) => leg.hour > from))
  const states = startStates(holdings)
  const ranges = new Map<AssetId, TokenRange>()
  for (const line of sortedLines(states.keys(), effects.keys())) {
    const { asset } = parseLineKey(line)
    const series = marks.get(asset)
    if (series === undefined)
      throw new RangeError(`no marks for ${asset}: give a series, all NaN where unknown`)
    const state = states.get(line) ?? NOTHING
    const range = ranges.get(asset) ?? new TokenRange(from, series)
    ranges.set(asset, range)
    range.add(line, from, lineSpan(state, from, series.price, effects.get(line) ?? []), state.quantity)
  }
  const tokens = new Map(
    [...ranges].sort(([a], [b]) => byBytes(a, b)).map(([asset, range]) => [asset, range.finish()]),
  )
  const parts = [...tokens].map(([asset, token]) => ({
    token,
    price: (marks.get(asset) as MarkSeries).price,
    priceBefore: NaN,
  }))
  return { tokens, total: totalOf(parts, length) }
}

function startStates(holdings: ReadonlyMap<AssetId, string>): Map<string, LineState> {
  const states = new Map<string, LineState>()
  for (const [asset, text] of holdings) {
    const quantity = new Decimal(text)
    const base = { hour: null, quantity: Number(quantity.toString()), price: NaN }
    states.set(lineKey({ asset, wallet: MANUAL_WALLET, chain: '' }), { quantity, base, pending: null })
  }
  return states
}

function decimalMark(series: MarkSeries | undefined, from: Hour, hour: Hour): Decimal | null {
  const price = series?.price[(hour - from) / HOUR_MS]
  return price === undefined || Number.isNaN(price) ? null : new Decimal(price)
}
