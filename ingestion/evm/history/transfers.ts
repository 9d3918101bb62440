import type { Hex, LogFilter, RawLog } from '../types.ts'
import { NOBODY, SAFE_TOPIC, TOPIC, addressOf, topicOf } from './events.ts'
import { itemsOf } from './items.ts'

/** Nodes take about a thousand values in one position of a filter. */
const WALLETS_PER_FILTER = 500

/** What a log says of one wallet: a token that moved, or an NFT. Amounts are signed base units. */
export type LogMove = {
  readonly wallet: Hex
  readonly log: RawLog
  readonly from: Hex
  readonly to: Hex
} & (
  | { readonly what: 'transfer' | 'wrap'; readonly amount: bigint }
  | { readonly what: 'erc721' | 'erc1155'; readonly tokenId: bigint; readonly amount: bigint }
)
/** What a Safe says of itself: ether that came (`amount`), or a call that it made (null). */
export type SafeWord = {
  readonly wallet: Hex
  readonly log: RawLog
  readonly amount: bigint | null
  readonly from: Hex | null
}
export type ReadLogs = {
  readonly moves: readonly LogMove[]
  readonly safes: readonly SafeWord[]
  /** Contracts whose logs claim to concern a wallet and cannot be read, one line each, by wallet. */
  readonly faults: ReadonlyMap<Hex, readonly string[]>
}

/**
 * The filters that find every log of a group of wallets: what left, what came, ERC-1155 that came. Positions are joined
 * by "and", values within one by "or", so three requests serve any group.
 * @param contracts those of them that are contracts, which may be Safes and tell of ether themselves
 */
export function transferFilters(wallets: readonly Hex[], contracts: readonly Hex[]): LogFilter[] {
  const filters: LogFilter[] = []
  for (let at = 0; at < wallets.length; at += WALLETS_PER_FILTER) {
    const topics = wallets.slice(at, at + WALLETS_PER_FILTER).map(topicOf)
    filters.push(
      { topics: [[TOPIC.transfer, TOPIC.deposit, TOPIC.withdrawal], topics] },
      { topics: [[TOPIC.transfer, TOPIC.single, TOPIC.batch], null, topics] },
      { topics: [[TOPIC.single, TOPIC.batch], null, null, topics] },
    )
  }
  if (contracts.length > 0) filters.push({ address: contracts, topics: [Object.values(SAFE_TOPIC)] })
  return filters
}

/**
 * Reads logs as what they say of the wallets. A log may concern two of them; one to oneself, or of nothing, is nothing.
 * @param isWrapped whether a contract is the chain's wrapped ether: others emit events of the same name
 */
export function readLogs(
  logs: readonly RawLog[],
  wallets: ReadonlySet<Hex>,
  isWrapped: (contract: Hex) => boolean,
): ReadLogs {
  const moves: LogMove[] = []
  const safes: SafeWord[] = []
  const unread = new Map<Hex, Map<Hex, number>>()
  for (const log of logs) {
    const word = wallets.has(log.address) ? safeWord(log) : null
    if (word !== null) safes.push(word)
    const sides = sidesOf(log, isWrapped)
    if (sides === null) continue
    const own = [...new Set([sides.from, sides.to])].filter((side) => wallets.has(side))
    if (sides.items === null) for (const wallet of own) countUnread(unread, wallet, log.address)
    else for (const wallet of own) moves.push(...movesOf(log, wallet, sides, sides.items))
  }
  return { moves: toldOnce(moves), safes, faults: faultsOf(unread) }
}

type Item = { readonly tokenId: bigint | null; readonly amount: bigint }
type Sides = {
  readonly what: LogMove['what']
  readonly from: Hex
  readonly to: Hex
  /** Null where the data cannot be read. */
  readonly items: readonly Item[] | null
}

function sidesOf(log: RawLog, isWrapped: (contract: Hex) => boolean): Sides | null {
  const [event, first, second, third] = log.topics
  const sides = (what: Sides['what'], from: Hex | null, to: Hex | null, items: readonly Item[] | null) =>
    from === null || to === null ? null : { what, from, to, items }
  switch (event) {
    case TOPIC.transfer: {
      if (third === undefined)
        return sides('transfer', addressOf(first), addressOf(second), amountIn(log.data))
      return sides('erc721', addressOf(first), addressOf(second), [{ tokenId: BigInt(third), amount: 1n }])
    }
    case TOPIC.deposit:
    case TOPIC.withdrawal: {
      if (!isWrapped(log.address) || log.topics.length !== 2) return null
      const wallet = addressOf(first)
      const [from, to] = event === TOPIC.deposit ? [log.address, wallet] : [wallet, log.address]
      return sides('wrap', from, to, amountIn(log.data))
    }
    case TOPIC.single:
    case TOPIC.batch:
      return sides('erc1155', addressOf(second), addressOf(third), itemsOf(log.data, event === TOPIC.batch))
    case undefined:
    default:
      return null
  }
}

function movesOf(log: RawLog, wallet: Hex, { what, from, to }: Sides, items: readonly Item[]): LogMove[] {
  if (from === to) return []
  const sign = from === wallet ? -1n : 1n
  const place = { wallet, log, from, to }
  return items.flatMap(({ tokenId, amount }): LogMove[] => {
    if (amount === 0n) return []
    const signed = sign * amount
    if (what === 'transfer' || what === 'wrap') return [{ ...place, what, amount: signed }]
    return tokenId === null ? [] : [{ ...place, what, tokenId, amount: signed }]
  })
}

/** Some wrapped ether tells of wrapping twice: as `Deposit` and as a transfer from nobody. */
function toldOnce(moves: readonly LogMove[]): LogMove[] {
  const key = ({ wallet, log, amount }: LogMove) => `${wallet}|${log.tx}|${log.address}|${amount}`
  const minted = moves.filter(
    ({ what, from, to }) => what === 'transfer' && (from === NOBODY || to === NOBODY),
  )
  const told = new Set(minted.map(key))
  return moves.filter((move) => move.what !== 'wrap' || !told.has(key(move)))
}

/** The first word of the data: some tokens say more than they should. Null where there is none. */
function amountIn(data: Hex): Item[] | null {
  return data.length < 66 ? null : [{ tokenId: null, amount: BigInt(data.slice(0, 66)) }]
}

function safeWord(log: RawLog): SafeWord | null {
  const place = { wallet: log.address, log }
  switch (log.topics[0]) {
    case SAFE_TOPIC.executed:
    case SAFE_TOPIC.byModule:
      return { ...place, amount: null, from: null }
    case SAFE_TOPIC.received: {
      const amount = amountIn(log.data)?.[0]?.amount
      return amount === undefined ? null : { ...place, amount, from: addressOf(log.topics[1]) }
    }
    case undefined:
    default:
      return null
  }
}

function countUnread(unread: Map<Hex, Map<Hex, number>>, wallet: Hex, contract: Hex): void {
  const own = unread.get(wallet) ?? new Map<Hex, number>()
  unread.set(wallet, own.set(contract, (own.get(contract) ?? 0) + 1))
}

// One line a contract: whoever floods a wallet with such logs fills no page with them.
function faultsOf(unread: ReadonlyMap<Hex, ReadonlyMap<Hex, number>>): Map<Hex, string[]> {
  return new Map(
    [...unread].map(([wallet, contracts]) => [
      wallet,
      [...contracts].map(
        ([contract, count]) =>
          `${contract}: ${count === 1 ? 'a transfer' : `${count} transfers`} told by a log whose data cannot be read`,
      ),
    ]),
  )
}
