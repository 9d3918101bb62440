import type { AssetId } from '#core/asset.ts'
import { Decimal, ZERO, toDouble } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { addHours, ceilHour, type Hour } from '#core/hour.ts'
import { monthEnd, monthOf, type Month } from '#core/month.ts'
import { effectsOf, type CountedLeg, type Effect } from '#pnl/flows/effects.ts'
import { groupOf, lineKey, parseLineKey } from '#pnl/flows/leg.ts'
import { lineSpan } from '#pnl/hourly/kernel.ts'
import { sortedLines } from '#pnl/hourly/month.ts'
import { NOTHING } from '#pnl/hourly/state.ts'
import { TokenRange } from '#pnl/hourly/token.ts'
import { totalOf } from '#pnl/hourly/total.ts'
import type { Valuation } from '#pnl/value/standing.ts'
import type { PortfolioLedger } from '../pnl/ledger.ts'
import type { MarkBook } from '../pnl/marks.ts'
import { countFlows } from '../pnl/month.ts'
import { DAY, type MarkDay } from './day.ts'

/** Exact quantities by line (see `lineKey`); null while it is not known what was held. */
export type Lines = ReadonlyMap<string, Decimal | null>

/**
 * A portfolio's lines at the hour and what they are worth, in mode `flows`: every flow up to the hour is counted, and
 * those of the last day go through the same kernel as `pnl`, so that both say the same. No batch is read or written.
 */
export async function valueFlowing(
  ledger: PortfolioLedger,
  day: MarkDay,
): Promise<{ lines: Lines; valuation: Valuation }> {
  const { quantities, recent } = await countUntil(ledger, day)
  const waiting = [...ledger.knownFrom].filter(([, hour]) => hour > day.start).map(([line]) => line)
  const effects = effectsOf(recent)
  const order = sortedLines(quantities.keys(), effects.keys(), waiting)
  await day.need(order.map((line) => parseLineKey(line).asset))
  const lines = new Map<string, Decimal | null>()
  const ranges = new Map<AssetId, TokenRange>()
  for (const line of order) {
    const { asset } = parseLineKey(line)
    const range = ranges.get(asset) ?? new TokenRange(day.start, day.of(asset).marks)
    ranges.set(asset, range)
    const knownFrom = ledger.knownFrom.get(line) ?? null
    const quantity = knownFrom !== null && knownFrom > day.start ? ZERO : (quantities.get(line) ?? ZERO)
    lines.set(line, addLine(range, line, { quantity, knownFrom, effects: effects.get(line) ?? [] }, day))
  }
  return { lines, valuation: valuationOf(ranges, day) }
}

type LineDay = {
  /** At the beginning of the day. */
  readonly quantity: Decimal
  readonly knownFrom: Hour | null
  readonly effects: readonly Effect[]
}

/** @returns the quantity at the hour */
function addLine(range: TokenRange, line: string, { quantity, knownFrom, effects }: LineDay, day: MarkDay) {
  const { price } = day.of(parseLineKey(line).asset).marks
  const held = { hour: null, quantity: toDouble(quantity), price: NaN }
  const state = quantity.isZero() ? NOTHING : { quantity, base: held, pending: null }
  const span = lineSpan(state, day.start, price, effects, knownFrom)
  range.add(line, day.start, span, quantity)
  return knownFrom !== null && knownFrom > day.time ? null : span.state.quantity
}

function valuationOf(ranges: ReadonlyMap<AssetId, TokenRange>, day: MarkDay): Valuation {
  // Lines come in their order, and so do the assets.
  const parts = [...ranges].map(([asset, range]) => {
    const { marks, before, known } = day.of(asset)
    return { token: range.finish(), price: marks.price, priceBefore: before, known }
  })
  const total = totalOf(parts, DAY + 1)
  const sizes = parts.map(({ token, known }) => {
    const held = token.held[DAY] as number
    const worth = held === 0 ? 0 : Math.abs(held * known)
    return Number.isNaN(worth) ? 0 : worth
  })
  const sum = sizes.reduce((a, b) => a + b, 0)
  const coverage = total.coverage[DAY] as number
  const change = moved(parts) ? total.change24h : null
  return {
    value: total.value[DAY] as number,
    quality: total.quality[DAY] as number,
    coverage,
    coverageByCount: total.coverageByCount[DAY] as number,
    priced: sum * coverage,
    known: sum,
    change24h: change === null ? null : { amount: change.pnl, fraction: change.percent },
  }
}

/** Whether something has a PnL at two hours to compare; a change out of nothing known would be an invented 0. */
function moved(parts: readonly { token: { pnl: Float64Array } }[]): boolean {
  const known = ({ token }: (typeof parts)[number]) =>
    token.pnl.reduce((count, value) => count + Number(!Number.isNaN(value)), 0)
  return parts.length === 0 || parts.some((part) => known(part) > 1)
}

/** Quantities at the beginning of the day, and what flows in it. */
async function countUntil(
  ledger: PortfolioLedger,
  day: MarkDay,
): Promise<{ quantities: Map<string, Decimal>; recent: CountedLeg[] }> {
  const quantities = startQuantities(ledger)
  const recent: CountedLeg[] = []
  for await (const { month, flows } of monthsOf(ledger, monthOf(day.time))) {
    const markAt = monthEnd(month) > day.start ? await marksFor(flows.flows, flows.mates, day) : () => null
    for (const item of countFlows(month, flows, ledger, day.loader.base, markAt)) {
      if (item.leg.hour <= day.start) addTo(quantities, item)
      else if (item.leg.hour <= day.time) recent.push(item)
    }
  }
  return { quantities, recent }
}

/** Everything that was entered or derived up to the end of a month, summed by line. */
export async function quantitiesUntil(
  ledger: PortfolioLedger,
  last: Month,
  base: AssetId,
): Promise<Map<string, Decimal>> {
  const quantities = startQuantities(ledger)
  for await (const { month, flows } of monthsOf(ledger, last))
    for (const item of countFlows(month, flows, ledger, base, () => null)) addTo(quantities, item)
  return quantities
}

async function* monthsOf(ledger: PortfolioLedger, last: Month) {
  const months = ledger.months().filter((month) => month <= last)
  const spanning = ledger.flowMonths.length > 1 ? await ledger.spanning() : null
  for (const month of months)
    yield { month, flows: await ledger.flows(month, spanning?.get(month)?.tx ?? []) }
}

function startQuantities(ledger: PortfolioLedger): Map<string, Decimal> {
  return new Map([...ledger.startStates()].map(([line, { quantity }]) => [line, quantity]))
}

function addTo(quantities: Map<string, Decimal>, { line, quantity }: CountedLeg): void {
  const key = lineKey(line)
  quantities.set(key, (quantities.get(key) ?? ZERO).plus(quantity))
}

/** Marks of the day, and of the hours outside of it at which other legs of its transactions fall. */
async function marksFor(
  flows: readonly Flow[],
  mates: readonly Flow[],
  day: MarkDay,
): Promise<MarkBook['at']> {
  const all = [...flows, ...mates]
  const within = ({ time }: Flow) => time > day.start && time <= day.time
  const groups = new Set(all.filter(within).map(groupOf))
  const needed = all.filter((flow) => within(flow) || (groups.has(groupOf(flow)) && groupOf(flow) !== null))
  const assets = new Set(needed.flatMap(assetsOf))
  await day.need(assets)
  const outside = needed.filter((flow) => !within(flow)).map(({ time }) => ceilHour(time))
  const others = outside.length === 0 ? null : await load(assets, outside, day)
  return (asset, hour) => {
    if (hour < day.start || hour > day.time) return others?.at(asset, hour) ?? null
    if (!assets.has(asset as AssetId)) return null
    const mark = day.of(asset as AssetId).marks.price[(hour - day.start) / 3_600_000] as number
    return Number.isNaN(mark) ? null : new Decimal(mark)
  }
}

function assetsOf({ asset, feeAsset, priceCurrency }: Flow): AssetId[] {
  const currency = priceCurrency === null ? [] : [`fiat:${priceCurrency}` as AssetId]
  return [asset, ...(feeAsset === null ? [] : [feeAsset]), ...currency]
}

function load(assets: Iterable<AssetId>, hours: readonly Hour[], day: MarkDay): Promise<MarkBook> {
  const from = hours.reduce((least, hour) => (hour < least ? hour : least))
  const to = hours.reduce((most, hour) => (hour > most ? hour : most))
  return day.loader.load(assets, from, addHours(to, 1))
}
