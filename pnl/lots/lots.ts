import { byBytes, type AssetId } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import type { RateAt, WalletNames } from '../flows/leg.ts'
import { assetFigures, type AssetFigures } from './assets.ts'
import { calendarOf } from './calendar.ts'
import { Claims } from './claims.ts'
import { connected, spread, type AssetEntries } from './components.ts'
import { LotEngine } from './engine.ts'
import { entriesOf } from './entries.ts'
import type { Entry } from './entry.ts'
import { groupFlows } from './groups.ts'
import { type ListedLot, byOpening, lotRows } from './lot-rows.ts'
import { byPlace } from './place.ts'
import type { LotMark, LotMarkAt, LotReport, ProblemRow, TotalRow } from './report.ts'
import { type Placed, type Rows, emptyRows } from './rows.ts'
import type { LotSettings } from './settings.ts'
import { totalRow } from './total.ts'
import { valuerOf } from './valuer.ts'

/** Flows and prices. Flows come in any order; those after `at` only tell how groups belong together. */
export type LotInput = {
  readonly flows: readonly Flow[]
  readonly base: AssetId
  /** What the portfolio calls its wallets; empty takes every name as it stands. */
  readonly names: WalletNames
  /** Price of one unit of a fiat currency in the base currency, for `priceCurrency`. */
  readonly rateAt: RateAt
  readonly markAt: LotMarkAt
  /** Flows up to and including this moment count; its marks value what is open. */
  readonly at: number
}

/** Flows read once, for any number of settings. */
export type LotLedger = {
  readonly base: AssetId
  readonly at: number
  readonly markAt: LotMarkAt
  /** Entries in order, by sets of assets whose lots can reach one another. */
  readonly components: readonly (readonly Entry[])[]
}

/** Reads flows into a ledger: legs, values of exchanges, pairs of transfers, in order. */
export function prepareLots(input: LotInput): LotLedger {
  const { base, at, markAt } = input
  const valuer = valuerOf(input)
  const assets: AssetEntries = new Map()
  for (const [key, flows] of groupFlows(input.flows)) {
    spread(
      entriesOf(key, flows, valuer).filter(({ place }) => place.time <= at),
      assets,
    )
  }
  const components = connected(assets).map((set) =>
    set.flatMap((asset) => assets.get(asset) ?? []).sort((a, b) => byPlace(a.place, b.place)),
  )
  return { base, at, markAt, components }
}

/**
 * Lots by the settings given.
 * @throws TidemarkError LOTS_REFUSED when more leaves than there is under `refuse`, or when a flow names lots that are
 *   not there (`specific`)
 */
export function computeLots(ledger: LotLedger, settings: LotSettings): LotReport {
  const runs = ledger.components.map((entries) => {
    const claims = new Claims(settings, calendarOf(settings.timeZone, settings.longTerm))
    claims.renew([], entries, -Infinity)
    const engine = new LotEngine(settings, ledger.base, claims)
    for (const entry of entries) engine.apply(entry)
    engine.reach(ledger.at)
    return { engine, rows: [engine.rows] }
  })
  return assemble(runs, ledger, settings)
}

/** An engine at its end, with the rows of all its stretches. */
export type Run = { readonly engine: LotEngine; readonly rows: readonly Rows[] }

/** Puts the report together. @throws TidemarkError LOTS_REFUSED under `refuse`, when more left than there was */
export function assemble(
  runs: readonly Run[],
  { base, at, markAt }: Pick<LotLedger, 'base' | 'at' | 'markAt'>,
  settings: LotSettings,
): LotReport {
  const figures = figuresOf(
    runs.map(({ engine }) => engine),
    (asset) => markAt(asset, at),
  )
  const all = emptyRows()
  const lots: ListedLot[] = []
  for (const { engine, rows } of runs) {
    for (const stretch of rows) append(all, stretch)
    const listed = rows.flatMap((stretch) => stretch.lots)
    for (const row of lotRows(engine, listed)) lots.push(row)
  }
  const problems = [...inOrder(all.problems), ...figures.flatMap((each) => missingMark(each, at))]
  if (settings.oversell === 'refuse') refuse(problems)
  return {
    at,
    lots: lots.sort(byOpening).map(({ row }) => row),
    disposals: inOrder(all.disposals),
    assets: figures.map(({ row }) => row),
    total: totalOf(
      figures,
      runs.map(({ engine }) => engine),
      base,
    ),
    problems,
    moves: inOrder(all.moves),
    leaves: inOrder(all.leaves),
    incomes: inOrder(all.incomes),
    costs: inOrder(all.costs),
    bases: inOrder(all.bases),
    allocation: inOrder(all.allocation),
    incomplete: problems.some(isUndocumented) || figures.some(lacks),
  }
}

function figuresOf(
  engines: readonly LotEngine[],
  markOf: (asset: AssetId) => LotMark | null,
): AssetFigures[] {
  return engines
    .flatMap((engine) => assetFigures(engine, markOf))
    .sort((a, b) => byBytes(a.row.asset, b.row.asset))
}

function totalOf(figures: readonly AssetFigures[], engines: readonly LotEngine[], base: AssetId): TotalRow {
  return totalRow(
    figures,
    engines.map(({ sums }) => sums.get(base)).find((sums) => sums !== undefined) ?? null,
  )
}

/** Assets and total of engines at their end. */
export function summarise(
  engines: readonly LotEngine[],
  base: AssetId,
  markOf: (asset: AssetId) => LotMark | null,
): Pick<LotReport, 'assets' | 'total'> {
  const figures = figuresOf(engines, markOf)
  return { assets: figures.map(({ row }) => row), total: totalOf(figures, engines, base) }
}

function append(into: Rows, rows: Rows): void {
  for (const name of Object.keys(into) as (keyof Rows)[]) {
    if (name === 'lots') continue
    const list = into[name] as Placed<unknown>[]
    for (const row of rows[name] as Placed<unknown>[]) list.push(row)
  }
}

const inOrder = <T>(rows: Placed<T>[]): T[] =>
  rows.sort((a, b) => byPlace(a.place, b.place)).map(({ row }) => row)

const isUndocumented = ({ code }: ProblemRow): boolean =>
  code === 'UNDOCUMENTED_DISPOSAL' || code === 'UNDOCUMENTED_TRANSFER'

/** A part is undocumented, or what is held is missing something. */
const lacks = ({ row }: AssetFigures): boolean => row.undocumented !== '0' || row.quality === 'missing'

function missingMark({ row }: AssetFigures, at: number): ProblemRow[] {
  if (row.quantity === '0' || row.mark !== null) return []
  return [
    {
      code: 'MISSING_MARK',
      asset: row.asset,
      wallet: null,
      flow: null,
      source: null,
      time: at,
      quantity: row.quantity,
      message: `${row.quantity} ${row.asset} held, and no mark for it at that time: its value is missing.`,
      fix: `Run "tidemark backfill --asset ${row.asset}" or "tidemark prices import FILE", or add a row for it to the file of --marks.`,
    },
  ]
}

function refuse(problems: readonly ProblemRow[]): void {
  const found = problems.filter(isUndocumented)
  const [first] = found
  if (first === undefined) return
  throw new TidemarkError('LOTS_REFUSED', {
    message: `More leaves than there is, ${found.length === 1 ? 'once' : `${found.length} times`}: nothing was computed. ${first.message}`,
    fix: `${first.fix} Or let them be listed with --oversell report.`,
    faults: found.slice(0, 100).map(({ message }) => message),
  })
}
