import { pairBook, walletBook, type Portfolio, type Wallet } from '#core/portfolio.ts'
import type { LedgerStore, RecordStore } from '../ports.ts'

/** Kind of the records that tell who read a wallet on a chain, and their keys. */
export const READER = 'read:source'
export const readerKey = (chain: string, address: string): string => `${chain}|${address}`

export type ReadPorts = Pick<LedgerStore, 'flowCoverage' | 'balances'> & Pick<RecordStore, 'records'>

/** A wallet of which something was never read: on which of its chains, or null where nothing of it ever was. */
export type UnreadWallet = { readonly name: string; readonly chains: readonly string[] | null }

/** Wallets of a portfolio, by label or address, that were never read on a chain that it lists for them. */
export async function unreadWallets(
  { owner, wallets }: Pick<Portfolio, 'owner' | 'wallets'>,
  io: ReadPorts,
): Promise<UnreadWallet[]> {
  if (wallets.length === 0) return []
  const books = wallets.flatMap(({ address, chains }) => [
    walletBook(address),
    ...chains.map((chain) => pairBook(address, chain)),
  ])
  const covered = new Set((await io.flowCoverage(owner, books)).map(({ book }) => book))
  const held = new Map<string, Set<string>>()
  const addresses = wallets.map(({ address }) => address)
  for (const { wallet, chain } of await io.balances(owner, addresses))
    held.set(wallet, (held.get(wallet) ?? new Set<string>()).add(chain))
  const unread: UnreadWallet[] = []
  for (const wallet of wallets) {
    const chains = await unreadChains(owner, wallet, covered, held.get(wallet.address) ?? new Set(), io)
    if (chains === null || chains.length > 0) unread.push({ name: wallet.label ?? wallet.address, chains })
  }
  return unread
}

/** Chains on which a wallet was never read; null where it never was on any. */
async function unreadChains(
  owner: string,
  { address, chains }: Wallet,
  covered: ReadonlySet<string>,
  held: ReadonlySet<string>,
  io: ReadPorts,
): Promise<readonly string[] | null> {
  const whole = covered.has(walletBook(address))
  const noted = new Set<string>()
  const open: string[] = []
  for (const chain of chains) {
    if (covered.has(pairBook(address, chain))) noted.add(chain)
    else open.push(chain)
  }
  // Most wallets have none: what was read whole is covered.
  for (const chain of open) if (await hasReader(owner, address, chain, io)) noted.add(chain)
  // Stores from before it was noted chain by chain tell of the wallet alone.
  if (whole && noted.size === 0) return []
  const unread = chains.filter((chain) => !noted.has(chain) && !held.has(chain))
  return unread.length === chains.length && !whole && held.size === 0 ? null : unread
}

async function hasReader(owner: string, address: string, chain: string, io: ReadPorts): Promise<boolean> {
  const key = readerKey(chain, address)
  return (await io.records({ owner, kind: READER, from: key, to: `${key}\u0000` })).length > 0
}
