import { byBytes, type AssetId } from '#core/asset.ts'
import { formatDecimal, toDouble, ZERO, type Decimal } from '#core/decimal.ts'
import { hourOf } from '#core/hour.ts'
import { monthOf } from '#core/month.ts'
import { positionValue } from '#core/position.ts'
import { MANUAL_WALLET, type Portfolio } from '#core/portfolio.ts'
import { CARRIED, MISSING, qualityName, type Quality } from '#core/quality.ts'
import { byLine, parseLineKey, type LineId } from '#pnl/flows/leg.ts'
import { valueStanding, type Standing, type Valuation } from '#pnl/value/standing.ts'
import type { ReadPorts } from '../chain/pair-read.ts'
import { readingsAt, type Readings } from '../chain/pair-times.ts'
import { PortfolioLedger } from '../pnl/ledger.ts'
import type { LedgerStore, Position, Snapshot } from '../ports.ts'
import type { Contracts } from './contracts.ts'
import type { MarkDay } from './day.ts'

/** A portfolio valued, with what its snapshot does not keep: how much of it is priced, and how far its wallets are known. */
export type Valued = Readings & {
  readonly snapshot: Snapshot
  readonly priced: number
  readonly known: number
}

/** What is held on one line at the hour; null while it is not known. */
type Held = LineId & { readonly quantity: string | null }

/** What a portfolio is made of, before it is valued. */
export type Opened = {
  readonly portfolio: Portfolio
  /** Null where nothing moves: what was entered by hand is all there is. */
  readonly ledger: PortfolioLedger | null
}

/**
 * Most of many portfolios are holdings alone, and need no ledger.
 * @param flows whether any flow of its own book is stored
 */
export async function openPortfolio(
  io: LedgerStore,
  portfolio: Portfolio,
  flows: boolean,
  base: AssetId,
  now: number,
): Promise<Opened> {
  const { wallets, holdings } = portfolio
  if (!flows && wallets.length === 0 && holdings.every(({ since }) => since === null))
    return { portfolio, ledger: null }
  const ledger = await PortfolioLedger.open(io, portfolio, base, now)
  return { portfolio, ledger: ledger.months().length === 0 ? null : ledger }
}

/**
 * Values one portfolio at the hour of `day`, as the value column of `pnl` does there: with flows as they were at that
 * hour, without any as it stands now.
 */
export async function valuePortfolio(
  { portfolio, ledger }: Opened,
  io: ReadPorts,
  day: MarkDay,
  contracts: Contracts,
  now: number,
  times?: Parameters<typeof readingsAt>[3],
): Promise<Valued> {
  const { held, valuation: found } =
    ledger?.hasFlows === true ? await flowing(ledger, day) : await standing(portfolio, ledger, day, now)
  if (portfolio.wallets.length > 0) await contracts.need(held.map(({ asset }) => asset))
  const { owner, name, baseCurrency } = portfolio
  const readings = await readingsAt(portfolio, day.time, io, times)
  const carried = new Set(readings.carried.map(({ chain, address }) => `${chain}|${address}`))
  const positions = held.map((line) => positionOf(line, day, contracts, carried))
  const valuation = held.length === 0 && readings.unread.length > 0 ? { ...found, ...UNKNOWN } : found
  const { value, coverage, coverageByCount, change24h, priced, known } = valuation
  const snapshot: Snapshot = {
    owner,
    portfolio: name,
    quote: baseCurrency,
    time: day.time,
    value: Number.isNaN(value) ? null : value + 0,
    change24h: change24h === null ? null : { ...change24h, amount: change24h.amount + 0 },
    quality: worseOf(qualityName(valuation.quality), positions),
    coverage,
    coverageByCount,
    positions,
  }
  return { snapshot, priced, known, ...readings }
}

/** Nothing is known to be held, and some wallet was never read. */
const UNKNOWN = { value: NaN, coverage: 0, coverageByCount: 0, change24h: null, quality: MISSING } as const

/** The total is no better than what is carried in it. */
function worseOf(quality: Quality, positions: readonly Position[]): Quality {
  const carried = positions.some((position) => position.quality === 'carried')
  return carried && quality !== 'missing' ? 'carried' : quality
}

function positionOf(
  { asset, wallet, chain, quantity }: Held,
  day: MarkDay,
  contracts: Contracts,
  carried: ReadonlySet<string>,
): Position {
  const prices = day.of(asset)
  const mark = Number.isNaN(prices.mark) ? null : prices.mark
  const known = carried.has(`${chain}|${wallet}`) ? Math.min(prices.quality, CARRIED) : prices.quality
  const quality = quantity === null ? 'missing' : qualityName(known)
  const token = contracts.of(asset, chain)
  return { asset, token, chain, wallet, quantity, mark, value: positionValue(quantity, mark), quality }
}

/** Mode `flows`. */
async function flowing(
  ledger: PortfolioLedger,
  day: MarkDay,
): Promise<{ held: Held[]; valuation: Valuation }> {
  // Loaded when something flows: holdings alone need none of it.
  const { valueFlowing } = await import('./flowing.ts')
  const { lines, valuation } = await valueFlowing(ledger, day)
  return { held: heldOf(lines), valuation }
}

/** Mode `snapshot`: what is held now, for the whole day. */
async function standing(
  portfolio: Portfolio,
  ledger: PortfolioLedger | null,
  day: MarkDay,
  now: number,
): Promise<{ held: readonly Held[]; valuation: Valuation }> {
  const held = ledger === null ? byHand(portfolio) : await read(ledger, day, now)
  await day.need(held.map(({ asset }) => asset))
  return { held, valuation: valueStanding(standings(held, day)) }
}

async function read(ledger: PortfolioLedger, day: MarkDay, now: number): Promise<Held[]> {
  const { quantitiesUntil } = await import('./flowing.ts')
  return heldOf(await quantitiesUntil(ledger, monthOf(hourOf(now)), day.loader.base))
}

function heldOf(lines: ReadonlyMap<string, Decimal | null>): Held[] {
  return [...lines]
    .filter(([, quantity]) => quantity === null || !quantity.isZero())
    .map(([line, quantity]) => ({
      ...parseLineKey(line),
      quantity: quantity === null ? null : formatDecimal(quantity),
    }))
    .sort(byLine)
}

/** Without an exponent, leading or trailing zeros: as `formatDecimal` writes it. */
const CANONICAL = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/

/** Holdings entered by hand, which make one line an asset. Text stays text where nothing has to be added up. */
function byHand({ holdings }: Portfolio): Held[] {
  const sorted = [...holdings].sort((a, b) => byBytes(a.asset, b.asset))
  const held: Held[] = []
  for (let at = 0; at < sorted.length;) {
    const { asset, quantity } = sorted[at] as (typeof sorted)[number]
    const end = endOf(sorted, at)
    const alone = end === at + 1 && CANONICAL.test(quantity)
    const text = alone ? quantity : formatDecimal(sumOf(sorted.slice(at, end)))
    if (Number(text) !== 0) held.push({ asset, wallet: MANUAL_WALLET, chain: '', quantity: text })
    at = end
  }
  return held
}

/** What stands of each asset, in their order; of several lines the exact sum. */
function standings(held: readonly Held[], day: MarkDay): Standing[] {
  const all: Standing[] = []
  for (let at = 0; at < held.length;) {
    const { asset, quantity } = held[at] as Held
    const end = endOf(held, at)
    const amount = end === at + 1 ? Number(quantity) : toDouble(sumOf(held.slice(at, end)))
    if (amount !== 0) all.push({ amount, prices: day.of(asset) })
    at = end
  }
  return all
}

/** One past the last of the rows from `at` on that are of the same asset. */
function endOf(rows: readonly { readonly asset: AssetId }[], at: number): number {
  let end = at + 1
  while (end < rows.length && rows[end]?.asset === rows[at]?.asset) end++
  return end
}

function sumOf(rows: readonly { readonly quantity: string | null }[]): Decimal {
  return rows.reduce((total, { quantity }) => total.plus(quantity ?? 0), ZERO)
}
