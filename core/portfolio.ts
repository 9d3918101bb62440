import type { AssetId, Quote } from './asset.ts'
import type { OwnChain } from './chain.ts'

/** Who rows belong to; `local` is the person at the command line. */
export const LOCAL_OWNER = 'local'

/** The pseudo-wallet of holdings entered by hand. */
export const MANUAL_WALLET = 'manual'

/** The pseudo-wallet of what has left one own wallet and not yet reached the other. */
export const IN_TRANSIT = 'in-transit'

/** An address on one or more chains. `address` is lower-case hex for EVM chains. */
export type Wallet = {
  readonly address: string
  readonly label: string | null
  readonly chains: readonly string[]
  /** The ENS name that the address was looked up by, and the block of that answer; the address is what counts. */
  readonly ens?: { readonly name: string; readonly block: number }
}

/** A quantity entered by hand: held through the whole range, or from the first hour at or after `since`. */
export type ManualHolding = {
  readonly asset: AssetId
  /** Exact decimal as plain text; negative for a short. */
  readonly quantity: string
  readonly unitCost: string | null
  /** Milliseconds since 1970, or null for ever. */
  readonly since: number | null
}

/** A named set of wallets and of holdings entered by hand. */
export type Portfolio = {
  readonly owner: string
  readonly name: string
  readonly baseCurrency: Quote
  readonly wallets: readonly Wallet[]
  /** Chains that its file describes itself; absent where there are none, and in what a store gives back. */
  readonly chains?: readonly OwnChain[]
  readonly holdings: readonly ManualHolding[]
  /** Path of its flows file, absolute, or null. */
  readonly flowsFile: string | null
}

/** What a wallet held of an asset at a moment, as a provider or node reported it: the anchor of quantities. */
export type Balance = {
  readonly owner: string
  readonly wallet: string
  readonly chain: string
  readonly asset: AssetId
  readonly time: number
  /** Exact decimal in units of the asset, plain text. */
  readonly quantity: string
  readonly source: string
}

/** The book of a portfolio's own flows, and that of a wallet's. */
export const portfolioBook = (name: string): string => `portfolio:${name}`
export const walletBook = (address: string): string => `wallet:${address}`

/** Under this name it is kept since when a wallet's flows on one chain are complete; they stand in the wallet's book. */
export const pairBook = (address: string, chain: string): string => `${walletBook(address)}|${chain}`

/** The book beside a wallet's own: flows of tokens that are shown apart. No portfolio reads it, so no total has them. */
export const asideBook = (address: string): string => `${walletBook(address)}:aside`
