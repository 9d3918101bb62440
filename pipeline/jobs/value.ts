import { baseAsset, type AssetId, type Quote } from '#core/asset.ts'
import { hourOf, type Hour } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { CoinStore, LedgerStore, SeriesReader, SnapshotStore } from '../ports.ts'
import { Contracts } from '../value/contracts.ts'
import { MarkDay } from '../value/day.ts'
import { openPortfolio, valuePortfolio, type Valued } from '../value/portfolio.ts'

export type ValuePorts = SeriesReader & LedgerStore & CoinStore & SnapshotStore

export type ValueRequest = {
  /** Null values every portfolio of every owner. */
  readonly portfolio: Portfolio | null
  readonly time: Hour
  readonly now: number
  /** False on a store that cannot be written: values, and keeps nothing. */
  readonly persist: boolean
}

/** Portfolios valued together, and what became of their snapshots. */
export type ValuedPage = {
  readonly valued: readonly Valued[]
  /** Whether it is known that no other comes after it. */
  readonly last: boolean
  readonly written: { readonly added: number; readonly changed: number; readonly unchanged: number }
}

/** Portfolios in memory at once, and in one transaction. */
const PAGE = 1_000

/**
 * Values portfolios at an hour and stores a snapshot of each, page by page: a page is given when it is on the disk,
 * and the next one is read when it is asked for. Marks are read once for all of them. Valuing an hour again replaces
 * what was stored of it, and changes nothing where nothing changed; so a run that was cut off is simply run again.
 * @param signal stops before the next page
 */
export async function* valuePortfolios(
  request: ValueRequest,
  io: ValuePorts,
  settings: MarkSettings,
  signal: AbortSignal,
): AsyncGenerator<ValuedPage> {
  const valuer = new Valuer(request, io, settings)
  for await (const page of pagesOf(request, io)) {
    signal.throwIfAborted()
    const valued: Valued[] = []
    await valuer.prepare(page)
    for (const portfolio of page) valued.push(await valuer.value(portfolio))
    const written = request.persist
      ? await io.writeSnapshots(valued.map(({ snapshot }) => snapshot))
      : { added: 0, changed: 0, unchanged: 0 }
    yield { valued, last: request.portfolio !== null || page.length < PAGE, written }
  }
}

async function* pagesOf({ portfolio }: ValueRequest, io: LedgerStore): AsyncGenerator<readonly Portfolio[]> {
  if (portfolio !== null) {
    yield [portfolio]
    return
  }
  let after: Portfolio | null = null
  for (;;) {
    const page: Portfolio[] = await io.portfolioPage({ after, limit: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    after = page.at(-1) ?? null
  }
}

/** Marks by quote currency and contracts, read as they are needed and kept for all portfolios. */
class Valuer {
  private readonly request: ValueRequest
  private readonly io: ValuePorts
  private readonly settings: MarkSettings
  private readonly days = new Map<Quote, MarkDay>()
  private readonly contracts: Contracts

  constructor(request: ValueRequest, io: ValuePorts, settings: MarkSettings) {
    this.request = request
    this.io = io
    this.settings = settings
    this.contracts = new Contracts(io)
  }

  /** Reads the marks of what a page was entered to hold, many assets at a time. */
  async prepare(page: readonly Portfolio[]): Promise<void> {
    const assets = new Map<Quote, Set<AssetId>>()
    for (const { baseCurrency, holdings } of page) {
      const own = assets.get(baseCurrency) ?? new Set<AssetId>()
      assets.set(baseCurrency, own)
      for (const { asset } of holdings) own.add(asset)
    }
    for (const [quote, own] of assets) await this.day(quote).need(own)
  }

  async value(portfolio: Portfolio): Promise<Valued> {
    const { io, request, contracts } = this
    const opened = await openPortfolio(io, portfolio, baseAsset(portfolio.baseCurrency), request.now)
    return valuePortfolio(opened, io, this.day(portfolio.baseCurrency), contracts, request.now)
  }

  private day(quote: Quote): MarkDay {
    const known = this.days.get(quote)
    if (known !== undefined) return known
    const day = new MarkDay(this.io, quote, this.settings, hourOf(this.request.time))
    this.days.set(quote, day)
    return day
  }
}
