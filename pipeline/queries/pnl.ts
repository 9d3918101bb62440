import { baseAsset, byBytes, type AssetId, type Quote } from '#core/asset.ts'
import { Decimal, ZERO } from '#core/decimal.ts'
import { TidemarkError } from '#core/errors.ts'
import { addHours, hourOf, type Hour } from '#core/hour.ts'
import { LOCAL_OWNER, walletBook, type Portfolio } from '#core/portfolio.ts'
import { parseLineKey } from '#pnl/flows/leg.ts'
import { lastKnown, snapshotToken, type TokenResult } from '#pnl/hourly/token.ts'
import { tokenFractions, totalOf, type TotalResult } from '#pnl/hourly/total.ts'
import { markSource, sliceMarks, type MarkSeries } from '#pnl/marks/marks.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { ComputedMonths, computePnl } from '../jobs/compute-pnl.ts'
import { PortfolioLedger } from '../pnl/ledger.ts'
import { lastMarks } from '../pnl/last-marks.ts'
import { MarkLoader } from '../pnl/marks.ts'
import type { CoinStore, GapStore, LedgerStore, PnlMode, PnlStore, SeriesReader } from '../ports.ts'
import { gapsOf } from './pnl-gaps.ts'
import { resolveRange, shownHours, type Every } from './pnl-range.ts'
import type { PnlReport, TokenSeries, TotalSeries } from './pnl-report.ts'

export type PnlPorts = SeriesReader & LedgerStore & PnlStore & GapStore & CoinStore

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
  const session = await openSession(request, io, settings)
  const { portfolio, loader, computed, mode } = session
  const stranger = request.assets?.find((asset) => !session.assets.includes(asset))
  if (stranger !== undefined) throw notHeld(stranger, session)
  const present = await presentQuantities(session, request.now)
  const held = [...present].filter(([, quantity]) => !quantity.isZero()).map(([asset]) => asset)
  const { from, to } = await resolveRange(request, held, loader)
  const { shown, marks, total } = await tokensAndTotal(session, present, { from, to }, request.assets)
  const hours = shownHours(from, to, request.every ?? '1h')
  const symbols = await symbolsOf(io)
  return {
    portfolio: request.portfolio === null ? null : portfolio.name,
    baseCurrency: portfolio.baseCurrency,
    mode,
    from,
    to,
    hours: hours.map((index) => addHours(from, index)),
    tokens: shown.map(([asset, token]) =>
      tokenSeries(asset, token, marks.get(asset) as MarkSeries, hours, symbols),
    ),
    total: totalSeries(total, hours),
    gaps: await gapsOf(shown, from, portfolio.baseCurrency, io),
    missingWallets: await unreadWallets(portfolio, io),
    batches: computed?.summary ?? { computed: 0, reused: 0 },
  }
}

/** Tokens that were held at some hour of a range, in order, with their marks, and the total over them. */
type RangeResult = {
  readonly shown: readonly (readonly [AssetId, TokenResult])[]
  readonly marks: ReadonlyMap<AssetId, MarkSeries>
  readonly total: TotalResult
}

/**
 * What a range is made of, hour by hour.
 * @param present what is held at the newest stored time
 * @param range marks from `from` to `to`, both included; `hourly` also gives each token's attribution by hour
 */
export async function tokensAndTotal(
  { ledger, loader, computed, mode, assets, io }: PnlSession,
  present: ReadonlyMap<AssetId, Decimal>,
  { from, to, hourly = false }: { readonly from: Hour; readonly to: Hour; readonly hourly?: boolean },
  only: readonly AssetId[] = assets,
): Promise<RangeResult> {
  const wanted = new Set(only)
  const marks = await loadMarks(
    assets.filter((asset) => wanted.has(asset)),
    from,
    to,
    loader,
  )
  const tokens =
    mode === 'flows' && computed !== null
      ? await (
          await import('../pnl/tokens.ts')
        ).tokensOf({ from, to, ledger, loader, computed, io, marks, hourly })
      : snapshots(present, marks)
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
  return { shown, marks, total: totalOf(parts, (to - from) / 3_600_000 + 1) }
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

/** What is held at the newest stored time, by asset. */
export async function presentQuantities(
  { ledger, computed }: PnlSession,
  now: number,
): Promise<Map<AssetId, Decimal>> {
  const quantities = new Map<AssetId, Decimal>()
  const add = (asset: AssetId, quantity: Decimal) =>
    quantities.set(asset, (quantities.get(asset) ?? ZERO).plus(quantity))
  if (computed !== null && computed.last !== null) {
    for (const [line, { quantity }] of await computed.statesAt(computed.last))
      add(parseLineKey(line).asset, quantity)
  } else {
    for (const { asset, quantity, since } of ledger.portfolio.holdings) {
      if (since === null || since <= now) add(asset, new Decimal(quantity))
    }
  }
  return quantities
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

function snapshots(
  present: ReadonlyMap<AssetId, Decimal>,
  marks: ReadonlyMap<AssetId, MarkSeries>,
): Map<AssetId, TokenResult> {
  const tokens = new Map<AssetId, TokenResult>()
  for (const [asset, quantity] of present) {
    const series = marks.get(asset)
    if (series !== undefined) tokens.set(asset, snapshotToken(quantity, series))
  }
  return tokens
}

/** Held at some hour of the range, or not known to be. */
function wasHeld(token: TokenResult): boolean {
  return (
    token.held.some((amount) => amount !== 0) ||
    lastKnown(token.pnl) !== 0 ||
    token.exchangeIn.some((value) => value !== 0)
  )
}

async function symbolsOf(io: CoinStore): Promise<Map<string, string>> {
  return new Map((await io.coins()).coins.map(({ asset, symbol }) => [asset, symbol.toUpperCase()] as const))
}

function symbolOf(asset: AssetId, symbols: ReadonlyMap<string, string>): string {
  return asset.startsWith('fiat:') ? asset.slice(5).toUpperCase() : (symbols.get(asset) ?? asset)
}

/** A series at the hours shown; of all of them, which is what most look at, it is copied as it is. */
function pick<T extends Float64Array | Uint8Array>(series: T, hours: readonly number[]): T {
  const shown = series.slice(0, hours.length) as T
  if (hours.length < series.length)
    for (let at = 0; at < shown.length; at++) shown[at] = series[hours[at] as number] as number
  return shown
}

function tokenSeries(
  asset: AssetId,
  token: TokenResult,
  marks: MarkSeries,
  hours: readonly number[],
  symbols: ReadonlyMap<string, string>,
): TokenSeries {
  return {
    asset,
    symbol: symbolOf(asset, symbols),
    quantity: hours.map((index) => token.quantity[index] ?? null),
    mark: pick(marks.price, hours),
    value: pick(token.value, hours),
    pnl: pick(token.pnl, hours),
    quality: pick(token.quality, hours),
    source: hours.map((index) => markSource(marks, index)),
    attribution: token.attribution,
    external: token.external,
    exchanged: token.exchanged,
    fraction: pick(tokenFractions(token), hours),
  }
}

function totalSeries(total: TotalResult, hours: readonly number[]): TotalSeries {
  return {
    value: pick(total.value, hours),
    pnl: pick(total.pnl, hours),
    coverage: pick(total.coverage, hours),
    coverageByCount: pick(total.coverageByCount, hours),
    quality: pick(total.quality, hours),
    attribution: total.attribution,
    external: total.external,
    exchanged: total.exchanged,
    fraction: pick(total.fraction, hours),
    change24h: total.change24h,
  }
}

/** Wallets of which nothing was ever read. */
async function unreadWallets(portfolio: Portfolio, io: PnlPorts): Promise<PnlReport['missingWallets']> {
  const { owner, wallets } = portfolio
  if (wallets.length === 0) return []
  const books = wallets.map(({ address }) => walletBook(address))
  const read = new Set((await io.flowCoverage(owner, books)).map(({ book }) => book))
  for (const { wallet } of await io.balances(
    owner,
    wallets.map(({ address }) => address),
  ))
    read.add(walletBook(wallet))
  return wallets
    .filter(({ address }) => !read.has(walletBook(address)))
    .map(({ address, label }) => ({ wallet: label ?? address, reason: 'nothing configured could read it' }))
}

/** Somebody asks for an asset that is not there: a typing error more often than not. */
export function notHeld(asset: AssetId, { assets, portfolio }: PnlSession): TidemarkError {
  const held = assets.length === 0 ? 'nothing' : assets.slice(0, 20).join(', ')
  return new TidemarkError('INPUT_INVALID', {
    message: `The portfolio "${portfolio.name}" never held ${asset}; it holds ${held}.`,
    fix: 'Name one of these with --asset.',
  })
}
