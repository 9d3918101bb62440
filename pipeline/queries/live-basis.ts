import { byBytes, type AssetId, type Quote } from '#core/asset.ts'
import { Decimal, toDouble, ZERO } from '#core/decimal.ts'
import { addHours, ceilHour, type Hour } from '#core/hour.ts'
import { monthsBetween } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { MISSING } from '#core/quality.ts'
import { sum } from '#core/sum.ts'
import type { Effect } from '#pnl/flows/effects.ts'
import { parseLineKey } from '#pnl/flows/leg.ts'
import type { TokenResult } from '#pnl/hourly/token.ts'
import { carryMsOf, type MarkSettings } from '#pnl/settings.ts'
import { lastMarks } from '../pnl/last-marks.ts'
import { countMonth } from '../pnl/month.ts'
import { openSession, reportOf, type PnlPorts, type PnlSession, type RangeResult } from './pnl.ts'
import { symbolOf, symbolsOf } from './pnl-series.ts'

/**
 * What one asset contributes to the live total and to its change, as a function of its price p:
 * value = quantity·p, and PnL since its last settled mark = quantity·p − base − fixed − flowed·p.
 * Money in the base currency; NaN is missing.
 */
export type LiveAsset = {
  readonly asset: AssetId
  readonly symbol: string
  /** What is held now, of all wallets together, with what flowed since the newest hour. */
  readonly quantity: number
  /** The last known mark, and its quality at the newest hour (core/quality.ts; MISSING where it is from before). */
  readonly price: number
  readonly quality: number
  /** For how long a mark of it may be carried, in milliseconds. */
  readonly carryMs: number
  /** Quantity at the last settled mark, and that mark; NaN where there is none since the range began. */
  readonly baseQuantity: number
  readonly basePrice: number
  /** Known values of exchanges and fees since then; and quantities that count at the price: external, unpriced. */
  readonly fixed: number
  readonly flowed: number
  /** What came in since then from outside, by known value and by quantity; for the per cent. */
  readonly cameInValue: number
  readonly cameInQuantity: number
}

/** What the live figures of a portfolio begin with: its last computed hours, and what happened after them. */
export type LiveBasis = {
  readonly portfolio: string
  readonly quote: Quote
  /** The newest hour with a fresh mark, which the figures of `pnl` end with. */
  readonly hour: Hour
  /** Of the total at `hour` − 24 h … `hour`: value, cumulative PnL, and what came in from outside in each hour. */
  readonly value: readonly number[]
  readonly pnl: readonly number[]
  readonly cameIn: readonly number[]
  /** In the order of summation: by the bytes of their ids. */
  readonly assets: readonly LiveAsset[]
  readonly wallets: number
}

/**
 * What live figures need of the store, once for many prices.
 * @param request.now flows up to it count
 */
export async function liveBasis(
  request: { readonly portfolio: Portfolio; readonly now: number; readonly persist?: boolean },
  io: PnlPorts,
  settings: MarkSettings,
): Promise<LiveBasis> {
  const { portfolio, now } = request
  const quote = portfolio.baseCurrency
  const ask = { ...request, quote, days: 1 }
  const session = await openSession(ask, io, settings)
  const { report, range } = await reportOf(session, ask)
  const symbols = new Map(report.tokens.map(({ asset, symbol }) => [asset, symbol]))
  const names = await symbolsOf(io, session.assets)
  const since = await effectsSince(session, report.from, ceilHour(now))
  const hours = range.total.value.length
  const late = [...since].filter(([asset]) => !symbols.has(asset) && session.assets.includes(asset))
  const known = {
    ...range,
    before: await lastKnown(
      range,
      late.map(([asset]) => asset),
      report.from,
      session,
    ),
  }
  const tokens = [...range.shown, ...late.map(([asset]) => [asset, nothing(hours)] as const)]
  const assets = tokens
    .sort(([a], [b]) => byBytes(a, b))
    .map(([asset, token]) =>
      liveAsset(
        { asset, symbol: symbols.get(asset) ?? symbolOf(asset, names), carryMs: carryOf(asset, session) },
        ...([token, known, report.from, since.get(asset) ?? []] as const),
      ),
    )
  return {
    portfolio: portfolio.name,
    quote,
    hour: report.to,
    value: [...range.total.value],
    pnl: [...range.total.pnl],
    cameIn: Array.from({ length: hours }, (_, hour) => cameIn(range, hour)),
    assets,
    wallets: portfolio.wallets.length,
  }
}

/** The base currency's mark is 1, always. */
const carryOf = (asset: AssetId, { loader }: PnlSession): number =>
  asset === loader.base ? Infinity : carryMsOf(loader.settings, asset)

const cameIn = ({ shown }: RangeResult, hour: number): number =>
  sum(shown.map(([, { externalIn }]) => externalIn[hour] as number))

/** A token that came after the newest hour, as it was until then. */
function nothing(hours: number): Pick<TokenResult, 'pnl' | 'held' | 'quantity' | 'quality'> {
  return {
    pnl: new Float64Array(hours),
    held: new Float64Array(hours),
    quantity: new Array<string>(hours).fill('0'),
    quality: new Uint8Array(hours),
  }
}

/** The last marks before the range, also of assets that came after it. */
async function lastKnown(
  { marks, before }: RangeResult,
  late: readonly AssetId[],
  from: Hour,
  { loader }: PnlSession,
): Promise<RangeResult['before']> {
  const unmarked = late.filter((asset) => Number.isNaN(marks.get(asset)?.price[0] ?? NaN))
  return new Map([...before, ...(await lastMarks(unmarked, from, loader))])
}

function liveAsset(
  named: Pick<LiveAsset, 'asset' | 'symbol' | 'carryMs'>,
  token: Pick<TokenResult, 'pnl' | 'held' | 'quantity' | 'quality'>,
  { marks, before }: Pick<RangeResult, 'marks' | 'before'>,
  from: Hour,
  effects: readonly Effect[],
): LiveAsset {
  const { asset } = named
  const price = marks.get(asset)?.price ?? new Float64Array(0)
  const end = price.length - 1
  const settled = token.pnl.findLastIndex((pnl, index) => !Number.isNaN(pnl) && !Number.isNaN(price[index]))
  const base = settled < 0 ? 0 : settled
  const later = effects.filter(({ hour }) => hour > addHours(from, base))
  const total = (of: (effect: Effect) => Decimal) =>
    toDouble(later.reduce((before, effect) => before.plus(of(effect)), ZERO))
  const held = token.quantity[end]
  const newest = effects.filter(({ hour }) => hour > addHours(from, end))
  const quantity =
    held === null || held === undefined
      ? NaN
      : toDouble(newest.reduce((before, { change }) => before.plus(change), new Decimal(held)))
  return {
    ...named,
    quantity,
    price: price.findLast((mark) => !Number.isNaN(mark)) ?? before.get(asset) ?? NaN,
    quality: Number.isNaN(quantity) ? MISSING : (marks.get(asset)?.quality[end] ?? MISSING),
    baseQuantity: token.held[base] as number,
    basePrice: settled < 0 ? NaN : (price[settled] as number),
    fixed: total(({ tradedValue, baseFees }) => tradedValue.plus(baseFees)),
    flowed: total(({ unpricedQuantity, externalQuantity }) => unpricedQuantity.plus(externalQuantity)),
    cameInValue: total(({ paidIn }) => paidIn),
    cameInQuantity: total(({ externalIn }) => externalIn),
  }
}

/** What flows did to each asset in (from, to]; nothing is read where nothing flowed in these months. */
async function effectsSince(
  { ledger, loader, assets, mode }: PnlSession,
  from: Hour,
  to: Hour,
): Promise<Map<AssetId, Effect[]>> {
  const byAsset = new Map<AssetId, Effect[]>()
  if (mode === 'snapshot') return byAsset
  const moved = new Set(ledger.months())
  const months = monthsBetween(from, to).filter((month) => moved.has(month))
  if (months.length === 0) return byAsset
  const spanning = await ledger.spanning()
  for (const month of months) {
    const flows = await ledger.flows(month, spanning.get(month)?.tx ?? [])
    const { effects } = await countMonth(month, flows, assets, ledger, loader)
    for (const [line, own] of effects) {
      const { asset } = parseLineKey(line)
      const inside = own.filter(({ hour }) => hour > from && hour <= to)
      byAsset.set(asset, [...(byAsset.get(asset) ?? []), ...inside])
    }
  }
  return byAsset
}
