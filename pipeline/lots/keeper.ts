import { TidemarkError } from '#core/errors.ts'
import { computeLots, prepareLots, type LotInput } from '#pnl/lots/lots.ts'
import type { LotReport } from '#pnl/lots/report.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { viewWith, type Heading } from './compute.ts'
import { KeptBook } from './kept-book.ts'
import { nextInput, type KeptInput } from './kept-input.ts'
import type { LotPorts, StoreAsk } from './store-input.ts'
import type { LotView } from './view.ts'

/** How much is kept: books, and flows in all of them; one takes some 1.6 kB in each. */
export type KeeperLimits = { readonly books: number; readonly flows: number }

const LIMITS: KeeperLimits = { books: 4, flows: 400_000 }

type Kept = { readonly ledger: string; readonly book: KeptBook }
type Ledger = { readonly owner: string; readonly name: string; last: KeptInput }

/**
 * Lots of portfolios that are asked for again and again: a change of the store costs what it touches. The portfolios
 * used least recently are let go. Every answer is what a computation from the beginning would say, bit for bit.
 */
export class LotKeeper {
  private readonly io: LotPorts
  private readonly settings: MarkSettings
  private readonly limits: KeeperLimits
  /** By everything that a portfolio says of itself: one that was changed is another one. */
  private readonly ledgers = new Map<string, Ledger>()
  /** By portfolio and settings, the one used last at the end. */
  private readonly books = new Map<string, Kept>()

  constructor(io: LotPorts, settings: MarkSettings, limits: KeeperLimits = LIMITS) {
    this.io = io
    this.settings = settings
    this.limits = limits
  }

  /**
   * Lots by one set of settings, with what they were computed from.
   * @throws TidemarkError LOTS_REFUSED as `computeLots` does
   */
  async view(
    ask: StoreAsk,
    settings: LotSettings,
    heading: Heading,
  ): Promise<{ readonly view: LotView; readonly input: LotInput }> {
    const ledger = JSON.stringify(ask.portfolio)
    const next = await nextInput(this.ledgers.get(ledger)?.last ?? null, ask, this.io, this.settings)
    const report = this.report(ledger, ask, next, settings)
    return { view: viewWith(next.input, settings, report, heading), input: next.input }
  }

  private report(
    ledger: string,
    { portfolio: { owner, name } }: StoreAsk,
    next: KeptInput,
    settings: LotSettings,
  ): LotReport {
    for (const [key, other] of this.ledgers)
      if (key !== ledger && other.owner === owner && other.name === name) this.forget(key)
    this.ledgers.set(ledger, { owner, name, last: next })
    const key = JSON.stringify([ledger, settings])
    const book = this.books.get(key)?.book ?? new KeptBook(next, settings)
    const report = book.tells(next) ? this.told(key, { ledger, book }, next) : null
    this.shrink()
    return report ?? computeLots(prepareLots(next.input), settings)
  }

  /** What a book says; null where it cannot, and then it is let go. */
  private told(key: string, kept: Kept, next: KeptInput): LotReport | null {
    this.books.delete(key)
    try {
      const report = kept.book.report(next)
      if (report !== null) this.books.set(key, kept)
      return report
    } catch (error) {
      // The computation from the beginning refuses as well, and says of all flows what is wrong.
      if (error instanceof TidemarkError) return null
      throw error
    }
  }

  private forget(ledger: string): void {
    this.ledgers.delete(ledger)
    for (const [key, book] of this.books) if (book.ledger === ledger) this.books.delete(key)
  }

  /** Lets the books go that were used least recently, and what was read for no book that is left. */
  private shrink(): void {
    const { books, limits } = this
    let flows = [...books.values()].reduce((sum, { book }) => sum + book.size, 0)
    for (const [key, { book }] of books) {
      if (books.size <= limits.books && flows <= limits.flows) break
      books.delete(key)
      flows -= book.size
    }
    const used = new Set([...books.values()].map(({ ledger }) => ledger))
    for (const key of this.ledgers.keys()) if (!used.has(key)) this.ledgers.delete(key)
  }
}
