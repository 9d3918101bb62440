import type { OwnChain } from '#core/chain.ts'
import type { Token } from '#core/coin.ts'
import type { Flow } from '#core/flow.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { ChainHistory, CoinSource, PriceSource, ProviderReport, Store, WalletSource } from '../ports.ts'
import type { ProviderId } from '#core/candle.ts'

/** How a provider may be used. */
export type Budget = {
  /** Calls a minute, null when unknown. */
  readonly perMinute: number | null
  /** Calls in a UTC month, null when the plan has no such limit. */
  readonly monthCredits: number | null
  /** Requests that may be in flight or waiting at once. */
  readonly concurrency: number
}

export type PriceFeed = { readonly source: PriceSource; readonly budget: Budget }
export type CoinFeed = { readonly id: ProviderId; readonly source: CoinSource; readonly budget: Budget }
export type WalletFeed = { readonly source: WalletSource; readonly budget: Budget }

/** Who reads wallets: their chains' own nodes, or a provider that has indexed them. */
export const WALLET_READERS = ['rpc', 'allium'] as const
export type WalletReader = (typeof WALLET_READERS)[number]
/** How a chain's nodes are reached: by endpoints of one's own, by one that anybody may ask, or not, with the reason. */
export type ChainAccess =
  { readonly by: 'own' | 'public'; readonly why: null } | { readonly by: null; readonly why: string }
/** Whose wallets are read, and the chains that their portfolio describes. */
export type ChainsOf = { readonly owner: string; readonly own: readonly OwnChain[] }
/** Chains that are read by their own nodes. */
export type ChainFeed = {
  readonly access: (chain: string, of: ChainsOf) => ChainAccess
  /** Opened once for a run. @throws TidemarkError of the chain's endpoints or settings */
  readonly open: (chain: string, of: ChainsOf) => Promise<ChainHistory>
}

/** Reads a file of flows in bounded pieces; throws FLOWS_INVALID (our own format) or INPUT_INVALID with every fault. */
export type ReadFlows = (
  file: string,
  options: { owner: string; book: string; source: string; file: string; now: number },
) => AsyncIterable<Flow[]>

/** Everything that a job which brings data in is handed. */
export type JobIo = {
  readonly store: Store
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Price sources in the configured order: a later one is asked only for what the earlier did not give. */
  readonly prices: readonly PriceFeed[]
  readonly coins: CoinFeed | null
  /** The provider that has indexed wallets. */
  readonly wallets: WalletFeed | null
  readonly chains?: ChainFeed
  /** In which order the two are preferred; `WALLET_READERS` unless given. */
  readonly walletSources?: readonly WalletReader[]
  /** Tells an address of the user's own from a stranger's. */
  readonly isOwn?: (address: string) => boolean
  /** Another text whenever `isOwn` may tell something else. */
  readonly ownMark?: () => string
  /** How the providers were used since the process began; jobs persist the growth of `calls` by `addCalls`. */
  readonly reports: () => readonly ProviderReport[]
  /** Told how many calls of this month all processes together have made of a provider, whenever that is known. */
  readonly spent?: (provider: ProviderId, used: number) => void
  readonly readFlows: ReadFlows
  /** Told the tokens that are known, before wallets and prices are read, for sources that look assets up by contract. */
  readonly useTokens?: (tokens: readonly Token[]) => void
  /** What decides a mark: the order of sources, how long a price is carried, what converts currencies. */
  readonly marks: MarkSettings
  /** Who holds the lease: unique to the process, readable (`host:pid:time`). */
  readonly holder: string
  /** A new unique id for a run. */
  readonly newId: () => string
  /** How long requests in flight may go on after an abort; 3,000 ms unless given. */
  readonly drainMs?: number
}
