/** What is asked of the outside. */
import type { AssetId, Quote } from '#core/asset.ts'
import type { CandleColumns, ProviderId } from '#core/candle.ts'
import type { Coin, Token } from '#core/coin.ts'
import type { Flow } from '#core/flow.ts'
import type { Hour } from '#core/hour.ts'
import type { Balance } from '#core/portfolio.ts'
import type { Samples } from '#core/sample.ts'
import type { BlockRef, EvmChain, Hex, WalletPart, WalletScan } from '#ingestion/evm/types.ts'

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
