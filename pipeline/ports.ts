/**
 * What jobs and queries need from the outside, in the words of `core`. Owned here, fulfilled by `storage` and
 * `ingestion`; small enough that a second store is a day's work. Times are milliseconds since 1970.
 */
import type { AssetId, Quote } from '#core/asset.ts'
import type { CandleColumns, CandleRun, Chunk, ProviderId } from '#core/candle.ts'
import type { Coin, Token } from '#core/coin.ts'
import type { Flow, FlowKind } from '#core/flow.ts'
import type { Hour } from '#core/hour.ts'
import type { MergeCounts } from '#core/merge.ts'
import type { Month } from '#core/month.ts'
import type { Balance, Portfolio } from '#core/portfolio.ts'
import type { Quality } from '#core/quality.ts'
import type { Gap, Samples, Suspect, SuspectState } from '#core/sample.ts'
import type { BlockRef, EvmChain, Hex, WalletPart, WalletScan } from '#ingestion/evm/types.ts'

// ---- series -----------------------------------------------------------------------------------------------------

export type ChunkQuery = {
  readonly assets: readonly AssetId[]
  readonly quote: Quote
  /** Months from `from` to `to`, both included. */
  readonly from: Month
  readonly to: Month
}
export type ChunkRevision = {
  readonly asset: AssetId
  readonly provider: ProviderId
  readonly month: Month
  readonly revision: number
}
export interface SeriesReader {
  /** Chunks ordered by asset, provider, month (bytes of their ids); those that do not exist are left out. */
  chunks(query: ChunkQuery): Promise<Chunk[]>
  /** Revisions of all chunks of the assets in a quote currency, in the same order, without reading them. */
  revisions(assets: readonly AssetId[], quote: Quote): Promise<ChunkRevision[]>
  /** For each month with chunks of the assets a text that changes exactly when one of their revisions does. */
  monthRevisions(assets: readonly AssetId[], quote: Quote): Promise<{ month: Month; revisions: string }[]>
  /** Every (asset, quote) that has candles, ordered. */
  series(): Promise<{ asset: AssetId; quote: Quote; from: Month; to: Month }[]>
}

/** One answer of a provider, judged: its candles, the samples kept aside, the gaps that it leaves. */
export type PriceWrite = {
  readonly run: CandleRun
  readonly suspects: readonly Suspect[]
  readonly gaps: readonly Gap[]
}
export interface PriceWriter {
  /**
   * Stores answers, all or none of them. Candles are put in by `mergeRun`. Within the hours of each run, suspects of
   * its asset, quote and provider are replaced by those given, except the ones decided by hand; gaps are cut back to
   * what lies outside and the ones given are added. Writing the same again changes no byte.
   */
  writePrices(writes: readonly PriceWrite[]): Promise<MergeCounts[]>
  /** Adds gaps outside of any answer (`plan-reach`, `failed`), replacing what they overlap. */
  writeGaps(gaps: readonly Gap[]): Promise<void>
}
export type SuspectKey = Pick<Suspect, 'asset' | 'quote' | 'provider' | 'time'>
export interface GapStore {
  /** Ordered by asset, quote, provider, time. */
  gaps(filter?: { asset?: AssetId; quote?: Quote }): Promise<Gap[]>
  suspects(filter?: {
    asset?: AssetId
    quote?: Quote
    provider?: ProviderId
    states?: readonly SuspectState[]
  }): Promise<Suspect[]>
  /** Sets the state of one suspect by hand; candles follow by `writePrices`. Returns false when there is none. */
  decideSuspect(key: SuspectKey, state: 'accepted' | 'rejected'): Promise<boolean>
}

// ---- coins, tokens ----------------------------------------------------------------------------------------------

export interface CoinStore {
  /** Replaces the list of coins that a provider gave, with the time it was read; counts rows that differ. */
  writeCoins(
    coins: readonly Coin[],
    readAt: number,
  ): Promise<{ added: number; changed: number; unchanged: number }>
  /** Coins by rank, then id. `readAt` is when the list was last read, null when never. */
  coins(): Promise<{ coins: Coin[]; readAt: number | null }>
  writeTokens(tokens: readonly Token[], readAt: number): Promise<void>
  tokens(filter?: {
    assets?: readonly AssetId[]
    chain?: string
  }): Promise<{ tokens: Token[]; readAt: number | null }>
}

// ---- ledger -----------------------------------------------------------------------------------------------------

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

// ---- records ----------------------------------------------------------------------------------------------------

/**
 * A small document by its name: what is known of a chain, where a reading stands. An owner of '' is nobody: facts that
 * anybody can read again, which no canonical hash counts. Neither does it count kinds that begin with `read:`, which
 * tell how far or when something was read, or with `passing:`, which end by themselves (sessions).
 */
export type StoredRecord = {
  readonly owner: string
  readonly kind: string
  readonly key: string
  /** JSON or other text. */
  readonly value: string
}
export interface RecordStore {
  /** Records of one kind with keys in [from, to), ordered by the bytes of their keys. */
  records(query: { owner: string; kind: string; from?: string; to?: string }): Promise<StoredRecord[]>
  /** Puts records in the place of those with the same keys and drops others; those of one owner all or none. */
  writeRecords(change: {
    readonly put: readonly StoredRecord[]
    readonly drop?: readonly Pick<StoredRecord, 'owner' | 'kind' | 'key'>[]
  }): Promise<void>
  /**
   * As `writeRecords`, if each record of `when` stands with that value (null: it is not there); otherwise nothing is
   * written. Nobody else writes between the look and the write. Everything is of one owner.
   * @returns whether it was written
   */
  writeRecordsIf(
    when: readonly RecordCondition[],
    change: Parameters<RecordStore['writeRecords']>[0],
  ): Promise<boolean>
}
/** What a record has to be like before others are written. */
export type RecordCondition = Omit<StoredRecord, 'value'> & { readonly value: string | null }

// ---- hourly PnL -------------------------------------------------------------------------------------------------

export type PnlMode = 'snapshot' | 'flows'
export type BatchKey = {
  readonly owner: string
  readonly portfolio: string
  readonly quote: Quote
  readonly month: Month
  readonly asset: AssetId
  readonly wallet: string
  readonly chain: string
}
/** Cached result for one asset of one wallet on one chain in one UTC month; the layout of `data` is `pnl/hourly/batch.ts`. */
export type Batch = BatchKey & {
  readonly fingerprint: string
  readonly data: Float64Array
  /** Exact quantities, as JSON `[[hour index, "0.5"], …]`. */
  readonly steps: string
}
/** What a portfolio's month was computed from, and the state of each of its lines at the end of it, as JSON. */
export type PnlMonth = {
  readonly owner: string
  readonly portfolio: string
  readonly quote: Quote
  readonly month: Month
  readonly key: string
  readonly states: string
}
export interface PnlStore {
  /** Keys of all months of a portfolio, ascending, without their states. */
  pnlKeys(owner: string, portfolio: string, quote: Quote): Promise<Pick<PnlMonth, 'month' | 'key'>[]>
  pnlMonth(owner: string, portfolio: string, quote: Quote, month: Month): Promise<PnlMonth | null>
  /** Ordered by month, asset, wallet, chain. */
  batches(owner: string, portfolio: string, quote: Quote, from: Month, to: Month): Promise<Batch[]>
  /** One transaction: batches and months replace those with the same keys; what is `dropped` goes. */
  writePnl(change: {
    readonly months: readonly PnlMonth[]
    readonly batches: readonly Batch[]
    readonly droppedBatches: readonly BatchKey[]
    readonly droppedMonths: readonly Pick<PnlMonth, 'owner' | 'portfolio' | 'quote' | 'month'>[]
  }): Promise<void>
}

// ---- snapshots of value -------------------------------------------------------------------------------------------

/** One asset of one wallet on one chain in a snapshot. Money in the quote currency; null is missing. */
export type Position = {
  readonly asset: AssetId
  /** Its contract on the chain in lower case, `native` for the chain's own coin; null where that is not known. */
  readonly token: string | null
  /** Empty for what lives on none. */
  readonly chain: string
  readonly wallet: string
  /** Exact decimal as plain text; null while it is not known what was held. */
  readonly quantity: string | null
  readonly mark: number | null
  /** The double nearest to `quantity`, times `mark`: stores may leave it out and compute it again (core/position.ts). */
  readonly value: number | null
  readonly quality: Quality
}
/** What a portfolio was worth at an hour mark. No number in it is NaN, infinite or -0. */
export type Snapshot = {
  readonly owner: string
  readonly portfolio: string
  readonly quote: Quote
  readonly time: Hour
  /** Null where something is held and nothing of it was ever priced. */
  readonly value: number | null
  /** What was made in the 24 hours before, flows taken out, and as a fraction (0.01 is 1 %). */
  readonly change24h: { readonly amount: number; readonly fraction: number | null } | null
  readonly quality: Quality
  /** Shares from 0 to 1. */
  readonly coverage: number
  readonly coverageByCount: number
  /** Ordered by asset, wallet, chain. */
  readonly positions: readonly Position[]
}
export type SnapshotQuery = {
  readonly owner: string
  readonly portfolio: string
  /** Times in [from, to). */
  readonly from: Hour
  readonly to: Hour
}
export interface SnapshotStore {
  /**
   * Puts each snapshot in the place of the one of the same owner, portfolio and time; all of a call or none. Writing
   * equal ones again changes no byte. A call holds as many as fit in memory at once: up to a few thousand.
   */
  writeSnapshots(
    snapshots: readonly Snapshot[],
  ): Promise<{ added: number; changed: number; unchanged: number }>
  /** Snapshots of one portfolio, ascending in time. */
  snapshots(query: SnapshotQuery): Promise<Snapshot[]>
}

// ---- publication ------------------------------------------------------------------------------------------------

/**
 * Hourly figures of one token, or of the whole portfolio (`asset` null), for others to read: one row a mark. Money in the
 * quote currency; NaN is missing. What is `pnl`, and its parts, is of the hour that ends at the mark.
 */
export type PublishedSeries = {
  readonly asset: AssetId | null
  readonly hours: readonly Hour[]
  readonly columns: Readonly<Record<string, Float64Array>>
  /** Codes of `core/quality.ts`. */
  readonly quality: Uint8Array
}
export type PublishedMonth = {
  readonly owner: string
  readonly portfolio: string
  readonly quote: Quote
  readonly month: Month
  /** Of everything that the month was made from. */
  readonly hash: string
  readonly series: readonly PublishedSeries[]
}
/** A store that dashboards read past us. It is written after the truth, and can be made again from it at any time. */
export interface PublicationStore {
  /** Months of a portfolio that lie there whole, with the hashes that they were published with. */
  published(owner: string, portfolio: string, quote: Quote): Promise<{ month: Month; hash: string }[]>
  /** Puts a month in the place of what was published of it. */
  publish(month: PublishedMonth): Promise<void>
  /** Puts snapshots' totals in the place of those of the same owner, portfolio, quote and time. */
  publishValues(snapshots: readonly Snapshot[]): Promise<void>
}

// ---- runs, leases, budgets ---------------------------------------------------------------------------------------

export type RunOutcome = 'running' | 'complete' | 'partial' | 'failed' | 'interrupted'
export type Run = {
  readonly id: string
  readonly command: string
  readonly started: number
  readonly finished: number | null
  readonly outcome: RunOutcome
  readonly exitCode: number | null
  /** The end summary, as JSON. */
  readonly summary: string
}
export interface RunStore {
  writeRun(run: Run): Promise<void>
  /** Newest first. */
  runs(page: { limit: number; offset: number }): Promise<Run[]>
}
export interface LeaseStore {
  /** Takes the lease unless another holder has it and it has not expired. Returns who holds it now. */
  acquireLease(
    name: string,
    holder: string,
    ttlMs: number,
    now: number,
  ): Promise<{ acquired: boolean; holder: string; expires: number }>
  /** False when the lease was lost. */
  renewLease(name: string, holder: string, ttlMs: number, now: number): Promise<boolean>
  releaseLease(name: string, holder: string): Promise<void>
}
export interface UsageStore {
  /** Adds calls to a provider's count of a UTC month and returns the new count. */
  addCalls(provider: ProviderId, month: Month, calls: number): Promise<number>
  calls(provider: ProviderId, month: Month): Promise<number>
}

// ---- care -------------------------------------------------------------------------------------------------------

export type Damage = { readonly place: string; readonly found: string; readonly fix: string }
export interface StoreCare {
  /** Recomputes every checksum, revision and sum; empty when all is well. */
  verify(): Promise<{ checked: Record<string, number>; damage: Damage[] }>
  /** A consistent copy beside a running daemon, checked before it returns. */
  backup(file: string): Promise<{ bytes: number; hash: string }>
  /** SHA-256 over everything that counts (no runs, leases, times of reading), in a canonical order. */
  canonicalHash(): Promise<string>
  stats(): Promise<Record<string, { rows: number; bytes: number }>>
  /** The version of the store's layout. Opening takes an older one forward and refuses a newer one. */
  schemaVersion(): Promise<number>
  /**
   * A text that is another one whenever the content may have changed since it was last asked for, by whoever: what was
   * read under the same text still stands, or did two seconds ago. Costs next to nothing.
   */
  changeMark(): string
  close(): Promise<void>
}

export type Store = SeriesReader &
  PriceWriter &
  GapStore &
  CoinStore &
  LedgerStore &
  RecordStore &
  PnlStore &
  SnapshotStore &
  RunStore &
  LeaseStore &
  UsageStore &
  StoreCare & {
    /** Where others read figures; stores that nobody reads past us have none. */
    readonly publication?: PublicationStore
  }

// ---- providers --------------------------------------------------------------------------------------------------

export type PriceRequest = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly from: Hour
  readonly to: number
}
/** One answer: samples inside [from, to), and the part of it that the provider covered, [from, coveredTo). */
export type PriceAnswer = {
  readonly samples: Samples
  readonly coveredTo: number
  /** Points that are no usable sample (price ≤ 0, null, not a number), as sent. */
  readonly invalid: readonly { readonly time: number; readonly price: string; readonly reason: string }[]
  /**
   * Of a source that answers in hourly buckets: their candles, from the hour `from` of the request. `samples` then
   * holds what each hour opened with. `judgeAnswer` (ingestion/screen/judged.ts) makes the right ones of either.
   */
  readonly candles?: CandleColumns
}
export interface PriceSource {
  readonly id: ProviderId
  /** The most and the fewest hours that one request may span to be answered hourly. */
  readonly maxHours: number
  readonly minHours: number
  /** The earliest hour that the plan reaches at a time, or null for no limit. */
  reach(now: number): Hour | null
  /** Whether the source can be asked for it (Allium needs a token address, CoinGecko a CoinGecko id). */
  supports(asset: AssetId, quote: Quote): boolean
  /** @throws TidemarkError of this item; the caller goes on with the others */
  prices(request: PriceRequest, signal: AbortSignal): Promise<PriceAnswer>
}
export interface CoinSource {
  topCoins(count: number, quote: Quote, signal: AbortSignal): Promise<{ coins: Coin[]; faults: string[] }>
  coinsById(
    assets: readonly AssetId[],
    quote: Quote,
    signal: AbortSignal,
  ): Promise<{ coins: Coin[]; faults: string[] }>
  tokens(signal: AbortSignal): Promise<{ tokens: Token[]; faults: string[] }>
}
/** Flows are complete in the range asked for unless there is a fault. */
export type WalletAnswer = { readonly balances: Balance[]; readonly flows: Flow[]; readonly faults: string[] }
export interface WalletSource {
  readonly id: ProviderId
  supports(chain: string, signal: AbortSignal): Promise<boolean>
  /** Balances now, their history and the transactions in [from, to) of one wallet on one chain. */
  wallet(
    request: { owner: string; address: string; chain: string; from: number; to: number },
    signal: AbortSignal,
  ): Promise<WalletAnswer>
}
/** From which block or time a wallet is read; null: from its first. */
export type FirstBlock = { readonly number: number } | { readonly time: number } | null
/** Where the reading of a wallet begins, before anything of it was read. */
export type ScanStart = {
  readonly scan: WalletScan
  /** The block that the scan stands at: nothing of it or of any before will be read. */
  readonly at: BlockRef
  /** Whether nothing was held or done before: flows are then complete since the chain began. */
  readonly whole: boolean
}
/** What one chain's endpoints were asked since the run began. */
export type ChainUsage = {
  readonly requests: number
  readonly logs: number
  readonly hosts: readonly string[]
}
/** One chain, read by its own nodes: whose history is walked part by part. Errors are those of `ChainRpc`. */
export interface ChainHistory {
  readonly chain: EvmChain
  block(at: number | 'latest' | 'finalized', signal: AbortSignal): Promise<BlockRef>
  /** The last block at or before a time, no later than the latest; null where the chain began after it. */
  blockAt(time: number, signal: AbortSignal): Promise<BlockRef | null>
  /** The most blocks that one request for logs may span, as far as it is known; Infinity where no limit was met. */
  logSpan(): number
  /** The asset that a token is, by the lists; asks nobody. */
  assetOf(contract: Hex): AssetId
  /** Where wallets begin; one of which nothing is found until `until` begins there. In the order of the wallets. */
  begin(
    wallets: readonly Hex[],
    first: FirstBlock,
    until: BlockRef,
    signal: AbortSignal,
  ): Promise<ScanStart[]>
  /** Reads on, up to and with a block, for wallets that stand at the same one. In their order. */
  part(
    scans: readonly WalletScan[],
    until: BlockRef,
    how: {
      readonly owner: string
      readonly checkpoint: boolean
      readonly isOwn: (address: string) => boolean
      /** Tokens that a wallet may have held before its first block, beside those that everybody may. */
      readonly mayHold?: (wallet: Hex) => readonly Hex[]
    },
    signal: AbortSignal,
  ): Promise<WalletPart[]>
  /** About how many requests reading on takes. */
  calls(scans: readonly WalletScan[], until: BlockRef, signal: AbortSignal): Promise<number>
  usage(): ChainUsage
  /** Called when blocks were undone: whatever is remembered of them is asked for again. */
  forget(): void
}

/** How a provider was used in this run; the end summary prints it. */
export type ProviderReport = {
  readonly provider: ProviderId
  readonly host: string
  readonly calls: number
  readonly retries: number
  readonly rateLimited: number
  readonly failed: number
  readonly p95Ms: number | null
  /** What the calls cost, of a provider whose calls cost differently; others count a call as one. */
  readonly credits?: number
}
