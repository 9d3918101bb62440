import { TidemarkError } from '#core/errors.ts'
import { DAY_MS } from '#core/hour.ts'
import { walletBook, type Wallet } from '#core/portfolio.ts'
import type { WalletAnswer } from '../../ports.ts'
import { Progress, isAbort, isItemError, type Context } from './context.ts'
import type { WalletFeed } from '../io.ts'
import { pool } from './pool.ts'

/** Providers index late: what was complete up to a time is read again from a day before it. */
const OVERLAP_MS = DAY_MS

/** The balances, their history, the transactions: at least one call each. */
const CALLS_PER_CHAIN = 3

/** The wallets of the portfolio and those named, each once, with all the chains named for it. */
export function walletsOf(context: Context): Wallet[] {
  const wallets = new Map<string, Wallet>()
  for (const wallet of [...(context.request.portfolio?.wallets ?? []), ...context.request.wallets]) {
    const known = wallets.get(wallet.address)
    const chains = [...new Set([...(known?.chains ?? []), ...wallet.chains])]
    wallets.set(wallet.address, { ...wallet, label: known?.label ?? wallet.label, chains })
  }
  return [...wallets.values()]
}

/**
 * Reads what wallets hold and did, and stores it. A wallet that nothing can read is noted as missing and the others
 * go on.
 */
export async function readWallets(wallets: readonly Wallet[], context: Context): Promise<void> {
  if (wallets.length === 0) return
  const { io, tally, signal } = context
  const feed = io.wallets
  if (feed === null) {
    const reason = 'no provider that reads wallets is configured: set ALLIUM_API_KEY'
    for (const { address } of wallets) tally.missingWallets.push({ wallet: address, reason })
    return
  }
  const progress = new Progress(context.emit, 'wallets', wallets.length)
  const state = { refused: false }
  const stopped = () => signal.aborted || state.refused
  await pool(wallets, feed.budget.concurrency, stopped, async (wallet) => {
    const read = await readWallet(wallet, feed, context, state)
    progress.finished(wallet.address, !read)
  })
  if (!state.refused) return
  for (const { address } of wallets) {
    if (!tally.missingWallets.some((missing) => missing.wallet === address))
      tally.missingWallets.push({ wallet: address, reason: 'not asked, since the credential was refused' })
  }
}

/** One wallet on all its chains. Its flows count as complete only where every chain gave all of them. */
async function readWallet(
  wallet: Wallet,
  feed: WalletFeed,
  context: Context,
  state: { refused: boolean },
): Promise<boolean> {
  const { io, request, tally } = context
  const { address, chains } = wallet
  const range = { from: await startOf(wallet, context), to: io.now() }
  if (request.dryRun) {
    tally.leaveOut(feed.source.id, CALLS_PER_CHAIN * chains.length)
    return true
  }
  let complete = chains.length > 0
  let read = complete
  if (!read) tally.missingWallets.push({ wallet: address, reason: 'no chain is named for it' })
  for (const chain of chains) {
    if (context.signal.aborted) return false
    const answer = await readChain(wallet, chain, range, feed, context, state)
    if (answer === null) read = false
    if (state.refused) return false
    if (answer === null || answer.faults.length > 0) complete = false
  }
  if (complete) await io.store.coverFlows(request.owner, walletBook(address), range.from, range.to)
  return read
}

/** Since when a wallet's flows are read: from the range's start, or from where they end when that is known. */
async function startOf(wallet: Wallet, { io, request, range }: Context): Promise<number> {
  const wanted = range.from - DAY_MS
  const [covered] = await io.store.flowCoverage(request.owner, [walletBook(wallet.address)])
  if (covered === undefined) return wanted
  return covered.from <= wanted ? covered.to - OVERLAP_MS : wanted
}

/** @returns null when the wallet could not be read on the chain, which is then noted */
async function readChain(
  wallet: Wallet,
  chain: string,
  range: { from: number; to: number },
  feed: WalletFeed,
  context: Context,
  state: { refused: boolean },
): Promise<WalletAnswer | null> {
  const { request, tally, grace, usage } = context
  const { source } = feed
  const { address } = wallet
  const item = `${address} on ${chain}`
  try {
    if (!(await source.supports(chain, grace))) {
      tally.missingWallets.push({ wallet: address, reason: `${source.id} does not read ${chain}` })
      return null
    }
    const answer = await source.wallet({ owner: request.owner, address, chain, ...range }, grace)
    await store(wallet, answer, context, source.id)
    tally.answers++
    for (const message of answer.faults) tally.fail(item, source.id, partError(message))
    return answer
  } catch (error) {
    if (isAbort(error, context)) return null
    if (!isItemError(error)) throw error
    tally.fail(item, source.id, error)
    tally.missingWallets.push({ wallet: address, reason: `${chain}: ${error.message}` })
    state.refused = error.code.startsWith('CREDENTIAL')
    return null
  } finally {
    await usage.flush()
  }
}

function partError(message: string): TidemarkError {
  const fix = 'Run the same command again later; the rest of the wallet was stored.'
  return new TidemarkError('PROVIDER_ANSWER', { message, fix })
}

async function store(wallet: Wallet, answer: WalletAnswer, context: Context, source: string): Promise<void> {
  const { io, request, tally } = context
  const { owner } = request
  const book = walletBook(wallet.address)
  const flows = answer.flows.map((flow) => ({ ...flow, owner, book, source }))
  tally.addFlows(
    await io.store.importFlows({
      owner,
      book,
      source,
      file: null,
      mode: 'add',
      at: io.now(),
      flows: flows.length === 0 ? [] : [flows],
    }),
  )
  if (answer.balances.length > 0) tally.addBalances(await io.store.writeBalances(answer.balances))
}
