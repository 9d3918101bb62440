import { baseAsset, type AssetId, type Quote } from '#core/asset.ts'
import { hourOf, type Hour } from '#core/hour.ts'
import { portfolioBook, type Portfolio } from '#core/portfolio.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { CoinStore, LedgerStore, RecordStore, SeriesReader, SnapshotStore } from '../ports.ts'
import { timesByOwner } from '../chain/pair-times.ts'
import { Contracts } from '../value/contracts.ts'
import { MarkDay } from '../value/day.ts'
import { openPortfolio, valuePortfolio, type Valued } from '../value/portfolio.ts'

export type ValuePorts = SeriesReader & LedgerStore & CoinStore & SnapshotStore & Pick<RecordStore, 'records'>

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
export const PAGE = 1_000

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
    const valued = await valuer.value(page)
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
  private readonly times: ReturnType<typeof timesByOwner>

  constructor(request: ValueRequest, io: ValuePorts, settings: MarkSettings) {
    this.request = request
    this.io = io
    this.settings = settings
    this.contracts = new Contracts(io)
    this.times = timesByOwner(io)
  }

  /** Values a page, in its order. */
  async value(page: readonly Portfolio[]): Promise<Valued[]> {
    const { io, request, contracts } = this
    await this.readMarks(page)
    const books = await this.books(page)
    const valued: Valued[] = []
    for (const portfolio of page) {
      const { baseCurrency } = portfolio
      const flows = books.has(bookKey(portfolio.owner, portfolioBook(portfolio.name)))
      const opened = await openPortfolio(io, portfolio, flows, baseAsset(baseCurrency), request.now)
      valued.push(
        await valuePortfolio(opened, io, this.day(baseCurrency), contracts, request.now, this.times),
      )
    }
    return valued
  }

  /** Marks of what a page was entered to hold, many assets at a time. */
  private async readMarks(page: readonly Portfolio[]): Promise<void> {
    const assets = new Map<Quote, Set<AssetId>>()
    for (const { baseCurrency, holdings } of page) {
      const own = assets.get(baseCurrency) ?? new Set<AssetId>()
      assets.set(baseCurrency, own)
      for (const { asset } of holdings) own.add(asset)
    }
    for (const [quote, own] of assets) await this.day(quote).need(own)
  }

  /** Books of a page's owners in which anything flows. */
  private async books(page: readonly Portfolio[]): Promise<ReadonlySet<string>> {
    const [first, last] = [page[0], page.at(-1)]
    if (first === undefined || last === undefined) return new Set()
    const found = await this.io.flowBooks({ from: first.owner, to: last.owner })
    return new Set(found.map(({ owner, book }) => bookKey(owner, book)))
  }

  private day(quote: Quote): MarkDay {
    const known = this.days.get(quote)
    if (known !== undefined) return known
    const day = new MarkDay(this.io, quote, this.settings, hourOf(this.request.time))
    this.days.set(quote, day)
    return day
  }
}

const bookKey = (owner: string, book: string): string => JSON.stringify([owner, book])
