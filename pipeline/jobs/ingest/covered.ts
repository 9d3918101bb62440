import { pairBook, walletBook, type Wallet } from '#core/portfolio.ts'
import type { LedgerStore } from '../../ports.ts'

/** The time over which the flows of a wallet on one chain are complete; null where they are not. */
export type Covered = { readonly from: number; readonly to: number } | null

/**
 * Puts together what became of a wallet on each of its chains. Its flows on a chain are complete where that chain gave
 * all, whatever became of the others; those of the wallet are where every chain's are, and that is written as soon as
 * the last of its chains is read.
 */
export class Coverage {
  private readonly store: Pick<LedgerStore, 'coverFlows'>
  private readonly owner: string
  private readonly onWallet: (address: string, read: boolean) => void
  private readonly open = new Map<string, { left: number; read: boolean; covered: Covered[] }>()

  constructor(
    store: Pick<LedgerStore, 'coverFlows'>,
    owner: string,
    onWallet: (address: string, read: boolean) => void,
  ) {
    this.store = store
    this.owner = owner
    this.onWallet = onWallet
  }

  expect({ address }: Wallet, chains: number): void {
    this.open.set(address, { left: chains, read: chains > 0, covered: [] })
    if (chains === 0) this.onWallet(address, false)
  }

  /** @param read false when the chain could not be read at all */
  async done({ address }: Wallet, chain: string, read: boolean, covered: Covered): Promise<void> {
    if (covered !== null && covered.from < covered.to)
      await this.store.coverFlows(this.owner, pairBook(address, chain), covered.from, covered.to)
    const state = this.open.get(address)
    if (state === undefined) return
    state.left--
    state.read &&= read
    state.covered.push(covered)
    if (state.left > 0) return
    const from = Math.max(...state.covered.map((each) => each?.from ?? Infinity))
    const to = Math.min(...state.covered.map((each) => each?.to ?? -Infinity))
    if (from < to) await this.store.coverFlows(this.owner, walletBook(address), from, to)
    this.onWallet(address, state.read)
  }
}
