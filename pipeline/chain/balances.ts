import { byBytes, type Quote } from '#core/asset.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import { TidemarkError } from '#core/errors.ts'
import { hourOf, type Hour } from '#core/hour.ts'
import { NO_CONTRACT } from '#ingestion/evm/balances/balances.ts'
import type { AtBlock, ChainReader } from '#ingestion/evm/balances/chain-reader.ts'
import type { BalanceRead, BlockRef, EvmChain, Hex, KnownToken } from '#ingestion/evm/types.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { CoinStore, LedgerStore, RecordStore, SeriesReader } from '../ports.ts'
import { valued, type BalanceTotal, type ValuedBalance } from './balance-value.ts'
import { candidatesOf, contractsOfChain } from './candidates.ts'
import { carried } from './carried.ts'
import { remember, type Seen, type SeenBalance } from './last-seen.ts'

export type BalancePorts = {
  readonly store: CoinStore & LedgerStore & RecordStore & SeriesReader
  /** A chain, opened when it is first asked. @throws TidemarkError when it has no endpoint */
  readonly open: (chain: EvmChain) => Promise<ChainReader>
}
export type BalanceWallet = { readonly address: Hex; readonly chains: readonly EvmChain[] }
export type BalanceAsk = {
  readonly owner: string
  readonly wallets: readonly BalanceWallet[]
  readonly at: AtBlock
  readonly quote: Quote
  readonly now: number
  /** Zero balances, and tokens that are hidden, are listed too. */
  readonly all: boolean
  /** False on a store that cannot be written: what was read is then not kept. */
  readonly persist: boolean
}
/** What came of a chain: read at a block, shown as it was before, or neither. */
export type ChainOutcome = {
  readonly chain: string
  /** Null where the chain began later, or could not be read. */
  readonly block: BlockRef | null
  /** Why it could not be read. */
  readonly error: TidemarkError | null
  /** Wallets whose earlier balances stand in, and those of which there are none. */
  readonly carried: number
  readonly unread: number
}
export type BalanceReport = {
  readonly quote: Quote
  /** The hour mark at which prices count. */
  readonly hour: Hour
  /** In the order of chains and wallets as asked, the coin first, then by value. */
  readonly balances: readonly ValuedBalance[]
  /** Tokens that wear a known symbol: shown apart, never valued. */
  readonly suspects: readonly ValuedBalance[]
  readonly chains: readonly ChainOutcome[]
  readonly total: BalanceTotal
}

/** A wallet on a chain with what it held; `age` is null where it was read now. */
export type WalletOnChain = Seen & {
  readonly chain: EvmChain
  readonly wallet: Hex
  /** Milliseconds from the block read to the time asked for. */
  readonly age: number | null
}

/**
 * What wallets hold, read from their chains, each chain at one block. A chain that does not answer shows what was
 * stored of it last, as `carried`, so that a total does not fall because a node is away.
 * @throws TidemarkError what the chains failed with, when nothing is there to show
 */
export async function walletBalances(
  io: BalancePorts,
  ask: BalanceAsk,
  settings: MarkSettings,
  signal: AbortSignal,
): Promise<BalanceReport> {
  const read = await Promise.all(chainsOf(ask).map((chain) => oneChain(io, ask, chain, signal)))
  signal.throwIfAborted()
  const places = read.flatMap((each) => each.places)
  const outcomes = read.map(({ outcome }) => outcome)
  const failed = outcomes.find(({ error }) => error !== null)
  if (failed?.error && places.length === 0) throw failed.error
  const fresh = places.filter(({ age }) => age === null)
  if (ask.at === 'latest' && ask.persist)
    await remember(
      io.store,
      fresh.map(({ chain, wallet, time, balances }) => ({
        ...{ owner: ask.owner, chain: chain.name, wallet },
        ...{ time, balances },
      })),
    )
  const hour = hourOf(hourTime(ask, outcomes))
  const { quote, all } = ask
  return {
    quote,
    hour,
    chains: outcomes,
    ...(await valued(io.store, places, { quote, hour, all }, settings)),
  }
}

/** Prices count at the time asked for; of a block named by its number, at the block's own. */
function hourTime({ at, now }: BalanceAsk, outcomes: readonly ChainOutcome[]): number {
  if (at === 'latest') return now
  return 'time' in at ? at.time : (outcomes.find(({ block }) => block !== null)?.block?.time ?? now)
}

/** Chains in the order of their names, each once. */
function chainsOf({ wallets }: BalanceAsk): EvmChain[] {
  const chains = new Map(wallets.flatMap(({ chains }) => chains.map((chain) => [chain.name, chain] as const)))
  return [...chains.values()].sort((a, b) => byBytes(a.name, b.name))
}

type ChainRead = { readonly places: readonly WalletOnChain[]; readonly outcome: ChainOutcome }

async function oneChain(
  io: BalancePorts,
  ask: BalanceAsk,
  chain: EvmChain,
  signal: AbortSignal,
): Promise<ChainRead> {
  const wallets = ask.wallets.filter(({ chains }) => chains.some(({ name }) => name === chain.name))
  const none = { chain: chain.name, block: null, error: null, carried: 0, unread: 0 }
  try {
    const reader = await io.open(chain)
    const block = await reader.block(ask.at, signal)
    if (block === null) return { places: [], outcome: none }
    const places = await readWallets(io, ask, reader, block, wallets, signal)
    return { places, outcome: { ...none, block } }
  } catch (error) {
    // What was asked wrongly is no fault of the chain.
    if (!(error instanceof TidemarkError) || signal.aborted || error.code === 'INPUT_INVALID') throw error
    const old = await Promise.all(wallets.map(({ address }) => carried(io.store, ask, chain, address)))
    const places = old.filter((place) => place !== null)
    return {
      places,
      outcome: { ...none, error, carried: places.length, unread: wallets.length - places.length },
    }
  }
}

async function readWallets(
  io: BalancePorts,
  ask: BalanceAsk,
  reader: ChainReader,
  block: BlockRef,
  wallets: readonly BalanceWallet[],
  signal: AbortSignal,
): Promise<WalletOnChain[]> {
  const { chain, tokens } = reader
  const contractsOf = await contractsOfChain(io.store, chain)
  const known = await Promise.all(
    wallets.map(({ address }) =>
      candidatesOf(io.store, { owner: ask.owner, wallet: address, chain }, contractsOf),
    ),
  )
  const asked = wallets.map(({ address }, at) => ({
    wallet: address,
    tokens: [...new Set([...tokens.bundled, ...(known[at] as Set<Hex>)])],
  }))
  const { balances } = await reader.balances.at(block, asked, signal)
  const knownBy = new Map(wallets.map(({ address }, at) => [address, known[at] as Set<Hex>]))
  const real = balances.filter((balance) => !isNothing(balance, knownBy.get(balance.wallet), ask))
  const contracts = real.flatMap(({ contract }) => (contract === 'native' ? [] : [contract]))
  const book = await tokens.of([...new Set(contracts)], signal)
  return wallets.map(({ address }) => ({
    ...{ chain, wallet: address, time: block.time, age: null },
    balances: real
      .filter(({ wallet }) => wallet === address)
      .flatMap(({ contract, amount, reason }) => {
        const token = contract === 'native' ? tokens.native : book.get(contract)
        return token === undefined ? [] : [{ token, ...inUnits(amount, token), reason }]
      }),
  }))
}

function inUnits(amount: bigint | null, { decimals }: KnownToken): Pick<SeenBalance, 'amount' | 'quantity'> {
  if (amount === null) return { amount: null, quantity: null }
  if (decimals === null) return { amount: amount.toString(), quantity: amount === 0n ? '0' : null }
  const quantity = new Decimal(amount.toString()).div(new Decimal(10).pow(decimals))
  return { amount: amount.toString(), quantity: formatDecimal(quantity) }
}

/**
 * What the wallet does not hold: a token that was not there yet at an old block, or one that everybody may hold, and
 * this wallet does not.
 */
function isNothing(
  { contract, amount, reason }: BalanceRead,
  known: ReadonlySet<Hex> | undefined,
  { all, at }: BalanceAsk,
): boolean {
  if (reason === NO_CONTRACT && at !== 'latest') return true
  if (contract === 'native' || known?.has(contract)) return false
  return (amount === 0n && !all) || reason === NO_CONTRACT
}
