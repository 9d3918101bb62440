import type { AssetId } from '#core/asset.ts'
import { Decimal, ZERO, toDouble } from '#core/decimal.ts'
import { TidemarkError } from '#core/errors.ts'
import { calendarOf } from '#pnl/lots/calendar.ts'
import { ExactSum } from './exact-sum.ts'
import type { AssetRow, LotReport, LotView, TotalRow } from './view.ts'

export type Selection = {
  readonly assets?: readonly AssetId[] | undefined
  /** What happened in this calendar year, in the settings' time zone; what is held stays as of `at`. */
  readonly year?: number | undefined
  /** Leaves closed lots out. */
  readonly open?: boolean | undefined
}

/** Somebody asks for an asset that is not there: a typing error more often than not. @throws TidemarkError */
export function refuseStrangers({ report }: LotView, assets: readonly AssetId[] | undefined): void {
  const known = report.assets.map(({ asset }) => asset)
  const stranger = assets?.find((asset) => !known.includes(asset))
  if (stranger === undefined) return
  const held = known.length === 0 ? 'nothing' : known.slice(0, 20).join(', ')
  throw new TidemarkError('INPUT_INVALID', {
    message: `There was never any ${stranger} here; there was ${held}.`,
    fix: 'Name one of these with --asset.',
  })
}

/** The part of a view that was asked for; sums are those of the rows that are left. */
export function selectView(view: LotView, selection: Selection): LotView {
  const { assets, year, open } = selection
  if (assets === undefined && year === undefined && open !== true) return view
  let report = view.report
  if (assets !== undefined) report = ofAssets(report, new Set<AssetId | null>(assets))
  if (year !== undefined) report = ofYear(report, year, view)
  if (assets !== undefined || year !== undefined) report = { ...report, total: totalOf(report, view) }
  if (open === true) report = { ...report, lots: report.lots.filter(({ remaining }) => remaining !== '0') }
  return { ...view, report }
}

function ofAssets(report: LotReport, wanted: ReadonlySet<AssetId | null>): LotReport {
  const of = <T extends { readonly asset: AssetId | null }>(rows: readonly T[]) =>
    rows.filter(({ asset }) => wanted.has(asset))
  const problems = of(report.problems)
  const assets = of(report.assets)
  const disposals = of(report.disposals)
  return {
    ...report,
    lots: of(report.lots),
    disposals,
    assets,
    problems,
    moves: report.moves.filter(({ asset, toAsset }) => wanted.has(asset) || wanted.has(toAsset)),
    leaves: of(report.leaves),
    incomes: of(report.incomes),
    costs: of(report.costs),
    bases: of(report.bases),
    allocation: of(report.allocation),
    incomplete:
      assets.some(({ quality, undocumented }) => quality === 'missing' || undocumented !== '0') ||
      problems.some(({ code }) => code === 'UNDOCUMENTED_DISPOSAL' || code === 'UNDOCUMENTED_TRANSFER'),
  }
}

function ofYear(report: LotReport, year: number, { settings }: LotView): LotReport {
  const calendar = calendarOf(settings.timeZone, settings.longTerm)
  const yearOf = (time: number) => calendar.year(time)
  const of = <T extends { readonly time: number }>(rows: readonly T[]) =>
    rows.filter(({ time }) => yearOf(time) === year)
  const cut: LotReport = {
    ...report,
    disposals: of(report.disposals),
    moves: of(report.moves),
    leaves: of(report.leaves),
    incomes: of(report.incomes),
    costs: of(report.costs),
    bases: of(report.bases),
    problems: report.problems.filter(({ code, time }) => code === 'MISSING_MARK' || yearOf(time) === year),
  }
  const happened = happenedOf(cut)
  return { ...cut, assets: cut.assets.map((row) => ({ ...row, ...happened(row.asset) })) }
}

type Happened = Pick<
  AssetRow,
  | 'realised'
  | 'realisedShort'
  | 'realisedLong'
  | 'income'
  | 'costs'
  | 'fees'
  | 'transferred'
  | 'unproven'
  | 'undocumented'
>
type Sums = Readonly<Record<keyof Happened, ExactSum>>

const HAPPENED = [
  'realised',
  'realisedShort',
  'realisedLong',
  'unproven',
  'income',
  'costs',
  'fees',
  'transferred',
] as const satisfies (keyof Happened)[]

const newSums = (): Sums =>
  Object.fromEntries([...HAPPENED, 'undocumented'].map((name) => [name, new ExactSum()])) as unknown as Sums

/** What the rows of a report say of each asset, as its sums over all time say it; null is the base currency. */
export function happenedOf(report: LotReport): (asset: AssetId | null) => Happened {
  const all = happenedSums(report)
  return (asset) => {
    const sums = all.get(asset) ?? newSums()
    const whole = HAPPENED.map((name) => [name, sums[name].whole] as const)
    return { ...Object.fromEntries(whole), undocumented: sums.undocumented.known } as Happened
  }
}

function happenedSums(report: LotReport): Map<AssetId | null, Sums> {
  const all = new Map<AssetId | null, Sums>()
  const of = (asset: AssetId | null): Sums => {
    const found = all.get(asset) ?? newSums()
    all.set(asset, found)
    return found
  }
  for (const { asset, undocumented, parts } of report.disposals) {
    const sums = of(asset)
    sums.undocumented.add(undocumented)
    for (const part of parts) {
      sums.realised.add(part.gain)
      ;(part.term === 'short' ? sums.realisedShort : sums.realisedLong).add(part.gain)
      if (part.undocumented) sums.unproven.add(part.gain)
    }
  }
  for (const { asset, amount } of report.incomes) of(asset).income.add(amount)
  for (const { asset, amount, ofTrade } of report.costs) {
    of(asset).costs.add(amount)
    if (ofTrade) of(asset).fees.add(amount)
  }
  for (const { asset, transferred } of report.leaves) of(asset).transferred.add(transferred)
  for (const { asset, value, cost } of report.bases) of(asset).transferred.addDifference(value, cost, -1)
  return all
}

const HELD = ['cost', 'value', 'unrealised'] as const satisfies (keyof AssetRow & keyof TotalRow)[]
type TotalName = (typeof HELD)[number] | (typeof HAPPENED)[number]

/** Sums over the assets of a report of what is known, with what the base currency itself earned and cost. */
function totalOf(report: LotReport, view: LotView): TotalRow {
  const totals = new Map<TotalName, ExactSum>()
  for (const name of HELD) {
    const sum = new ExactSum()
    for (const row of report.assets) sum.add(row[name])
    totals.set(name, sum)
  }
  const happened = [...happenedSums(report).values()]
  for (const name of HAPPENED) {
    const sum = new ExactSum()
    for (const sums of happened) {
      sum.add(sums[name].known)
      if (sums[name].partial) sum.partial = true
    }
    totals.set(name, sum)
  }
  const known = Object.fromEntries([...totals].map(([name, sum]) => [name, sum.known]))
  return {
    ...(known as Record<TotalName, string>),
    coverage: coverageOf(report.assets, view),
    partial: [...totals].filter(([, sum]) => sum.partial).map(([name]) => name),
  }
}

function coverageOf(assets: readonly AssetRow[], { markAt }: LotView): number {
  let priced = ZERO
  let all = ZERO
  for (const { asset, quantity, mark } of assets) {
    if (quantity === '0') continue
    const last = mark ?? markAt(asset)?.price ?? null
    if (last === null) continue
    const value = new Decimal(quantity).times(last).abs()
    all = all.plus(value)
    if (mark !== null) priced = priced.plus(value)
  }
  if (assets.every(({ quantity }) => quantity === '0')) return 1
  return all.isZero() ? 0 : toDouble(priced.div(all))
}
