import type {
  BlockRef,
  ChainRpc,
  Hex,
  Movement,
  NftMove,
  OwnTx,
  RawLog,
  TokenBook,
  WalletMovements,
  WalletScan,
} from '../types.ts'
import { codesOf, statesOf } from './account.ts'
import { actsOf, innerCall, type Candidate } from './acts.ts'
import { blockRefs, transactions } from './blocks.ts'
import { TOPIC } from './events.ts'
import { nativeHistory, type Account, type NativeHistory } from './native.ts'
import { readLogs, transferFilters, type LogMove, type ReadLogs } from './transfers.ts'

/**
 * Everything that moved the wallets of a group in the blocks after the one at which all of them stand, up to `until`.
 * Movements are in the order of the chain.
 * @throws TidemarkError as `ChainRpc` does
 */
export async function readMovements(
  rpc: ChainRpc,
  tokens: TokenBook,
  group: readonly WalletScan[],
  until: BlockRef,
  signal: AbortSignal,
): Promise<WalletMovements[]> {
  const after = Math.max(0, group[0]?.until.number ?? 0)
  const wallets = group.map(({ wallet }) => wallet)
  if (wallets.length === 0 || until.number <= after) return wallets.map(nothing)
  const ends = await endsOf(rpc, wallets, after, until.number, signal)
  const contracts = ends.filter(({ code }) => code).map(({ wallet }) => wallet)
  const range = { from: after + 1, to: until.number }
  const logs = await rpc.logs(transferFilters(wallets, contracts), range, signal)
  const wrapped = await wrappedIn(tokens, logs, signal)
  const read = readLogs(logs, new Set(wallets), (contract) => wrapped.has(contract))
  const accounts = ends.map((end) => ({ ...end, ...wordsOf(read, end.wallet) }))
  const native = await nativeHistory(rpc, accounts, { after, until: until.number }, signal)
  const refs = await refsOf(
    rpc,
    [...read.moves, ...read.safes].map(({ log }) => log),
    signal,
  )
  const done: WalletMovements[] = []
  for (const account of accounts) {
    const history = native.get(account.wallet)
    if (history !== undefined) done.push(await movementsOf(rpc, account, history, read, refs, signal))
  }
  return done
}

const nothing = (wallet: Hex): WalletMovements => ({
  wallet,
  movements: [],
  own: [],
  nfts: [],
  unseen: false,
  faults: [],
})

type End = Pick<Account, 'wallet' | 'before' | 'after' | 'code'>

async function endsOf(
  rpc: ChainRpc,
  wallets: readonly Hex[],
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<End[]> {
  const queries = [from, to].flatMap((block) => wallets.map((wallet) => ({ wallet, block, nonce: null })))
  const states = await statesOf(rpc, queries, signal)
  const [earlier, later] = [
    await codesOf(rpc, wallets, from, signal),
    await codesOf(rpc, wallets, to, signal),
  ]
  return wallets.map((wallet, at) => ({
    wallet,
    before: states[at] as Account['before'],
    after: states[wallets.length + at] as Account['after'],
    code: earlier.get(wallet) !== '0x' || later.get(wallet) !== '0x',
  }))
}

/** The contracts among those that tell of wrapping which are the chain's wrapped ether. */
async function wrappedIn(tokens: TokenBook, logs: readonly RawLog[], signal: AbortSignal): Promise<Set<Hex>> {
  const telling = logs.filter(({ topics: [event] }) => event === TOPIC.deposit || event === TOPIC.withdrawal)
  const known = await tokens.of([...new Set(telling.map(({ address }) => address))], signal)
  return new Set([...known].flatMap(([contract, { form }]) => (form === 'wrapped-native' ? [contract] : [])))
}

/** What logs say of an account's ether, and where they concern it at all. */
function wordsOf({ moves, safes }: ReadLogs, wallet: Hex): Pick<Account, 'told' | 'touched'> {
  const own = moves.filter((move) => move.wallet === wallet)
  const words = safes.filter((word) => word.wallet === wallet)
  const unwrapped = own.filter(({ what, amount }) => what === 'wrap' && amount < 0n)
  const place = ({ tx, block, logIndex }: RawLog) => ({ tx, block, logIndex })
  return {
    told: [
      ...unwrapped.map(({ log, amount }) => ({ ...place(log), from: log.address, amount: -amount })),
      ...words.flatMap(({ log, amount, from }) =>
        amount === null || from === null ? [] : [{ ...place(log), from, amount }],
      ),
    ],
    touched: [...own, ...words].map(({ log }) => place(log)),
  }
}

/** Blocks of logs; nodes that do not say when a log was are asked for its block. */
async function refsOf(
  rpc: ChainRpc,
  logs: readonly RawLog[],
  signal: AbortSignal,
): Promise<(log: RawLog) => BlockRef> {
  const times = new Map<number, number>()
  for (const { block, time } of logs) if (time !== null) times.set(block, time)
  const untimed = [...new Set(logs.map(({ block }) => block))].filter((block) => !times.has(block))
  for (const [block, { time }] of await blockRefs(rpc, untimed, signal)) times.set(block, time)
  return ({ block, blockHash }) => ({ number: block, hash: blockHash, time: times.get(block) as number })
}

async function movementsOf(
  rpc: ChainRpc,
  { wallet, code }: End,
  { movements, own, calls, places, unseen }: NativeHistory,
  { moves, safes, faults }: ReadLogs,
  refOf: (log: RawLog) => BlockRef,
  signal: AbortSignal,
): Promise<WalletMovements> {
  const mine = moves.filter((move) => move.wallet === wallet)
  const order = new Map(places)
  for (const { log } of mine) order.set(log.tx, log.txIndex)
  const logged = mine.flatMap((move) => tokenMovement(move, refOf(move.log)))
  const nfts = mine.flatMap((move) => nftMove(rpc.chain.name, move, refOf(move.log)))
  const words = safes.filter((word) => word.wallet === wallet)
  const found = () => candidatesOf([...mine, ...words], refOf, movements, places)
  const coded = code || calls.length > 0
  const acts = coded ? await ownActs(rpc, wallet, { own, calls }, found(), signal) : own
  return {
    wallet,
    movements: [...movements, ...logged].sort(byPlace(order)),
    own: acts,
    nfts,
    unseen,
    faults: faults.get(wallet) ?? [],
  }
}

function tokenMovement({ what, log, amount, from, to }: LogMove, block: BlockRef): Movement[] {
  if (what !== 'transfer' && what !== 'wrap') return []
  const { tx, logIndex, address: contract } = log
  return [{ block, tx, logIndex, index: 0, contract, amount, from, to, what }]
}

function nftMove(chain: string, move: LogMove, block: BlockRef): NftMove[] {
  if (move.what !== 'erc721' && move.what !== 'erc1155') return []
  const { wallet, log, from, to, what: standard } = move
  const [tokenId, quantity] = [String(move.tokenId), String(move.amount)]
  const { tx, logIndex, address: contract } = log
  return [{ wallet, chain, block, tx, logIndex, contract, standard, tokenId, quantity, from, to }]
}

/** Transactions that moved an account, by logs or by what they paid. */
function candidatesOf(
  told: readonly { readonly log: RawLog }[],
  refOf: (log: RawLog) => BlockRef,
  movements: readonly Movement[],
  places: ReadonlyMap<Hex, number>,
): Candidate[] {
  const candidates = new Map<Hex, Candidate>()
  for (const { tx, block } of movements) {
    if (tx !== null) candidates.set(tx, { tx, block, txIndex: places.get(tx) ?? 0 })
  }
  for (const { log } of told) {
    candidates.set(log.tx, { tx: log.tx, block: refOf(log), txIndex: log.txIndex })
  }
  return [...candidates.values()]
}

/** Transactions of an account with code: those that it sent, with what they told it to do, and those that made it act. */
async function ownActs(
  rpc: ChainRpc,
  wallet: Hex,
  { own, calls }: Pick<NativeHistory, 'own' | 'calls'>,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<OwnTx[]> {
  const sent = new Set(own.map(({ tx }) => tx))
  const toItself = own.filter(({ to }) => to === wallet).map(({ tx }) => tx)
  const known = await transactions(rpc, toItself, signal)
  const others = candidates.filter(({ tx }) => !sent.has(tx))
  return [
    ...own.map((each) => innerCall(each, known.get(each.tx))),
    ...(await actsOf(rpc, wallet, calls, others, signal)),
  ]
}

/** The order of the chain: block, transaction, what the transaction itself moved, then its logs. */
function byPlace(places: ReadonlyMap<Hex, number>): (a: Movement, b: Movement) => number {
  const txIndex = ({ tx }: Movement) => (tx === null ? Infinity : (places.get(tx) ?? Infinity))
  return (a, b) => {
    const [first, second] = [txIndex(a), txIndex(b)]
    return (
      a.block.number - b.block.number ||
      (first === second ? 0 : first - second) ||
      (a.logIndex ?? -1) - (b.logIndex ?? -1) ||
      a.index - b.index
    )
  }
}
