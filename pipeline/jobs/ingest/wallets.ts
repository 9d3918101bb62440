import type { Wallet } from '#core/portfolio.ts'
import { keepPairTimes } from '../../chain/pair-times.ts'
import { pairBridges } from '../../chain/pair-bridges.ts'
import { Progress, type Context } from './context.ts'
import { Coverage } from './covered.ts'
import { readChains, type ChainWork } from './wallet-chains.ts'
import { readFeed } from './wallet-feed.ts'
import { assignReaders, type Assigned } from './wallet-reader.ts'

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
 * Reads what wallets hold and did, and stores it: on chains by their own nodes or by a provider that has indexed them,
 * all of them side by side. A wallet that nothing can read is noted as missing and the others go on.
 */
export async function readWallets(wallets: readonly Wallet[], context: Context): Promise<void> {
  if (wallets.length === 0) return
  const { io, request, tally } = context
  const progress = new Progress(context.emit, 'wallets', wallets.length)
  const coverage = new Coverage(io.store, context.request.owner, (address, read) =>
    progress.finished(address, !read),
  )
  for (const wallet of wallets) {
    coverage.expect(wallet, wallet.chains.length)
    if (wallet.chains.length === 0)
      tally.missingWallets.push({ wallet: wallet.address, reason: 'no chain is named for it' })
  }
  const assigned = await assignReaders(wallets, context)
  for (const { wallet, chain, reader, why } of assigned) {
    if (reader !== null) continue
    tally.missingWallets.push({ wallet: wallet.address, reason: why })
    await coverage.done(wallet, chain, false, null)
    if (!request.dryRun)
      await keepPairTimes(
        io.store,
        { owner: request.owner, chain, at: io.now() },
        { read: [], failed: [wallet.address] },
      )
  }
  const work: Promise<void>[] = []
  if (io.wallets !== null) work.push(readFeed(byWallet(assigned), io.wallets, coverage, context))
  if (io.chains !== undefined) work.push(readChains(byChain(assigned), io.chains, coverage, context))
  const ends = await Promise.allSettled(work)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  if (assigned.some(({ reader }) => reader === 'rpc')) await pairAcross(context)
}

/** What crossed from one chain to another is one transfer. */
async function pairAcross({ io, request, signal, emit }: Context): Promise<void> {
  if (request.dryRun || signal.aborted) return
  const made = await pairBridges(io.store, request.owner, io.now())
  if (made === 0) return
  const message = `${made === 1 ? 'A transfer' : `${made} transfers`} between chains paired; "tidemark transfers match --undo" takes that back.`
  emit({ type: 'notice', level: 'info', message })
}

/** Wallets that a provider reads, with the chains on which it does. */
function byWallet(assigned: readonly Assigned[]): Wallet[] {
  const wallets = new Map<string, Wallet>()
  for (const { wallet, chain } of assigned.filter(({ reader }) => reader === 'allium')) {
    const chains = wallets.get(wallet.address)?.chains ?? []
    wallets.set(wallet.address, { ...wallet, chains: [...chains, chain] })
  }
  return [...wallets.values()]
}

function byChain(assigned: readonly Assigned[]): ChainWork[] {
  const chains = new Map<string, Wallet[]>()
  for (const { wallet, chain } of assigned.filter(({ reader }) => reader === 'rpc'))
    chains.set(chain, [...(chains.get(chain) ?? []), wallet])
  return [...chains].map(([chain, wallets]) => ({ chain, wallets }))
}
