import { TidemarkError } from '#core/errors.ts'
import type { BlockRef, Hex, WalletPart, WalletScan } from '#ingestion/evm/types.ts'
import type { ChainHistory, CoinStore, FirstBlock } from '../ports.ts'
import { finalBlock, nextBoundary } from './boundary.ts'
import { candidatesOfAll } from './candidates.ts'
import { Blocks, standingNow } from './go-back.ts'
import { beginAgain, restedOn, staleBy } from './stale.ts'
import { standingOf, type Standing } from './standing.ts'
import { storeFinal, storeProvisional, type PartStore, type PartTally } from './store-part.ts'

/** What reading wallets on a chain is handed beside the chain. */
export type Walk = {
  readonly store: PartStore & CoinStore
  readonly owner: string
  readonly now: () => number
  readonly isOwn: (address: string) => boolean
  /** Another text whenever `isOwn` may tell something else. */
  readonly ownMark?: string | undefined
  /** Where wallets that were not read before begin. */
  readonly first: FirstBlock
  readonly tally: PartTally
  /** Aborted: begin no part more. */
  readonly stop: AbortSignal
  /** Aborted: give up what is under way. */
  readonly signal: AbortSignal
  /** Told each fault once. */
  readonly onFault: (fault: string) => void
  /** Told of a wallet that is read anew from where it was begun, and why. */
  readonly onAgain?: (wallet: Hex, why: string) => void
  /** Told how far a wallet has come. */
  readonly onPart?: (until: BlockRef, final: BlockRef) => void
}
/** Flows of a wallet are complete in [since, until), when it was read to the end. */
export type WalkedWallet = {
  readonly wallet: Hex
  readonly since: number
  readonly until: number
  readonly done: boolean
}
export type Walked = { readonly wallets: readonly WalkedWallet[]; readonly blocks: number }

/** A chain that changes under the reading is begun with so many times; one that does so for ever is out of order. */
const RESTARTS = 12

/**
 * Brings the history of wallets on one chain up to its newest block. Wallets that stand at the same block walk
 * together, part by part; each part is stored as it is read. What lies beyond the last final block is read anew each
 * time, in the place of what was there.
 * @throws TidemarkError of the chain's endpoints; what was stored by then stands
 */
export async function walkChain(wallets: readonly Hex[], history: ChainHistory, walk: Walk): Promise<Walked> {
  const walker = new Walker(wallets, history, walk)
  for (let restart = 0; ; restart++) {
    if (await walker.once()) return walker.result()
    history.forget()
    if (restart === RESTARTS) throw restless(history)
  }
}

/** About how many requests it takes to bring wallets up to the newest block; changes nothing. */
export async function planChain(wallets: readonly Hex[], history: ChainHistory, walk: Walk): Promise<number> {
  const latest = await history.block('latest', walk.signal)
  const final = (await finalBlock(history, walk.signal)) ?? latest
  const standing = await new Walker(wallets, history, walk).begin(final, latest)
  return history.calls(
    [...standing.values()].map(({ scan }) => scan),
    latest,
    walk.signal,
  )
}

class Walker {
  private readonly wallets: readonly Hex[]
  private readonly history: ChainHistory
  private readonly walk: Walk
  private standing = new Map<Hex, Standing>()
  private readonly done = new Set<Hex>()
  private blocks = 0
  private edits = false

  constructor(wallets: readonly Hex[], history: ChainHistory, walk: Walk) {
    this.wallets = wallets
    this.history = history
    this.walk = walk
  }

  /** @returns false when a block was undone meanwhile: what was not stored is to be read again */
  async once(): Promise<boolean> {
    const { history, walk } = this
    const final = await finalBlock(history, walk.signal)
    const latest = await history.block('latest', walk.signal)
    this.edits = (await walk.store.editedFlows(walk.owner, await this.books())).length > 0
    this.standing = await this.begin(final ?? (await history.block(0, walk.signal)), latest)
    for (;;) {
      if (walk.stop.aborted) return true
      const group = this.lowest()
      const from = group[0]?.scan.until.number
      if (from === undefined || final === null || from >= final.number) break
      if (!(await this.readFinal(group, from, final))) return false
    }
    for (const group of this.groups()) {
      if (walk.stop.aborted) return true
      if (!(await this.readProvisional(group, latest))) return false
    }
    return true
  }

  result(): Walked {
    const wallets = this.wallets.map((wallet) => {
      const { since = 0, seen = 0 } = this.standing.get(wallet) ?? {}
      return { wallet, since, until: seen, done: this.done.has(wallet) }
    })
    return { wallets, blocks: this.blocks }
  }

  private async books(): Promise<string[]> {
    const { owner, store } = this.walk
    return (await store.flowBooks({ from: owner, to: owner })).map(({ book }) => book)
  }

  /** Where each wallet stands: as stored where that still stands, else at its beginning. */
  async begin(final: BlockRef, latest: BlockRef): Promise<Map<Hex, Standing>> {
    const { history, walk } = this
    const chain = history.chain.name
    const blocks = new Blocks(history, walk.signal)
    const standing = new Map<Hex, Standing>()
    for (const wallet of this.wallets) {
      const stored = await standingOf(walk.store, { owner: walk.owner, wallet, chain })
      const known = stored === null || this.isEarlier(stored) ? null : stored
      const now = known && (await standingNow(walk.store, walk.owner, known, latest, blocks))
      if (now !== null) standing.set(wallet, await this.unlessStale(now))
    }
    const others = this.wallets.filter((wallet) => !standing.has(wallet))
    const starts = others.length === 0 ? [] : await history.begin(others, walk.first, final, walk.signal)
    for (const { scan, at, whole } of starts) {
      const since = whole ? 0 : at.time
      if (!whole) walk.onFault(unseenBefore(scan))
      standing.set(scan.wallet, { scan, hash: at.hash, since, kept: -1, fresh: true, seen: at.time })
    }
    return standing
  }

  private async unlessStale(standing: Standing): Promise<Standing> {
    const { history, walk } = this
    const why = await staleBy(walk.store, standing, history, walk)
    if (why === null) return standing
    walk.onAgain?.(standing.scan.wallet, why)
    return await beginAgain(standing, (number) => history.block(number, walk.signal))
  }

  /** Whether the wallet is to be read from a block before the one that it was begun at. */
  private isEarlier({ scan, since }: Standing): boolean {
    const { first } = this.walk
    if (first === null) return false
    return 'number' in first ? first.number < scan.first && since > 0 : first.time < since
  }

  /** Wallets that stand at the lowest block. */
  private lowest(): Standing[] {
    const all = [...this.standing.values()]
    const least = Math.min(...all.map(({ scan }) => scan.until.number))
    return all.filter(({ scan }) => scan.until.number === least)
  }

  private groups(): Standing[][] {
    const groups = new Map<number, Standing[]>()
    for (const each of this.standing.values()) {
      const { number } = each.scan.until
      groups.set(number, [...(groups.get(number) ?? []), each])
    }
    return [...groups.values()]
  }

  private async readFinal(group: readonly Standing[], from: number, final: BlockRef): Promise<boolean> {
    const { history, walk } = this
    const { until, monthEnd } = await nextBoundary(history, from, final, walk.signal)
    const checkpoint = monthEnd || until.number === final.number
    const parts = await this.read(group, until, checkpoint)
    if (parts === null) return false
    this.blocks += until.number - from
    for (const [nth, before] of group.entries()) {
      const piece = this.piece(before, parts[nth] as WalletPart, until)
      const after = await storeFinal(walk.store, { ...piece, checkpoint, monthEnd }, walk.tally)
      this.standing.set(before.scan.wallet, after)
    }
    walk.onPart?.(until, final)
    return true
  }

  private async readProvisional(group: readonly Standing[], latest: BlockRef): Promise<boolean> {
    const { walk } = this
    const from = group[0]?.scan.until.number ?? latest.number
    const parts = from < latest.number ? await this.read(group, latest, true) : group.map(nothing(latest))
    if (parts === null) return false
    this.blocks += Math.max(0, latest.number - from)
    for (const [nth, before] of group.entries()) {
      const piece = this.piece(before, parts[nth] as WalletPart, latest)
      this.standing.set(before.scan.wallet, await storeProvisional(walk.store, piece, walk.tally))
      this.done.add(before.scan.wallet)
    }
    return true
  }

  private piece(before: Standing, part: WalletPart, until: BlockRef) {
    for (const fault of part.faults) this.walk.onFault(fault)
    const { owner, now } = this.walk
    const rested = restedOn(this.history, Object.keys(part.next.expected), this.walk)
    return { owner, before, part, until, at: now(), edits: this.edits, rested }
  }

  /** @returns null when a block that the part rests on was undone while it was read */
  private async read(
    group: readonly Standing[],
    until: BlockRef,
    checkpoint: boolean,
  ): Promise<WalletPart[] | null> {
    const { history, walk } = this
    const { owner, isOwn, signal } = walk
    const scans = group.map(({ scan }) => scan)
    const stands = async () => {
      const blocks = new Blocks(history, signal)
      const end = await history.block(until.number, signal)
      return end.hash === until.hash && (await blocks.stands(group[0] as Standing, until.number))
    }
    try {
      const may = await candidatesOfAll(walk.store, owner, group.flatMap(begunLate), history.chain)
      const mayHold = (wallet: Hex) => may.get(wallet) ?? []
      const parts = await history.part(scans, until, { owner, checkpoint, isOwn, mayHold }, signal)
      return (await stands()) ? parts : null
    } catch (error) {
      // Of blocks that are no more nodes know nothing; whatever is said of them then is not the fault of the node.
      if (error instanceof TidemarkError && !signal.aborted && !(await stands().catch(() => true)))
        return null
      throw error
    }
  }
}

/** The wallet of a reading that begins after the wallet did: it may hold what nothing shows from there on. */
const begunLate = ({ scan, fresh, since }: Standing): Hex[] => (fresh && since > 0 ? [scan.wallet] : [])

const unseenBefore = ({ first }: WalletScan): string =>
  `of tokens held before block ${first} that have not moved since, only those are seen that are bundled for the chain or that the store knows of the wallet`

/** What there is between a block and itself. */
const nothing =
  (until: BlockRef) =>
  ({ scan }: Standing): WalletPart => ({
    ...{ scan, next: scan satisfies WalletScan, until },
    ...{ flows: [], aside: [], nfts: [], balances: [], unseen: false, faults: [] },
  })

function restless({ chain }: ChainHistory): TidemarkError {
  return new TidemarkError('PROVIDER_UNAVAILABLE', {
    message: `Blocks of ${chain.name} were undone again and again while they were read; what was read before stands.`,
    fix: 'Run the same command again later, or name another endpoint of the chain.',
  })
}
