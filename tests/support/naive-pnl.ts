/**
 * Hourly PnL straight from its definition, in exact decimals, slowly: for every hour the ledger is read again from the
 * beginning. Shares no code with `pnl/hourly` but the value of an exchange and the pairing of transfers.
 */
import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { countLegs } from '#pnl/flows/effects.ts'
import { legsOf } from '#pnl/flows/leg.ts'
import type { MarkSeries } from '#pnl/marks/marks.ts'

export type NaiveToken = { quantity: string[]; pnl: (number | null)[]; scale: number }

export function naivePnl(input: {
  from: Hour
  hours: number
  prices: ReadonlyMap<AssetId, MarkSeries>
  holdings: ReadonlyMap<AssetId, string>
  flows: readonly Flow[]
}): Map<AssetId, NaiveToken> {
  const base = 'fiat:usd' as AssetId
  const price = (asset: AssetId, hour: number): Decimal | null => {
    if (asset === base) return new Decimal(1)
    const value = input.prices.get(asset)?.price[hour]
    return value === undefined || Number.isNaN(value) ? null : new Decimal(value)
  }
  const index = (hour: Hour) => (hour - input.from) / HOUR_MS
  const legs = input.flows.flatMap((row) => legsOf(row, base, new Map(), () => null))
  const counted = countLegs(legs, base, (asset, hour) => price(asset, index(hour)))
  const lines = new Map<string, { asset: AssetId; start: Decimal; items: typeof counted }>()
  const line = (asset: AssetId, wallet: string, chain: string) => {
    const key = `${asset}|${wallet}|${chain}`
    const found = lines.get(key) ?? { asset, start: new Decimal(0), items: [] as typeof counted }
    lines.set(key, found)
    return found
  }
  for (const [asset, quantity] of input.holdings) line(asset, 'manual', '').start = new Decimal(quantity)
  for (const item of counted) line(item.line.asset, item.line.wallet, item.line.chain).items.push(item)

  const tokens = new Map<AssetId, NaiveToken>()
  for (const { asset, start, items } of lines.values()) {
    const series = naiveLine(start, items, (hour) => price(asset, hour), input.hours, index)
    const token = tokens.get(asset)
    tokens.set(asset, token === undefined ? series : add(token, series))
  }
  for (const token of tokens.values())
    token.quantity = token.quantity.map((text) => new Decimal(text).toFixed())
  return tokens
}

function add(a: NaiveToken, b: NaiveToken): NaiveToken {
  return {
    quantity: a.quantity.map((text, hour) => new Decimal(text).plus(b.quantity[hour] ?? 0).toFixed()),
    pnl: a.pnl.map((value, hour) =>
      value === null || b.pnl[hour] === null ? null : value + (b.pnl[hour] ?? 0),
    ),
    scale: a.scale + b.scale,
  }
}

/** pnl(t) of one line: each marked hour settles everything since the marked hour before it. */
function naiveLine(
  start: Decimal,
  items: ReturnType<typeof countLegs>,
  price: (hour: number) => Decimal | null,
  hours: number,
  index: (hour: Hour) => number,
): NaiveToken {
  const quantityAt = (hour: number) =>
    items.reduce((sum, { leg, quantity }) => (index(leg.hour) <= hour ? sum.plus(quantity) : sum), start)
  const out: NaiveToken = { quantity: [], pnl: [], scale: 0 }
  let settled = 0
  let settledPrice: Decimal | null = price(0)
  let pnl = new Decimal(0)
  for (let hour = 0; hour <= hours; hour++) {
    const held = quantityAt(hour)
    out.quantity.push(held.toFixed())
    const waiting = items.filter(({ leg }) => index(leg.hour) > settled && index(leg.hour) <= hour)
    const needsMark = waiting
      .filter(({ role, value }) => role === 'external' || (role === 'exchange' && value === null))
      .reduce((sum, { quantity }) => sum.plus(quantity), new Decimal(0))
    const before = quantityAt(settled)
    const mark = price(hour)
    const free = held.isZero() && needsMark.isZero() && (before.isZero() || settledPrice !== null)
    if (mark === null && !free) {
      out.pnl.push(null)
      continue
    }
    const now = mark ?? new Decimal(0)
    const then = settledPrice ?? (before.isZero() ? new Decimal(0) : now)
    let delta = held.times(now).minus(before.times(then))
    for (const { role, quantity, value, leg, own } of waiting) {
      if (own && leg.baseFee !== null) delta = delta.minus(leg.baseFee)
      if (role === 'external' || (role === 'exchange' && value === null))
        delta = delta.minus(quantity.times(now))
      else if (role === 'exchange' && value !== null) delta = delta.minus(value)
      out.scale += Math.abs(quantity.times(now).toNumber()) + Math.abs(value?.toNumber() ?? 0)
    }
    out.scale += Math.abs(held.times(now).toNumber()) + Math.abs(before.times(then).toNumber())
    if (hour > 0) pnl = pnl.plus(delta)
    out.pnl.push(pnl.toNumber())
    settled = hour
    settledPrice = mark
  }
  return out
}
