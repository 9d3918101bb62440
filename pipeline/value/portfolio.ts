import { byBytes, type AssetId } from '#core/asset.ts'
import { Decimal, formatDecimal, ZERO } from '#core/decimal.ts'
import { hourOf } from '#core/hour.ts'
import { monthOf } from '#core/month.ts'
import { positionValue } from '#core/position.ts'
import { MANUAL_WALLET, walletBook, type Portfolio } from '#core/portfolio.ts'
import { qualityName } from '#core/quality.ts'
import { byLine, parseLineKey, type LineId } from '#pnl/flows/leg.ts'
import { valueStanding, type Valuation } from '#pnl/value/standing.ts'
import { PortfolioLedger } from '../pnl/ledger.ts'
import type { LedgerStore, Position, Snapshot } from '../ports.ts'
import type { Contracts } from './contracts.ts'
import type { MarkDay } from './day.ts'

/** A portfolio valued, with what its snapshot does not keep: how much of it is priced, and wallets nobody could read. */
export type Valued = {
  readonly snapshot: Snapshot
  readonly priced: number
  readonly known: number
  readonly missingWallets: readonly string[]
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
  io: LedgerStore,
  day: MarkDay,
  contracts: Contracts,
  now: number,
): Promise<Valued> {
  const { held, valuation } =
    ledger?.hasFlows === true ? await flowing(ledger, day) : await standing(portfolio, ledger, day, now)
  if (portfolio.wallets.length > 0) await contracts.need(held.map(({ asset }) => asset))
  const { owner, name, baseCurrency } = portfolio
  const { value, quality, coverage, coverageByCount, change24h, priced, known } = valuation
  const snapshot: Snapshot = {
    owner,
    portfolio: name,
    quote: baseCurrency,
    time: day.time,
    value: Number.isNaN(value) ? null : value + 0,
    change24h: change24h === null ? null : { ...change24h, amount: change24h.amount + 0 },
    quality: qualityName(quality),
    coverage,
    coverageByCount,
    positions: held.map((line) => positionOf(line, day, contracts)),
  }
  return { snapshot, priced, known, missingWallets: await unread(portfolio, io) }
}

function positionOf({ asset, wallet, chain, quantity }: Held, day: MarkDay, contracts: Contracts): Position {
  const prices = day.of(asset)
  const mark = Number.isNaN(prices.mark) ? null : prices.mark
  const quality = quantity === null ? 'missing' : qualityName(prices.quality)
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
  const standings = amounts(held).map(([asset, amount]) => ({ amount, prices: day.of(asset) }))
  return { held, valuation: valueStanding(standings) }
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
  const sums = new Map<AssetId, string>()
  for (const { asset, quantity } of holdings) {
    const known = sums.get(asset)
    if (known === undefined && CANONICAL.test(quantity)) sums.set(asset, quantity)
    else sums.set(asset, formatDecimal(new Decimal(known ?? 0).plus(quantity)))
  }
  const held: Held[] = []
  for (const [asset, quantity] of sums)
    if (Number(quantity) !== 0) held.push({ asset, wallet: MANUAL_WALLET, chain: '', quantity })
  return held.sort((a, b) => byBytes(a.asset, b.asset))
}

/** Doubles by asset, in the order of the lines; of several lines the exact sum. */
function amounts(held: readonly Held[]): [AssetId, number][] {
  const sums: [AssetId, number][] = []
  for (let at = 0; at < held.length;) {
    const { asset, quantity } = held[at] as Held
    let end = at + 1
    while (held[end]?.asset === asset) end++
    const sum =
      end === at + 1
        ? Number(quantity)
        : Number(
            held
              .slice(at, end)
              .reduce((total, line) => total.plus(line.quantity ?? 0), ZERO)
              .toString(),
          )
    if (sum !== 0) sums.push([asset, sum])
    at = end
  }
  return sums
}

/** Wallets of which nothing was ever read. */
async function unread({ owner, wallets }: Portfolio, io: LedgerStore): Promise<string[]> {
  if (wallets.length === 0) return []
  const addresses = wallets.map(({ address }) => address)
  const read = new Set((await io.flowCoverage(owner, addresses.map(walletBook))).map(({ book }) => book))
  for (const { wallet } of await io.balances(owner, addresses)) read.add(walletBook(wallet))
  return wallets
    .filter(({ address }) => !read.has(walletBook(address)))
    .map(({ label, address }) => label ?? address)
}
