import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import { UNDETAILED, type Flow } from '#core/flow.ts'
import { HOUR_MS, ceilHour, type Hour } from '#core/hour.ts'
import { monthEnd, monthOf, monthStart, type Month } from '#core/month.ts'
import {
  MANUAL_WALLET,
  pairBook,
  portfolioBook,
  walletBook,
  type Balance,
  type Portfolio,
} from '#core/portfolio.ts'
import { type Anchored, type Change, anchorLine } from '#pnl/flows/anchors.ts'
import { byLine, legsOf, lineKey, type LineId } from '#pnl/flows/leg.ts'
import { NOTHING, type LineState } from '#pnl/hourly/state.ts'
import type { FlowMonth, LedgerStore } from '../ports.ts'

/** Flows of one month, with those of other months that share a tx with them. */
export type MonthFlows = { readonly flows: readonly Flow[]; readonly mates: readonly Flow[] }

/** What is asked of a store about what moves a portfolio's quantities. */
export type LedgerReader = Pick<
  LedgerStore,
  'flows' | 'flowMonths' | 'flowAssets' | 'flowCoverage' | 'spanningTx' | 'balances'
>

/**
 * All that moves a portfolio's quantities: flows stored, holdings entered by hand, and what its wallets' balances add.
 * Read once per computation; the flows themselves month by month, so that memory stays bounded.
 */
export class PortfolioLedger {
  readonly portfolio: Portfolio
  readonly books: readonly string[]
  readonly names: ReadonlyMap<string, string>
  /** Hour from which a line's quantity is known, for lines that rest on balances. */
  readonly knownFrom: ReadonlyMap<string, Hour>
  readonly flowMonths: readonly FlowMonth[]
  /** Revisions of what is stored for each month, book by book. */
  private readonly revisions: ReadonlyMap<Month, readonly string[]>
  private readonly io: LedgerReader
  private readonly derived: ReadonlyMap<Month, readonly Flow[]>
  private readonly balances: readonly Balance[]

  private constructor(
    io: LedgerReader,
    portfolio: Portfolio,
    parts: {
      names: ReadonlyMap<string, string>
      flowMonths: readonly FlowMonth[]
      balances: readonly Balance[]
      anchored: ReadonlyMap<string, Anchored>
      openings: readonly Flow[]
    },
  ) {
    this.io = io
    this.portfolio = portfolio
    this.books = booksOf(portfolio)
    this.names = parts.names
    this.flowMonths = parts.flowMonths
    this.revisions = revisionsByMonth(parts.flowMonths)
    this.balances = parts.balances
    this.knownFrom = new Map([...parts.anchored].map(([line, { knownFrom }]) => [line, knownFrom]))
    this.derived = byMonth([
      ...[...parts.anchored.values()].flatMap(({ derived }) => derived),
      ...parts.openings,
    ])
  }

  /** @param now holdings whose `since` is later do not count yet */
  static async open(
    io: LedgerReader,
    portfolio: Portfolio,
    base: AssetId,
    now: number,
  ): Promise<PortfolioLedger> {
    const books = booksOf(portfolio)
    const addresses = portfolio.wallets.map((wallet) => wallet.address)
    const balances = addresses.length === 0 ? [] : await io.balances(portfolio.owner, addresses)
    return new PortfolioLedger(io, portfolio, {
      names: walletNames(portfolio),
      flowMonths: await io.flowMonths(portfolio.owner, books),
      balances,
      anchored: await anchorWallets(io, portfolio, balances, base),
      openings: portfolio.holdings.flatMap((holding) => openingOf(portfolio, holding, now)),
    })
  }

  /** Whether mode `flows` is the default: any flow is stored. */
  get hasFlows(): boolean {
    return this.flowMonths.some(({ count }) => count > 0)
  }

  /** What balances show and no flow explains. */
  get unexplained(): readonly Flow[] {
    return [...this.derived.values()].flat().filter(({ kind }) => kind === 'unexplained')
  }

  /** Every asset that is held by hand or read from a wallet; flows' assets come from the store. */
  async assets(): Promise<AssetId[]> {
    const { holdings, owner } = this.portfolio
    const flowAssets = await this.io.flowAssets(owner, this.books)
    const all = [...holdings, ...this.balances, ...flowAssets].map(({ asset }) => asset)
    return [...new Set(all)]
  }

  /** State of every line before anything flowed: what was entered by hand without `since`. */
  startStates(): Map<string, LineState> {
    const states = new Map<string, LineState>()
    for (const { asset, quantity, since } of this.portfolio.holdings) {
      if (since !== null) continue
      const line = lineKey({ asset, wallet: MANUAL_WALLET, chain: '' })
      const exact = (states.get(line) ?? NOTHING).quantity.plus(quantity)
      states.set(line, {
        quantity: exact,
        base: { hour: null, quantity: Number(exact.toString()), price: NaN },
        pending: null,
      })
    }
    return states
  }

  /** Months in which something flows, ascending, as far as is known without reading flows. */
  months(): Month[] {
    return [...new Set([...this.flowMonths.map(({ month }) => month), ...this.derived.keys()])].sort()
  }

  /** Revisions of the month's flows and what was derived for it, as text for fingerprints. */
  key(month: Month): string {
    const derived = (this.derived.get(month) ?? []).map(({ id, quantity }) => `${id}=${quantity}`)
    return JSON.stringify([this.revisions.get(month) ?? [], derived])
  }

  async flows(month: Month, mateTx: readonly string[]): Promise<MonthFlows> {
    const { owner } = this.portfolio
    const { after, until } = spanOf(month)
    const has = this.flowMonths.some((row) => row.month === month && row.count > 0)
    const own = has ? await this.io.flows({ owner, books: this.books, after, until }) : []
    const mates = mateTx.length === 0 ? [] : await this.io.flows({ owner, books: this.books, tx: mateTx })
    const inMonth = (flow: Flow) => flow.time > after && flow.time <= until
    return {
      flows: [...own, ...(this.derived.get(month) ?? [])],
      mates: mates.filter((flow) => !inMonth(flow)),
    }
  }

  /** Transactions that fall in several months, by month. */
  async spanning(): Promise<Map<Month, { tx: string[]; months: Set<Month> }>> {
    const spans = new Map<Month, { tx: string[]; months: Set<Month> }>()
    for (const { tx, months } of await this.io.spanningTx(this.portfolio.owner, this.books)) {
      for (const month of months) {
        const span = spans.get(month) ?? { tx: [], months: new Set<Month>() }
        spans.set(month, span)
        span.tx.push(tx)
        for (const other of months) if (other !== month) span.months.add(other)
      }
    }
    return spans
  }
}

/**
 * When the flows of a month are, in (after, until]: (t−1, t] belongs to the month of t, so that the month's last hour
 * begins the next month's first interval.
 */
export function spanOf(month: Month): { after: number; until: number } {
  return { after: monthStart(month) - HOUR_MS, until: monthEnd(month) - HOUR_MS }
}

function booksOf(portfolio: Portfolio): string[] {
  return [portfolioBook(portfolio.name), ...portfolio.wallets.map((wallet) => walletBook(wallet.address))]
}

/** A label stands for its wallet. */
function walletNames(portfolio: Portfolio): Map<string, string> {
  const names = new Map<string, string>()
  for (const { address, label } of portfolio.wallets) {
    names.set(address.toLowerCase(), address)
    if (label !== null) names.set(label, address)
  }
  return names
}

/** A holding with `since` enters at the first hour at or after it. */
function openingOf(portfolio: Portfolio, holding: Portfolio['holdings'][number], now: number): Flow[] {
  const { asset, quantity, since, unitCost } = holding
  if (since === null || since > now) return []
  const time = ceilHour(since)
  const id = `opening|${MANUAL_WALLET}|${asset}|${time}|${quantity}`
  const opening: Flow = {
    ...UNDETAILED,
    id,
    owner: portfolio.owner,
    book: portfolioBook(portfolio.name),
    source: 'holdings',
    time,
    asset,
    quantity,
    kind: 'opening',
    unitPrice: unitCost,
    wallet: MANUAL_WALLET,
  }
  return [opening]
}

function revisionsByMonth(rows: readonly FlowMonth[]): Map<Month, string[]> {
  const months = new Map<Month, string[]>()
  for (const { month, book, revision } of rows) {
    const text = `${book}:${revision}`
    const list = months.get(month)
    if (list === undefined) months.set(month, [text])
    else list.push(text)
  }
  for (const list of months.values()) list.sort()
  return months
}

function byMonth(flows: readonly Flow[]): Map<Month, Flow[]> {
  const months = new Map<Month, Flow[]>()
  for (const flow of flows) {
    const month = monthOf(ceilHour(flow.time))
    const list = months.get(month)
    if (list === undefined) months.set(month, [flow])
    else list.push(flow)
  }
  return months
}

async function anchorWallets(
  io: LedgerReader,
  portfolio: Portfolio,
  balances: readonly Balance[],
  base: AssetId,
): Promise<Map<string, Anchored>> {
  const anchored = new Map<string, Anchored>()
  if (balances.length === 0) return anchored
  const { owner } = portfolio
  const books = booksOf(portfolio)
  const names = walletNames(portfolio)
  const coveredSince = await coverageOf(io, portfolio)
  const changes = changesByLine(await io.flows({ owner, books }), base, names)
  for (const [line, own] of groupBalances(balances)) {
    const id = own[0] as Balance
    anchored.set(line, anchorLine(own, changes.get(line) ?? [], coveredSince(id)))
  }
  return anchored
}

/**
 * Since when the flows of a wallet on a chain are complete: as was noted for the chain, or for the wallet with all of
 * its chains; null where neither was. What older stores noted of a wallet reaches back further than its chain's first
 * new note.
 */
async function coverageOf(
  io: LedgerReader,
  { owner, wallets }: Portfolio,
): Promise<(line: Pick<Balance, 'wallet' | 'chain'>) => number | null> {
  const books = wallets.flatMap(({ address, chains }) => [
    walletBook(address),
    ...chains.map((chain) => pairBook(address, chain)),
  ])
  const since = new Map((await io.flowCoverage(owner, books)).map((row) => [row.book, row.from] as const))
  return ({ wallet, chain }) => {
    const from = Math.min(
      since.get(pairBook(wallet, chain)) ?? Infinity,
      since.get(walletBook(wallet)) ?? Infinity,
    )
    return from === Infinity ? null : from
  }
}

function changesByLine(
  flows: readonly Flow[],
  base: AssetId,
  names: ReadonlyMap<string, string>,
): Map<string, Change[]> {
  const changes = new Map<string, Change[]>()
  for (const flow of flows) {
    for (const leg of legsOf(flow, base, names, () => null)) {
      const line = lineKey(leg)
      const list = changes.get(line) ?? []
      changes.set(line, list)
      list.push({ time: flow.time, quantity: new Decimal(leg.quantity) })
    }
  }
  return changes
}

function groupBalances(balances: readonly Balance[]): Map<string, Balance[]> {
  const lines = new Map<string, Balance[]>()
  const sorted = [...balances].sort((a, b) => byLine(lineOf(a), lineOf(b)) || a.time - b.time)
  for (const balance of sorted) {
    const line = lineKey(lineOf(balance))
    const list = lines.get(line)
    if (list === undefined) lines.set(line, [balance])
    else list.push(balance)
  }
  return lines
}

const lineOf = ({ asset, wallet, chain }: Balance): LineId => ({ asset, wallet, chain })
