import { baseAsset, type AssetId, type Quote } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import type { LotMark } from '#pnl/lots/report.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { PortfolioLedger } from '../pnl/ledger.ts'
import { MarkLoader } from '../pnl/marks.ts'
import type { LedgerStore, SeriesReader } from '../ports.ts'
import { resolveRange } from '../queries/pnl-range.ts'
import { rateBy } from './rate.ts'
import { hoursNeeded, ledgerFlows } from './store-flows.ts'
import { flowMarks, marksAt, type FlowMarks } from './store-marks.ts'

export type LotPorts = SeriesReader & LedgerStore

export type StoreAsk = {
  readonly portfolio: Portfolio
  /** Null: the newest hour with a fresh price of something in it, or the newest flow where that is later. */
  readonly at: number | null
  readonly now: number
}

const ONE = new Decimal(1)

/** What lots of a stored portfolio are computed from: its flows, and the marks that hourly PnL values them by. */
export async function storeInput(
  { portfolio, at, now }: StoreAsk,
  io: LotPorts,
  settings: MarkSettings,
): Promise<LotInput> {
  const loader = new MarkLoader(io, portfolio.baseCurrency, settings)
  const ledger = await PortfolioLedger.open(io, portfolio, loader.base, at ?? now)
  const flows = await ledgerFlows(ledger, loader)
  return inputOf(flows, { at, now, names: ledger.names }, loader)
}

/** The same of flows that are not stored, valued by the store's marks. */
export async function fileInput(
  flows: readonly Flow[],
  { quote, at, now }: { readonly quote: Quote; readonly at: number | null; readonly now: number },
  io: SeriesReader,
  settings: MarkSettings,
): Promise<LotInput> {
  return inputOf(flows, { at, now, names: new Map() }, new MarkLoader(io, quote, settings))
}

async function inputOf(
  flows: readonly Flow[],
  { at, now, names }: Pick<StoreAsk, 'at' | 'now'> & Pick<LotInput, 'names'>,
  loader: MarkLoader,
): Promise<LotInput> {
  const base = baseAsset(loader.quote)
  const needed = hoursNeeded(flows, base)
  const assets = [...needed.keys()]
  const moment = at ?? (await newestMoment(flows, assets, now, loader))
  const atFlows = await flowMarks(needed, loader)
  return withMarks({ flows, base, names, at: moment }, atFlows, await marksAt(assets, moment, loader))
}

/** The same flows as of another moment. */
export async function asOf(
  input: LotInput,
  at: number,
  { quote }: { readonly quote: Quote },
  io: SeriesReader,
  settings: MarkSettings,
): Promise<LotInput> {
  const loader = new MarkLoader(io, quote, settings)
  const assets = [...hoursNeeded(input.flows, input.base).keys()]
  const atEnd = await marksAt(assets, at, loader)
  return withMarks({ ...input, at }, (asset, hour) => input.markAt(asset, hour), atEnd)
}

/** @param atEnd marks at the moment `at` itself, the last known ones included */
export function withMarks(
  { flows, base, names, at }: Omit<LotInput, 'markAt' | 'rateAt'>,
  atFlows: FlowMarks,
  atEnd: ReadonlyMap<AssetId, LotMark>,
): LotInput {
  const markAt = (asset: AssetId, time: number): LotMark | null => {
    if (asset === base) return { price: ONE, quality: 'ok' }
    return (time === at ? atEnd.get(asset) : undefined) ?? atFlows(asset, time)
  }
  return { flows, base, names, markAt, at, rateAt: rateBy(markAt) }
}

async function newestMoment(
  flows: readonly Flow[],
  assets: readonly AssetId[],
  now: number,
  loader: MarkLoader,
): Promise<number> {
  const { to } = await resolveRange({ now, days: 1 }, assets, loader)
  return latestOf(flows, now, to)
}

/** The time of the newest flow that is not after `now`, or `least` where that is later. */
export function latestOf(flows: readonly Flow[], now: number, least: number): number {
  return flows.reduce((most, { time }) => (time <= now ? Math.max(most, time) : most), least)
}
