import type { Wallet } from '#core/portfolio.ts'
import type { Hex } from '#ingestion/evm/types.ts'
import { planChain, walkChain, type Walk, type WalkedWallet } from '../../chain/walk.ts'
import { keepPairTimes } from '../../chain/pair-times.ts'
import { sourceOf } from '../../chain/standing.ts'
import type { ChainHistory, FirstBlock } from '../../ports.ts'
import type { ChainFeed } from '../io.ts'
import { chainsOf, isAbort, isItemError, type Context } from './context.ts'
import type { Coverage } from './covered.ts'
import { pool } from './pool.ts'
import type { ChainReport } from './summary.ts'
import { keepReader } from './wallet-reader.ts'

/** Chains at once: each waits for its own nodes, and none for another's. */
const CHAINS_AT_ONCE = 32

/** Faults of one chain that the summary lists. */
const FAULTS = 100

export type ChainWork = { readonly chain: string; readonly wallets: readonly Wallet[] }

/** Reads wallets by their chains' own nodes, all chains side by side. A chain that cannot be read costs itself alone. */
export async function readChains(
  work: readonly ChainWork[],
  feed: ChainFeed,
  coverage: Coverage,
  context: Context,
): Promise<void> {
  const stopped = () => context.signal.aborted
  await pool(work, CHAINS_AT_ONCE, stopped, async (each) => {
    await new ChainReading(each, coverage, context).run(feed)
    await context.usage.flush()
  })
}

class ChainReading {
  private readonly chain: string
  private readonly wallets: readonly Wallet[]
  private readonly coverage: Coverage
  private readonly context: Context
  private readonly faults = new Set<string>()
  private readonly reread = new Set<Hex>()
  private readonly flows = { added: 0, retired: 0 }
  private readonly begun: number
  private until: number | null = null

  constructor({ chain, wallets }: ChainWork, coverage: Coverage, context: Context) {
    this.chain = chain
    this.wallets = wallets
    this.coverage = coverage
    this.context = context
    this.begun = context.io.now()
  }

  async run(feed: ChainFeed): Promise<void> {
    let history: ChainHistory | null = null
    let done: readonly WalkedWallet[] = []
    let blocks = 0
    let error: string | null = null
    try {
      history = await feed.open(this.chain, chainsOf(this.context))
      const addresses = this.wallets.map(({ address }) => address as Hex)
      if (this.context.request.dryRun) return await this.plan(addresses, history)
      const walked = await walkChain(addresses, history, this.walk())
      done = walked.wallets
      blocks = walked.blocks
      this.context.tally.answers++
      this.tellUndone()
    } catch (caught) {
      error = this.failed(caught)
    } finally {
      if (!this.context.request.dryRun) this.report(history, blocks, error)
      await this.finish(done, error !== null)
    }
  }

  private walk(): Walk {
    const { io, request, tally, signal, grace } = this.context
    return {
      store: io.store,
      owner: request.owner,
      now: io.now,
      isOwn: io.isOwn ?? (() => false),
      ownMark: io.ownMark?.(),
      first: this.first(),
      tally: {
        addFlows: (result) => {
          tally.addFlows(result)
          this.flows.added += result.added
          this.flows.retired += result.retired
        },
        addBalances: (counts) => tally.addBalances(counts),
      },
      stop: signal,
      signal: grace,
      onFault: (fault) => this.faults.add(fault),
      onAgain: (wallet, why) => this.again(wallet, why),
      onPart: (until) => (this.until = until.number),
    }
  }

  private again(wallet: Hex, why: string): void {
    if (this.reread.has(wallet)) return
    this.reread.add(wallet)
    const message = `${this.chain}: ${wallet} is read anew from its first block, since ${why}.`
    this.context.emit({ type: 'notice', level: 'info', message })
  }

  /** What was read and is no more, though nothing was read anew, stood in blocks that were undone. */
  private tellUndone(): void {
    const { retired } = this.flows
    if (retired === 0 || this.reread.size > 0 || this.first() !== null) return
    const flows = retired === 1 ? '1 flow' : `${retired} flows`
    const message = `${this.chain}: blocks were undone since they were read; ${flows} that stood in them ${retired === 1 ? 'is' : 'are'} taken back.`
    this.context.emit({ type: 'notice', level: 'info', message })
  }

  /** A time is one of every chain, a block is one of the chain that it was named for. */
  private first(): FirstBlock {
    const { firstBlock = null } = this.context.request
    return firstBlock !== null && 'chain' in firstBlock && firstBlock.chain !== this.chain ? null : firstBlock
  }

  private async plan(addresses: readonly Hex[], history: ChainHistory): Promise<void> {
    this.context.tally.leaveOut(sourceOf(this.chain), await planChain(addresses, history, this.walk()))
  }

  /** Notes what kept the chain from being read. @returns it in words, or null when the run was only stopped */
  private failed(error: unknown): string | null {
    const { context, chain } = this
    if (isAbort(error, context)) return null
    if (!isItemError(error)) throw error
    context.tally.fail(chain, sourceOf(chain), error)
    const reason = `${chain}: ${error.message}`
    for (const { address } of this.wallets) context.tally.missingWallets.push({ wallet: address, reason })
    return error.message
  }

  private report(history: ChainHistory | null, blocks: number, error: string | null): void {
    const { requests, logs, hosts } = history?.usage() ?? { requests: 0, logs: 0, hosts: [] }
    const faults = [...this.faults].slice(0, FAULTS)
    if (this.faults.size > FAULTS) faults.push(`and ${this.faults.size - FAULTS} more`)
    const { chain, until, flows, wallets } = this
    const report: ChainReport = {
      ...{ chain, wallets: wallets.length, until, blocks, requests, logs, flows, hosts, faults, error },
    }
    this.context.tally.chains.push(report)
  }

  private async finish(done: readonly WalkedWallet[], failed: boolean): Promise<void> {
    const { coverage, context, chain } = this
    const { owner, dryRun } = context.request
    if (!dryRun) await this.keepTimes(done, failed)
    for (const wallet of this.wallets) {
      const walked = done.find((each) => each.wallet === wallet.address && each.done)
      if (walked !== undefined) await keepReader(context.io.store, owner, wallet, chain, 'rpc')
      const covered = walked === undefined ? null : { from: walked.since, to: walked.until }
      await coverage.done(wallet, chain, dryRun || walked !== undefined, covered)
    }
  }

  /** A run that was only stopped says nothing of what it did not come to. */
  private keepTimes(done: readonly WalkedWallet[], failed: boolean): Promise<void> {
    const { context, chain, begun: at, wallets } = this
    const read = done.filter((each) => each.done).map(({ wallet }) => wallet)
    const others = wallets.map(({ address }) => address).filter((address) => !read.includes(address as Hex))
    const { owner } = context.request
    return keepPairTimes(context.io.store, { owner, chain, at }, { read, failed: failed ? others : [] })
  }
}
