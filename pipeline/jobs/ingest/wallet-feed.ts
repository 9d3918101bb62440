import { TidemarkError } from '#core/errors.ts'
import { DAY_MS } from '#core/hour.ts'
import { walletBook, type Wallet } from '#core/portfolio.ts'
import { keepPairTimes } from '../../chain/pair-times.ts'
import type { WalletAnswer } from '../../ports.ts'
import type { WalletFeed } from '../io.ts'
import { isAbort, isItemError, type Context } from './context.ts'
import type { Coverage } from './covered.ts'
import { pool } from './pool.ts'
import { keepReader } from './wallet-reader.ts'

/** Providers index late: what was complete up to a time is read again from a day before it. */
const OVERLAP_MS = DAY_MS

/** The balances, their history, the transactions: at least one call each. */
const CALLS_PER_CHAIN = 3

/** Reads wallets by a provider that has indexed them: each wallet chain by chain, several wallets at once. */
export async function readFeed(
  wallets: readonly Wallet[],
  feed: WalletFeed,
  coverage: Coverage,
  context: Context,
): Promise<void> {
  const { tally, signal } = context
  const state = { refused: false }
  const stopped = () => signal.aborted || state.refused
  await pool(wallets, feed.budget.concurrency, stopped, (wallet) =>
    readWallet(wallet, feed, coverage, context, state),
  )
  if (!state.refused) return
  for (const { address } of wallets) {
    if (!tally.missingWallets.some((missing) => missing.wallet === address))
      tally.missingWallets.push({ wallet: address, reason: 'not asked, since the credential was refused' })
  }
}

async function readWallet(
  wallet: Wallet,
  feed: WalletFeed,
  coverage: Coverage,
  context: Context,
  state: { refused: boolean },
): Promise<void> {
  const { io, request, tally } = context
  const range = { from: await startOf(wallet, context), to: io.now() }
  if (request.dryRun) tally.leaveOut(feed.source.id, CALLS_PER_CHAIN * wallet.chains.length)
  for (const chain of wallet.chains) {
    if (context.signal.aborted) return
    const answer = request.dryRun ? null : await readChain(wallet, chain, range, feed, context, state)
    if (!request.dryRun && (answer !== null || !context.signal.aborted)) {
      const times =
        answer === null ? { read: [], failed: [wallet.address] } : { read: [wallet.address], failed: [] }
      await keepPairTimes(io.store, { owner: request.owner, chain, at: range.to }, times)
    }
    const complete = answer !== null && answer.faults.length === 0
    await coverage.done(wallet, chain, request.dryRun || answer !== null, complete ? range : null)
    if (state.refused) return
  }
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
  const { io, request, tally, grace, usage } = context
  const { source } = feed
  const { address } = wallet
  const item = `${address} on ${chain}`
  try {
    const answer = await source.wallet({ owner: request.owner, address, chain, ...range }, grace)
    await store(wallet, answer, context, source.id)
    await keepReader(io.store, request.owner, wallet, chain, 'allium')
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
