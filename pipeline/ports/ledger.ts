/** Flows, balances and portfolios. */
import type { AssetId } from '#core/asset.ts'
import type { Flow, FlowKind } from '#core/flow.ts'
import type { Month } from '#core/month.ts'
import type { Balance, Portfolio } from '#core/portfolio.ts'

export type FlowQuery = {
  readonly owner: string
  readonly books: readonly string[]
  readonly asset?: AssetId
  readonly kind?: FlowKind
  /** Times in (after, until]. */
  readonly after?: number
  readonly until?: number
  readonly tx?: readonly string[]
  readonly ids?: readonly string[]
  readonly newestFirst?: boolean
  readonly limit?: number
  readonly offset?: number
}
/** An asset that current flows move, pay fees in or are priced in (a currency as `fiat:eur`), with their first time. */
export type FlowAsset = { readonly asset: AssetId; readonly first: number }
export type FlowMonth = {
  readonly book: string
  readonly month: Month
  readonly revision: number
  readonly count: number
}
/**
 * `mirror`: what is in the store from this source and no longer comes is retired.
 * `add`: nothing is retired; `replace`: rows of the same file that no longer come are retired.
 * `span`: rows of this source with a time in `span` that no longer come are retired, and what comes lies in it. In every
 * mode what an edit put in the place of a flow stays until the edit is taken back (`restoreFlows`).
 */
export type FlowImport = {
  readonly owner: string
  readonly book: string
  readonly source: string
  readonly file: string | null
  readonly mode: 'mirror' | 'add' | 'replace' | 'span'
  /** Times in (after, until], in milliseconds; given exactly with the mode `span`. */
  readonly span?: { readonly after: number; readonly until: number }
  readonly dryRun?: boolean
  readonly at: number
  /** In bounded pieces; an error thrown while they are read leaves the store as it was. */
  readonly flows: AsyncIterable<readonly Flow[]> | Iterable<readonly Flow[]>
}
export type FlowImportResult = {
  readonly added: number
  readonly unchanged: number
  readonly retired: number
  /** Rows of the same file that no longer come and were not retired (mode `add`); the first hundred, and how many. */
  readonly gone: readonly Flow[]
  readonly goneCount: number
  /** Rows that another source already gave (equal tx, wallet, asset and quantity). */
  readonly sameAsOther: number
  /** Rows that come again after they were edited, paired or removed by hand, and stay as they are; left out when 0. */
  readonly byHand?: number
}
/** What was done to a flow by hand; `other` is the id of what stands in its place, or of what it stands for. */
export type FlowEdit = {
  readonly at: number
  readonly who: string
  readonly why: string
  readonly what: 'edited' | 'paired' | 'removed' | 'restored' | 'made'
  readonly other: string | null
}
/** A version of a flow that stands no longer because of an edit, with all that was done to it, oldest first. */
export type EditedFlow = {
  readonly flow: Flow
  /** Id of what stands in its place; null where it was removed. */
  readonly replacement: string | null
  readonly log: readonly FlowEdit[]
}
export type FlowEdits = {
  readonly owner: string
  readonly at: number
  readonly who: string
  readonly why: string
  readonly what: 'edited' | 'paired' | 'removed'
  /** Flows that stand, each with what is to stand in its place, in the same book and with an id that does not stand. */
  readonly edits: readonly { readonly book: string; readonly id: string; readonly put: Flow | null }[]
}
export type FlowRestores = Pick<FlowEdits, 'owner' | 'at' | 'who' | 'why'> & {
  readonly flows: readonly { readonly book: string; readonly id: string }[]
}
/** Balances of one wallet on one chain that one source gave. `after` is in milliseconds. */
export type BalanceScope = Pick<Balance, 'owner' | 'wallet' | 'chain' | 'source'> & { readonly after: number }
export type PortfolioKey = Pick<Portfolio, 'owner' | 'name'>
export interface LedgerStore {
  writePortfolio(portfolio: Portfolio): Promise<void>
  portfolio(owner: string, name: string): Promise<Portfolio | null>
  portfolios(owner: string): Promise<Portfolio[]>
  /** Portfolios of all owners, ordered by owner, then name (bytes): the first `limit` that come after a key. */
  portfolioPage(page: { after: PortfolioKey | null; limit: number }): Promise<Portfolio[]>
  /** Books with current flows, of all owners from one to another, both included, ordered by owner, then book. */
  flowBooks(owners: { from: string; to: string }): Promise<{ owner: string; book: string }[]>
  /** One transaction; a row is known by its id. Flows are kept for ever: a retired one stays with its time. */
  importFlows(change: FlowImport): Promise<FlowImportResult>
  /**
   * Puts flows in the place of others, or nothing; all of a call or none. What stood is kept, with who did it, when and
   * why. An import that brings it again leaves it as it is, and none retires what stands in its place.
   * @returns false, and nothing is changed, when one of them does not stand
   */
  editFlows(change: FlowEdits): Promise<boolean>
  /**
   * Takes edits back: the old version stands again, what stood in its place is retired; all of a call or none.
   * @returns false, and nothing is changed, when one of them is not as an edit left it
   */
  restoreFlows(change: FlowRestores): Promise<boolean>
  /** What stands no longer because of an edit, ordered by time, then id. */
  editedFlows(owner: string, books: readonly string[]): Promise<EditedFlow[]>
  /** Current flows, ordered by time, then id (or the reverse). */
  flows(query: FlowQuery): Promise<Flow[]>
  flowCount(query: FlowQuery): Promise<number>
  /** Every asset that current flows touch, ordered by asset. */
  flowAssets(owner: string, books: readonly string[]): Promise<FlowAsset[]>
  /**
   * Months with flows: the month of the hour mark that ends a flow's interval, `monthOf(ceilHour(time))`.
   * The revision moves when a current flow of that book and month is added or retired.
   */
  flowMonths(owner: string, books: readonly string[]): Promise<FlowMonth[]>
  /** Transactions whose current flows fall in more than one month (see `flowMonths`), with those months. */
  spanningTx(owner: string, books: readonly string[]): Promise<{ tx: string; months: Month[] }[]>
  /** Records that the flows of a book are complete in [from, to); widens what was recorded where they touch. */
  coverFlows(owner: string, book: string, from: number, to: number): Promise<void>
  /** Since when each book's flows are complete, up to the newest time covered. */
  flowCoverage(owner: string, books: readonly string[]): Promise<{ book: string; from: number; to: number }[]>
  writeBalances(balances: readonly Balance[]): Promise<{ added: number; changed: number; unchanged: number }>
  /** Puts balances in the place of all those of a scope that are later than `after`; they belong to it and are later. */
  replaceBalances(
    scope: BalanceScope,
    balances: readonly Balance[],
  ): Promise<{ added: number; changed: number; unchanged: number; removed: number }>
  /** Ordered by wallet, chain, asset, time. */
  balances(owner: string, wallets: readonly string[]): Promise<Balance[]>
}
