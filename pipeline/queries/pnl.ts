import { baseAsset, byBytes, type AssetId, type Quote } from '#core/asset.ts'
import type { Decimal } from '#core/decimal.ts'
import { TidemarkError } from '#core/errors.ts'
import { HOUR_MS, addHours, hourOf, type Hour } from '#core/hour.ts'
import { LOCAL_OWNER, type Portfolio } from '#core/portfolio.ts'
import { parseLineKey, type LineId } from '#pnl/flows/leg.ts'
import { lastKnown, type TokenResult } from '#pnl/hourly/token.ts'
import { totalOf, type TotalResult } from '#pnl/hourly/total.ts'
import { sliceMarks, type MarkSeries } from '#pnl/marks/marks.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { UnreadWallet } from '../chain/pair-read.ts'
import { readingsAt } from '../chain/pair-times.ts'
import type { ComputedMonths, computePnl } from '../jobs/compute-pnl.ts'
import { PortfolioLedger } from '../pnl/ledger.ts'
import { lastMarks } from '../pnl/last-marks.ts'
import { MarkLoader } from '../pnl/marks.ts'
import type {
  CoinStore,
  GapStore,
  LedgerStore,
  PnlMode,
  PnlStore,
  RecordStore,
  SeriesReader,
} from '../ports.ts'
import { carriedLines, lowerQuality, type CarriedLines } from './carried-lines.ts'
import { refuseCells, type PnlBounds } from './pnl-bounds.ts'
import { gapsOf } from './pnl-gaps.ts'
import { resolveRange, shownHours, type Every } from './pnl-range.ts'
import { presentLines, snapshotGroups, snapshots, sumByAsset } from './pnl-present.ts'
import type { PnlReport } from './pnl-report.ts'
import { symbolsOf, tokenSeries, totalSeries, unknownTotal } from './pnl-series.ts'

export { presentQuantities } from './pnl-present.ts'

export type PnlPorts = SeriesReader &
  LedgerStore &
  PnlStore &
  GapStore &
  CoinStore &
  Pick<RecordStore, 'records'>

/** Times are milliseconds since 1970; `from` and `to` are floored to the hour. */
export type PnlRequest = {
  /** Null values one unit of each coin that was pulled. */
  readonly portfolio: Portfolio | null
  /** Base currency where there is no portfolio. */
  readonly quote: Quote
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly days?: number | undefined
  readonly mode?: PnlMode | undefined
  readonly assets?: readonly AssetId[] | undefined
  readonly every?: Every | undefined
  readonly rebuild?: boolean
  /** False on a store that cannot be written. */
  readonly persist?: boolean
  /** Above which it is refused; absent where whoever asks uses a machine of their own. */
  readonly most?: PnlBounds | undefined
  readonly now: number
}

/**
 * What each token and the portfolio made over a range, by hour (docs/semantics.md, 4). Brings the batches up to date
 * first; what did not change is read.
 */
export async function pnlReport(
  request: PnlRequest,
  io: PnlPorts,
  settings: MarkSettings,
): Promise<PnlReport> {
  return (await reportOf(await openSession(request, io, settings), request)).report
}

/** The same from an open session, with the parts of the groups that lines are put into, where that is asked for. */
export async function reportOf(
  session: PnlSession,
  request: PnlRequest,
  groupOf?: GroupOf,
): Promise<{ report: PnlReport; range: RangeResult; hours: readonly number[] }> {
  const { portfolio, loader, computed, mode, io } = session
  const stranger = request.assets?.find((asset) => !session.assets.includes(asset))
  if (stranger !== undefined) throw notHeld(stranger, session)
  const lines = await presentLines(session, request.now)
  const present = sumByAsset(lines)
  const held = [...present].filter(([, quantity]) => !quantity.isZero()).map(([asset]) => asset)
  const { from, to } = await resolveRange(request, held, loader)
  refuseCells({ from, to, every: request.every }, (request.assets ?? session.assets).length, request.most)
  const groups = groupOf && { of: groupOf, lines }
  const readings = await readingsAt(portfolio, to, io)
  const carried = carriedLines(readings.carried, lines)
  const range = await tokensAndTotal(session, present, { from, to, groups, carried }, request.assets)
  const { shown, marks, total } = range
  const hours = shownHours(from, to, request.every ?? '1h')
  const symbols = await symbolsOf(io, session.assets)
  const report: PnlReport = {
    portfolio: request.portfolio === null ? null : portfolio.name,
    baseCurrency: portfolio.baseCurrency,
    mode,
    from,
    to,
    hours: hours.map((index) => addHours(from, index)),
    tokens: shown.map(([asset, token]) =>
      tokenSeries(asset, token, marks.get(asset) as MarkSeries, hours, symbols),
    ),
    total:
      shown.length === 0 && readings.unread.length > 0
        ? unknownTotal(hours.length, total)
        : totalSeries(total, hours),
    gaps: await gapsOf(shown, from, portfolio.baseCurrency, io),
    missingWallets: readings.unread.map(missingWallet),
    carriedWallets: readings.carried,
    batches: computed?.summary ?? { computed: 0, reused: 0 },
  }
  return { report, range, hours }
}

/** Which group a line is counted in. */
export type GroupOf = (line: LineId) => string

/** Tokens that were held at some hour of a range, in order, with their marks, and the total over them. */
export type RangeResult = {
  readonly shown: readonly (readonly [AssetId, TokenResult])[]
  readonly marks: ReadonlyMap<AssetId, MarkSeries>
  /** The last mark before the range, of assets that have none at its start. */
  readonly before: ReadonlyMap<AssetId, number>
  readonly total: TotalResult
  /** The tokens of each group; none where no groups are asked for. */
  readonly groups: ReadonlyMap<string, ReadonlyMap<AssetId, TokenResult>>
}
/** The range that is wanted, and how it is put together. */
export type RangeAsk = {
  readonly from: Hour
  readonly to: Hour
  readonly hourly?: boolean
  /** How lines are put into groups, and what each line holds at the newest stored time. */
  readonly groups?: { readonly of: GroupOf; readonly lines: ReadonlyMap<string, Decimal> } | undefined
  /** Lines whose quantity is that of an earlier reading; without them all are taken as known. */
  readonly carried?: CarriedLines | undefined
}

/**
 * What a range is made of, hour by hour.
 * @param present what is held at the newest stored time
 * @param range marks from `from` to `to`, both included; `hourly` also gives each token's attribution by hour
 */
export async function tokensAndTotal(
  session: PnlSession,
  present: ReadonlyMap<AssetId, Decimal>,
  ask: RangeAsk,
  only: readonly AssetId[] = session.assets,
): Promise<RangeResult> {
  const { loader, assets } = session
  const { from, to } = ask
  const wanted = new Set(only)
  const marks = await loadMarks(
    assets.filter((asset) => wanted.has(asset)),
    from,
    to,
    loader,
  )
  const { tokens, groups } =
    session.mode === 'flows' && session.computed !== null
      ? await flowing(session, session.computed, ask, marks)
      : { tokens: snapshots(present, marks), groups: snapshotGroups(ask.groups, marks) }
  lowerQuality(tokens, ask.carried ?? [], from)
  const groupOf = ask.groups?.of
  for (const [name, own] of groupOf === undefined ? [] : groups)
    lowerQuality(
      own,
      [...(ask.carried ?? [])].filter(([line]) => groupOf?.(parseLineKey(line)) === name),
      from,
    )
  const shown = [...tokens]
    .filter(([asset, token]) => wanted.has(asset) && wasHeld(token))
    .sort(([a], [b]) => byBytes(a, b))
  const unmarked = shown.map(([asset]) => asset).filter((asset) => Number.isNaN(marks.get(asset)?.price[0]))
  const before = await lastMarks(unmarked, from, loader)
  const parts = shown.map(([asset, token]) => ({
    token,
    price: (marks.get(asset) as MarkSeries).price,
    priceBefore: before.get(asset) ?? NaN,
  }))
  return { shown, marks, before, total: totalOf(parts, (to - from) / HOUR_MS + 1), groups }
}

type Tokens = Pick<RangeResult, 'groups'> & { readonly tokens: ReadonlyMap<AssetId, TokenResult> }

async function flowing(
  { ledger, loader, io }: PnlSession,
  computed: ComputedMonths,
  { from, to, hourly = false, groups }: RangeAsk,
  marks: ReadonlyMap<AssetId, MarkSeries>,
): Promise<Tokens> {
  const { tokensByGroup, tokensOf } = await import('../pnl/tokens.ts')
  const input = { from, to, ledger, loader, computed, io, marks, hourly }
  if (groups !== undefined) return tokensByGroup(input, groups.of)
  return { tokens: await tokensOf(input), groups: new Map() }
}

/** A portfolio opened for reading: its ledger, marks, and batches brought up to date. */
export type PnlSession = {
  readonly portfolio: Portfolio
  readonly ledger: PortfolioLedger
  readonly loader: MarkLoader
  readonly assets: readonly AssetId[]
  readonly mode: PnlMode
  /** Null where nothing flows and mode `snapshot` needs no batches. */
  readonly computed: ComputedMonths | null
  readonly io: PnlPorts
}

export async function openSession(
  request: PnlRequest,
  io: PnlPorts,
  settings: MarkSettings,
): Promise<PnlSession> {
  const portfolio = request.portfolio ?? (await oneOfEach(io, request.quote))
  const loader = new MarkLoader(io, portfolio.baseCurrency, settings)
  const ledger = await PortfolioLedger.open(io, portfolio, baseAsset(portfolio.baseCurrency), request.now)
  const assets = await ledger.assets()
  const mode = request.mode ?? (ledger.hasFlows ? 'flows' : 'snapshot')
  const moves = mode === 'flows' || ledger.months().length > 0
  const options = {
    rebuild: request.rebuild === true,
    persist: request.persist !== false && request.portfolio !== null,
  }
  const computed = moves ? await compute(ledger, loader, io, hourOf(request.now), options) : null
  return { portfolio, ledger, loader, assets, mode, computed, io }
}

/** Loaded when something flows: a portfolio of holdings alone is asked about without it, and that is the first question. */
const compute: typeof computePnl = async (...inputs) =>
  (await import('../jobs/compute-pnl.ts')).computePnl(...inputs)

/** With no portfolio at all: one unit of each coin that was pulled. */
async function oneOfEach(io: PnlPorts, quote: Quote): Promise<Portfolio> {
  const stored = new Set((await io.series()).filter((row) => row.quote === quote).map((row) => row.asset))
  const { coins } = await io.coins()
  const assets = coins.map(({ asset }) => asset).filter((asset) => stored.has(asset))
  return {
    owner: LOCAL_OWNER,
    name: 'one-of-each',
    baseCurrency: quote,
    wallets: [],
    holdings: assets.map((asset) => ({ asset, quantity: '1', unitCost: null, since: null })),
    flowsFile: null,
  }
}

/** Marks of each asset at the hours of the range; asset by asset, so that long ranges fit in memory. */
async function loadMarks(
  assets: readonly AssetId[],
  from: Hour,
  to: Hour,
  loader: MarkLoader,
): Promise<Map<AssetId, MarkSeries>> {
  const marks = new Map<AssetId, MarkSeries>()
  for (const asset of assets) {
    const book = await loader.load([asset], from, addHours(to, 1))
    marks.set(asset, sliceMarks(book.of(asset), from, to))
  }
  return marks
}

/** Held at some hour of the range, or not known to be. */
export function wasHeld(token: TokenResult): boolean {
  return (
    token.held.some((amount) => amount !== 0) ||
    lastKnown(token.pnl) !== 0 ||
    token.exchangeIn.some((value) => value !== 0)
  )
}

/** A wallet of which nothing was ever read, or nothing on some of its chains. */
const missingWallet = ({ name, chains }: UnreadWallet): PnlReport['missingWallets'][number] => ({
  wallet: name,
  reason: chains === null ? 'nothing configured could read it' : `never read on ${chains.join(', ')}`,
})

/** Somebody asks for an asset that is not there: a typing error more often than not. */
export function notHeld(asset: AssetId, { assets, portfolio }: PnlSession): TidemarkError {
  const held = assets.length === 0 ? 'nothing' : assets.slice(0, 20).join(', ')
  return new TidemarkError('INPUT_INVALID', {
    message: `The portfolio "${portfolio.name}" never held ${asset}; it holds ${held}.`,
    fix: 'Name one of these with --asset.',
  })
}
