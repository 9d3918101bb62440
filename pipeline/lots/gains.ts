import { byBytes, type AssetId } from '#core/asset.ts'
import { calendarOf } from '#pnl/lots/calendar.ts'
import { ExactSum } from './exact-sum.ts'
import type { LotView, Term } from './view.ts'

/** What was realised of one asset in one calendar year with one term. Null: something in it is missing. */
export type GainRow = {
  readonly year: number
  readonly asset: AssetId
  readonly term: Term
  readonly disposals: number
  readonly quantity: string
  readonly proceeds: string | null
  readonly cost: string | null
  readonly gain: string | null
  /** Gain without a documented cost; part of `gain`. */
  readonly unproven: string | null
}

/** A year in total. Sums of what is known; `partial` names those that leave something out. */
export type GainYear = {
  readonly year: number
  readonly realisedShort: string
  readonly realisedLong: string
  readonly realised: string
  readonly income: string
  readonly costs: string
  readonly unproven: string
  readonly partial: boolean
}

export type Gains = { readonly rows: readonly GainRow[]; readonly years: readonly GainYear[] }

/**
 * Gains by year, asset and term, in that order; their sums over years are those of the table of lots. Calendar years in
 * the time zone of the settings.
 */
export function gainsOf({ report, settings }: LotView): Gains {
  const calendar = calendarOf(settings.timeZone, settings.longTerm)
  const rows = new Map<string, RowSums>()
  const years = new Map<number, YearSums>()
  const ofYear = (time: number): YearSums => {
    const year = calendar.year(time)
    const found = years.get(year) ?? yearSums()
    years.set(year, found)
    return found
  }
  for (const { asset, time, flow, parts } of report.disposals) {
    const sums = ofYear(time)
    for (const part of parts) {
      const year = calendar.year(time)
      const key = `${year}|${asset}|${part.term}`
      const row = rows.get(key) ?? rowSums(year, asset, part.term)
      rows.set(key, row)
      row.flows.add(flow)
      row.quantity.add(part.quantity)
      row.proceeds.add(part.proceeds)
      row.cost.add(part.cost)
      row.gain.add(part.gain)
      sums.realised.add(part.gain)
      ;(part.term === 'short' ? sums.realisedShort : sums.realisedLong).add(part.gain)
      if (!part.undocumented) continue
      row.unproven.add(part.gain)
      sums.unproven.add(part.gain)
    }
  }
  for (const { time, amount } of report.incomes) ofYear(time).income.add(amount)
  for (const { time, amount } of report.costs) ofYear(time).costs.add(amount)
  return {
    rows: [...rows.values()].sort(byYearAssetTerm).map(rowOf),
    years: [...years].sort(([a], [b]) => a - b).map(yearOf),
  }
}

type RowSums = ReturnType<typeof rowSums>
type YearSums = ReturnType<typeof yearSums>

const rowSums = (year: number, asset: AssetId, term: Term) => ({
  year,
  asset,
  term,
  flows: new Set<string>(),
  quantity: new ExactSum(),
  proceeds: new ExactSum(),
  cost: new ExactSum(),
  gain: new ExactSum(),
  unproven: new ExactSum(),
})

const yearSums = () => ({
  realised: new ExactSum(),
  realisedShort: new ExactSum(),
  realisedLong: new ExactSum(),
  income: new ExactSum(),
  costs: new ExactSum(),
  unproven: new ExactSum(),
})

function byYearAssetTerm(a: RowSums, b: RowSums): number {
  if (a.year !== b.year) return a.year - b.year
  if (a.asset !== b.asset) return byBytes(a.asset, b.asset)
  return a.term === b.term ? 0 : a.term === 'short' ? -1 : 1
}

const rowOf = ({ year, asset, term, flows, quantity, proceeds, cost, gain, unproven }: RowSums): GainRow => ({
  year,
  asset,
  term,
  disposals: flows.size,
  quantity: quantity.known,
  proceeds: proceeds.whole,
  cost: cost.whole,
  gain: gain.whole,
  unproven: unproven.whole,
})

const yearOf = ([year, sums]: [number, YearSums]): GainYear => ({
  year,
  realisedShort: sums.realisedShort.known,
  realisedLong: sums.realisedLong.known,
  realised: sums.realised.known,
  income: sums.income.known,
  costs: sums.costs.known,
  unproven: sums.unproven.known,
  partial: Object.values(sums).some(({ partial }) => partial),
})
