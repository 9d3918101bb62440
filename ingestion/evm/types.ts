/**
 * The words of reading an EVM chain: what a chain is, how its endpoints are asked, and what a wallet's history is made
 * of. Amounts are base units (BigInt), addresses and hashes lower-case hex, times milliseconds since 1970.
 */
import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import type { Balance } from '#core/portfolio.ts'

export type Hex = `0x${string}`

/** An EVM chain as it is read. `name` is what the portfolio and every row call it. */
export type EvmChain = {
  readonly name: string
  readonly chainId: number
  /** CAIP-2, `eip155:1`. */
  readonly caip2: string
  /** What the chain pays with. */
  readonly coin: AssetId
  readonly symbol: string
  readonly decimals: number
  /** Where Multicall3 stands and since which block; null where it is not known to. */
  readonly multicall: { readonly address: Hex; readonly block: number } | null
  /** Endpoints that anybody may ask, as the chain's list names them. */
  readonly publicUrls: readonly string[]
  readonly testnet: boolean
}

export type BlockRef = { readonly number: number; readonly hash: Hex; readonly time: number }

/** What an endpoint has to be able to do for a call. */
export type Need = {
  /** The state at this block is read, so it may have to be an archive; null when the call reads no old state. */
  readonly state?: number | null
  /** The call is one of a family that only some endpoints offer. */
  readonly method?: 'logs' | 'trace' | 'debug' | 'alchemy'
}
export type RpcCall = { readonly method: string; readonly params: readonly unknown[] }

/** What came of one call of a batch: its result, or the node's own error. A revert is an answer, no failure. */
export type RpcOutcome =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false
      /** `reverted`: the contract said no. `failed`: this call alone cannot be answered (out of gas, too large). */
      readonly kind: 'reverted' | 'failed'
      readonly message: string
    }

/** A log as the node gave it, decoded no further than its fields. */
export type RawLog = {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly block: number
  readonly blockHash: Hex
  /** Null where the node does not say. */
  readonly time: number | null
  readonly tx: Hex
  readonly txIndex: number
  readonly logIndex: number
}
/** `topics` by position, as `eth_getLogs` takes them: null is any, a list is any of it. */
export type LogFilter = {
  readonly address?: Hex | readonly Hex[]
  readonly topics: readonly (Hex | readonly Hex[] | null)[]
}

/** What has been learned of an endpoint; kept from one run to the next by its host and path, hashed. */
export type Traits = {
  readonly chainId: number
  readonly checkedAt: number
  /** The oldest block at which it gives state: 0 is an archive, null is not known yet. */
  readonly oldestState: number | null
  /** Answers old blocks with the latest state, so its history is not to be believed. */
  readonly liesAboutState: boolean
  /** The most blocks of one `eth_getLogs`, both ends counted; null where none was met. */
  readonly logBlocks: number | null
  /** The most logs of one answer; null where none was met. */
  readonly logResults: number | null
  /** The most calls of one batch; 1 where batches are refused. */
  readonly batch: number
  /** Whether the tags `finalized` and `safe` are known. */
  readonly finalized: boolean
  /** Families of methods found to be there or not; absent is not tried. */
  readonly methods: Readonly<Partial<Record<'trace' | 'debug' | 'alchemy', boolean>>>
}

/**
 * One chain, asked through its endpoints in order of preference: limits, failover, batches and traits are its business.
 * Every method throws TidemarkError: PROVIDER_UNAVAILABLE (none of the endpoints answers), PROVIDER_REFUSED (none can:
 * no archive, method unknown), CREDENTIAL_REFUSED, PROVIDER_ANSWER, CONFIG_INVALID (another chain's id), INTERRUPTED.
 */
export interface ChainRpc {
  readonly chain: EvmChain
  call(method: string, params: readonly unknown[], need: Need, signal: AbortSignal): Promise<unknown>
  /** Outcomes in the order of the calls, split into batches as the endpoint takes them. */
  batch(calls: readonly RpcCall[], need: Need, signal: AbortSignal): Promise<RpcOutcome[]>
  /** A block by number or tag; `finalized` falls back to 64 blocks before the latest where the tag is unknown. */
  block(at: number | 'latest' | 'finalized', signal: AbortSignal): Promise<BlockRef>
  /**
   * Logs of [from, to], both included, each filter's logs together, ordered by block and index without duplicates. The
   * range is cut as the endpoint allows: grown, halved, or as its error text says; several cuts are under way at once.
   */
  logs(
    filters: readonly LogFilter[],
    range: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<RawLog[]>
  /** Blocks that one log request may span at present, as far as it is learned; Infinity where no limit was met. */
  logSpan(): number
  /** Whether an endpoint has a family of methods; asked once and kept. */
  offers(family: 'trace' | 'debug' | 'alchemy', signal: AbortSignal): Promise<boolean>
  /** By endpoint: its host (masked), requests sent, items in them, retries, and what it was refused for. */
  report(): readonly EndpointReport[]
  close(): void
}
export type EndpointReport = {
  readonly host: string
  readonly requests: number
  readonly calls: number
  readonly retries: number
  readonly rateLimited: number
  readonly failed: number
  readonly p95Ms: number | null
  readonly traits: Traits | null
  /** The id of the chain that it is of, where that is not the one it was given for: it is then not asked. */
  readonly foreign: number | null
}

// ---- tokens -----------------------------------------------------------------------------------------------------

/**
 * How a token counts: `listed` has an asset that providers know; `unpriced` has none; `suspect` wears the symbol of a
 * listed token of its chain on another contract, and is not valued unless `confirmed`; `hidden` by hand.
 */
export type Standing = 'listed' | 'confirmed' | 'unpriced' | 'suspect' | 'hidden'
export type TokenForm =
  | 'plain'
  /** Balances move without transfers. */
  | 'rebasing'
  /** A stock token whose balances scale by a multiplier. */
  | 'scaled'
  /** Ether wrapped one to one: `Deposit` and `Withdrawal` in place of transfers. */
  | 'wrapped-native'
/** A token as it counts for an owner. */
export type KnownToken = {
  /** Lower case, or `native`. */
  readonly contract: Hex | 'native'
  readonly asset: AssetId
  /** Cleaned of what a terminal or page would act on; empty where it has none. */
  readonly symbol: string
  /** Null where the contract does not say: then its amounts are base units and it has no quantity. */
  readonly decimals: number | null
  readonly standing: Standing
  readonly form: TokenForm
}
/** Tells what tokens are, reading their metadata where it is not known yet. Every contract asked for is in the answer. */
export interface TokenBook {
  of(contracts: readonly Hex[], signal: AbortSignal): Promise<ReadonlyMap<Hex, KnownToken>>
  readonly native: KnownToken
}

// ---- balances ---------------------------------------------------------------------------------------------------

/** A balance at one block; `amount` null is missing, with the reason. */
export type BalanceRead = {
  readonly wallet: Hex
  readonly contract: Hex | 'native'
  readonly amount: bigint | null
  readonly reason: string | null
}
/** All of it from the state of one block. */
export type BalanceSnapshot = { readonly block: BlockRef; readonly balances: readonly BalanceRead[] }
export interface BalanceReader {
  /** Each wallet with its native balance and its tokens, all at `block`. Never throws for a token's sake. */
  at(
    block: BlockRef,
    wallets: readonly { readonly wallet: Hex; readonly tokens: readonly Hex[] }[],
    signal: AbortSignal,
  ): Promise<BalanceSnapshot>
}

// ---- history ----------------------------------------------------------------------------------------------------

/** One movement of value of a wallet on its chain, before it has a meaning. */
export type Movement = {
  readonly block: BlockRef
  /** Null where the transaction is not known (a value that came inside of some call that no trace shows). */
  readonly tx: Hex | null
  /** Of the log; null for native value and gas. */
  readonly logIndex: number | null
  /** Order within the transaction where there is no log index. */
  readonly index: number
  readonly contract: Hex | 'native'
  /** Signed base units, never 0. */
  readonly amount: bigint
  readonly from: Hex | null
  readonly to: Hex | null
  readonly what:
    | 'transfer'
    /** Ether wrapped or unwrapped, told by the wrapping contract. */
    | 'wrap'
    /** Value carried by a transaction, or by a call inside of one. */
    | 'value'
    /** What the block's producer or a validator's withdrawal brought. */
    | 'reward'
    | 'gas'
}
/** An NFT that came or went: recorded, never valued. */
export type NftMove = {
  readonly wallet: Hex
  readonly chain: string
  readonly block: BlockRef
  readonly tx: Hex
  readonly logIndex: number
  readonly contract: Hex
  readonly standard: 'erc721' | 'erc1155'
  /** Decimal text. */
  readonly tokenId: string
  /** Signed; 1 or −1 for ERC-721. */
  readonly quantity: string
  readonly from: Hex
  readonly to: Hex
}
/** What the wallet's own transaction was, for its meaning and its gas. */
export type OwnTx = {
  readonly tx: Hex
  readonly block: BlockRef
  readonly txIndex: number
  readonly to: Hex | null
  readonly selector: Hex | null
  readonly failed: boolean
}
/** Everything that moved a wallet in blocks (after, until]. */
export type WalletMovements = {
  readonly wallet: Hex
  readonly movements: readonly Movement[]
  readonly own: readonly OwnTx[]
  readonly nfts: readonly NftMove[]
  /** Native value in between was read as a net change only; flows that cancel are unseen. */
  readonly unseen: boolean
  /** Logs that claim to concern the wallet and cannot be read. */
  readonly faults: readonly string[]
}

/**
 * Where the reading of a wallet on a chain stands, kept as JSON between runs. `expected` is what each contract should
 * hold after block `until` by the flows read so far, as decimal text of base units.
 */
export type WalletScan = {
  readonly wallet: Hex
  readonly chain: string
  /** The first block read; what was held before it is the opening. */
  readonly first: number
  /** The last final block read, with its time; everything up to it stands. */
  readonly until: { readonly number: number; readonly time: number }
  readonly expected: Readonly<Record<string, string>>
  /** Principal that lies in contracts, by `contract|token|who took it`, as text of base units; absent is none. */
  readonly placed?: Readonly<Record<string, string>>
  /** The block of the last comparison with the chain. */
  readonly checked: number
}
/** What one step of reading leaves, for one wallet: flows and balances of blocks (scan.until, until]. */
export type WalletPart = {
  readonly scan: WalletScan
  /** Where the reading stands after it: what is kept once this part is stored, and the `scan` of the next. */
  readonly next: WalletScan
  readonly until: BlockRef
  readonly flows: readonly Flow[]
  /** Flows of tokens that are shown apart; they belong to the book beside the wallet's own. */
  readonly aside: readonly Flow[]
  readonly nfts: readonly NftMove[]
  /** At `until` when it is a checkpoint, else none. */
  readonly balances: readonly Balance[]
  /** As of its movements: native flows that cancel between two reads are not among them. */
  readonly unseen: boolean
  /** Words on what could not be read or does not add up. */
  readonly faults: readonly string[]
}
