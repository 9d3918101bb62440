import { categoryOf } from '#core/category.ts'
import { formatTime } from '#core/hour.ts'
import { money, share } from '#core/number.ts'
import { sum } from '#core/sum.ts'
import { qualityName } from '#core/quality.ts'
import { sliceBy, type Slice } from '#pipeline/queries/allocation.ts'
import type { HoldingRow } from '#pipeline/queries/holdings.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { thinned } from '#pipeline/queries/thin.ts'
import { holdingDocument } from '../../holding-json.ts'
import type { Answered } from '../contract.ts'
import type { Frozen } from '../types.ts'

type Dashboard = Frozen<Answered<'dashboard'>>
type History = Frozen<Answered<'history'>>

/** Most points of a series that a chart is sent. */
export const MOST_POINTS = 2_000

const text = (value: number | null | undefined): string | null =>
  value === null || value === undefined || Number.isNaN(value) ? null : money(value)

/** The total at the end of a report, and what keeps it from being whole. */
export function totalOf(report: PnlReport, day: PnlReport): Dashboard['total'] {
  const { total, tokens, gaps, missingWallets } = report
  const reasons = new Map(gaps.map(({ asset, reason }) => [asset, reason]))
  const { change24h } = day.total
  return {
    value: text(total.value.at(-1)),
    quality: qualityName(total.quality.at(-1) ?? 0),
    coverage: share(total.coverage.at(-1) ?? 0),
    coverageByCount: share(total.coverageByCount.at(-1) ?? 0),
    change24h:
      change24h === null ? null : { pnl: text(change24h.pnl), fraction: fractionOf(change24h.percent) },
    missingWallets,
    incomplete: tokens.flatMap(({ asset, symbol, quality, source }) => {
      const now = qualityName(quality.at(-1) ?? 0)
      if (now === 'ok') return []
      return [
        { asset, symbol, quality: now, reason: reasons.get(asset) ?? reasonOf(now, source.at(-1) ?? null) },
      ]
    }),
  }
}

function reasonOf(quality: 'missing' | 'carried' | 'estimated', source: string | null): string {
  if (quality === 'missing') return 'no price'
  return source ?? quality
}

export const fractionOf = (value: number | null | undefined): number | null =>
  value === null || value === undefined || Number.isNaN(value) ? null : share(value)

export function historyOf(report: PnlReport, range: string, now: number): History {
  const { portfolio, baseCurrency, from, to, hours, total } = report
  const at = thinned([total.value, total.pnl], MOST_POINTS)
  const pick = (series: Float64Array): (string | null)[] => at.map((index) => text(series[index]))
  return {
    schemaVersion: 1,
    asOf: formatTime(now),
    portfolio: portfolio ?? '',
    baseCurrency,
    range,
    from: formatTime(from),
    to: formatTime(to),
    hours: hours.length,
    time: at.map((index) => formatTime(hours[index] as number)),
    value: pick(total.value),
    pnl: pick(total.pnl),
    step: at.map((index, place) => {
      const before = place === 0 ? undefined : at[place - 1]
      return before === undefined ? null : text((total.pnl[index] as number) - (total.pnl[before] as number))
    }),
    quality: at.map((index) => qualityName(total.quality[index] as number)),
    coverage: at.map((index) => share(total.coverage[index] as number)),
  }
}

export function allocationOf(rows: readonly HoldingRow[]): Dashboard['allocation'] {
  const of = (side: Parameters<typeof sliceBy>[1]) => sliceBy(rows, side).map(sliceDocument)
  return {
    asset: of(({ asset, symbol }) => ({ key: asset, label: symbol })),
    chain: of(({ chain }) => ({ key: chain, label: chain === '' ? 'by hand' : chain })),
    wallet: of(({ wallet, label }) => ({ key: wallet, label: label ?? wallet })),
    category: of(({ asset, symbol }) => {
      const key = categoryOf(asset, symbol)
      return { key, label: key }
    }),
  }
}

function sliceDocument({ key, label, value, share: part, quality }: Slice) {
  return { key, label, value: text(value), share: part === null ? null : share(part), quality }
}

/** By what each token did to the total, greatest first whatever the sign. */
export function moversOf({ tokens }: PnlReport): Dashboard['movers'] {
  return tokens
    .map(({ asset, symbol, pnl, fraction }) => ({
      asset,
      symbol,
      made: pnl.at(-1) ?? NaN,
      fraction: fraction.at(-1),
    }))
    .filter(({ made }) => !Number.isNaN(made) && made !== 0)
    .sort((a, b) => Math.abs(b.made) - Math.abs(a.made))
    .slice(0, 10)
    .map(({ asset, symbol, made, fraction }) => ({
      asset,
      symbol,
      pnl: text(made),
      fraction: fractionOf(fraction),
    }))
}

export const holdingsOf = (rows: readonly HoldingRow[]) =>
  [...rows].sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity)).map(holdingDocument)

/** Holdings with what they are of the whole, and what their asset made over the range of the report. */
export function sharedHoldings(rows: readonly HoldingRow[], { tokens }: PnlReport): Dashboard['holdings'] {
  const whole = sum(rows.map(({ value }) => Math.max(0, value ?? 0)))
  const made = new Map(tokens.map(({ asset, fraction }) => [asset as string, fractionOf(fraction.at(-1))]))
  return holdingsOf(rows).map((holding) => {
    const value = Number(holding.value ?? NaN)
    return {
      ...holding,
      share: !(value > 0) || whole === 0 ? null : share(Math.min(1, value / whole)),
      fraction: made.get(holding.asset) ?? null,
    }
  })
}
