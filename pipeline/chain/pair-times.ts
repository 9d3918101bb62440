import { HOUR_MS } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { RecordStore, StoredRecord } from '../ports.ts'
import { readerKey, unreadWallets, type ReadPorts, type UnreadWallet } from './pair-read.ts'

/** Kind of the records that tell when a wallet was read on a chain; their keys are those of its reader. */
const TIME = 'read:time'

/** When a wallet was last read on a chain, in milliseconds (null: not since that is kept), and whether that failed since. */
export type PairTime = { readonly at: number | null; readonly failed: boolean }

/** A wallet on a chain whose quantities are those of its last reading, at the hour asked about. */
export type CarriedPair = {
  readonly address: string
  /** Its label where it has one, else its address. */
  readonly name: string
  readonly chain: string
} & PairTime

type Reading = { readonly owner: string; readonly chain: string; readonly at: number }

/** Notes which wallets a run has read on a chain, and which it could not. */
export async function keepPairTimes(
  store: RecordStore,
  { owner, chain, at }: Reading,
  wallets: { readonly read: readonly string[]; readonly failed: readonly string[] },
): Promise<void> {
  const before = wallets.failed.length === 0 ? new Map<string, PairTime>() : await pairTimes(store, owner)
  const record = (address: string, time: PairTime): StoredRecord => ({
    ...{ owner, kind: TIME, key: readerKey(chain, address) },
    value: JSON.stringify(time),
  })
  const put = [
    ...wallets.read.map((address) => record(address, { at, failed: false })),
    ...wallets.failed.map((address) =>
      record(address, { at: before.get(readerKey(chain, address))?.at ?? null, failed: true }),
    ),
  ]
  if (put.length > 0) await store.writeRecords({ put })
}

/** When each wallet of an owner was last read on each of its chains, by `readerKey`. */
export async function pairTimes(io: Pick<RecordStore, 'records'>, owner: string): Promise<Times> {
  const records = await io.records({ owner, kind: TIME })
  return new Map(records.map(({ key, value }) => [key, JSON.parse(value) as PairTime]))
}

/**
 * Until when the quantities of a wallet on a chain are known: until it was last read. Where it could not be read since,
 * the hour of that reading is not settled either: what was not final in it was to be read again.
 */
export function knownUntil({ at, failed }: PairTime): number {
  if (at === null) return failed ? -Infinity : Infinity
  return failed ? Math.floor(at / HOUR_MS) * HOUR_MS - 1 : at
}

/** How far the wallets of a portfolio are known at an hour mark. */
export type Readings = {
  /** Wallets that were never read, or not on some of their chains. */
  readonly unread: readonly UnreadWallet[]
  /** In the order of the portfolio. */
  readonly carried: readonly CarriedPair[]
}
type Times = ReadonlyMap<string, PairTime>

/** @param times of the portfolio's owner, where they are known already */
export async function readingsAt(
  portfolio: Pick<Portfolio, 'owner' | 'wallets'>,
  mark: number,
  io: ReadPorts,
  times: (owner: string) => Promise<Times> = (owner) => pairTimes(io, owner),
): Promise<Readings> {
  if (portfolio.wallets.length === 0) return { unread: [], carried: [] }
  const unread = await unreadWallets(portfolio, io)
  const known = await times(portfolio.owner)
  const carried = portfolio.wallets.flatMap(({ address, label, chains }) => {
    const name = label ?? address
    const never = unread.find((wallet) => wallet.name === name)
    return chains.flatMap((chain) => {
      const time = known.get(readerKey(chain, address))
      if (time === undefined || knownUntil(time) >= mark) return []
      if (never !== undefined && (never.chains?.includes(chain) ?? true)) return []
      return [{ address, name, chain, ...time }]
    })
  })
  return { unread, carried }
}

/** What is known of each owner's readings, asked for once where portfolios come owner by owner. */
export function timesByOwner(io: Pick<RecordStore, 'records'>): (owner: string) => Promise<Times> {
  let last: { readonly owner: string; readonly times: Promise<Times> } | null = null
  return (owner) => {
    if (last?.owner !== owner) last = { owner, times: pairTimes(io, owner) }
    return last.times
  }
}
