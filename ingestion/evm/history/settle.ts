import type { BlockRef, Hex, Movement, OwnTx } from '../types.ts'
import type { BlockTx, FullBlock, Receipt } from './blocks.ts'
import { selectorOf, type SeenCall } from './calls.ts'

/** Ether that a log tells to have come: from wrapped ether, or as a Safe says. */
export type ToldValue = {
  readonly tx: Hex
  readonly from: Hex
  readonly amount: bigint
  readonly logIndex: number
}
/** Everything that is known of one wallet in one block. */
export type WalletBlock = {
  readonly wallet: Hex
  readonly block: FullBlock
  /** It has code, so that others may make it pay. */
  readonly code: boolean
  readonly receipts: ReadonlyMap<Hex, Receipt>
  /** By how much its balance and its nonce changed. */
  readonly delta: bigint
  readonly nonces: bigint
  readonly told: readonly ToldValue[]
  /** Transactions whose logs concern it. */
  readonly touched: ReadonlySet<Hex>
  /** All calls of the block that paid or were paid by it; null where they are not known. */
  readonly calls: readonly SeenCall[] | null
}
export type Settled = {
  readonly movements: readonly Movement[]
  readonly own: readonly OwnTx[]
  /** Its nonce moved by more than its transactions: it signed a delegation, or created something. */
  readonly signedMore: boolean
  /** Value that came or went and that no transaction of the block explains alone. */
  readonly unclear: bigint
}

type Value = Pick<Movement, 'tx' | 'index' | 'amount' | 'from' | 'to' | 'what'>

/** Places of a wallet's native movements within a transaction: gas first, its own value, then what came inside of it. */
const GAS = 0
const REST = 1
const VALUE = 2

/**
 * What moved a wallet's coin in a block: gas and value of its transactions, what was sent to it, rewards, and what is
 * left of the change of its balance, given to the transaction that explains it. The movements sum to that change.
 */
export function settleBlock(facts: WalletBlock): Settled {
  const { wallet, block, delta, nonces } = facts
  const own = block.txs.filter(({ from }) => from === wallet)
  const values = [
    ...own.flatMap((tx) => gasOf(wallet, tx, facts.receipts)),
    ...(facts.calls === null ? valuesSeen(facts) : valuesCalled(wallet, facts.calls)),
    ...withdrawalsOf(facts),
  ]
  const left = delta - values.reduce((sum, { amount }) => sum + amount, 0n)
  const rest = left === 0n ? null : restOf(facts, own, left)
  const all = rest === null ? values : [...values, rest]
  return {
    movements: all.map((value) => ({ ...value, block: block.ref, logIndex: null, contract: 'native' })),
    own: own.map((tx) => ownTx(tx, block.ref, facts.receipts.get(tx.hash))),
    signedMore: nonces !== BigInt(own.filter(({ plainType }) => plainType).length),
    unclear: rest === null || rest.tx !== null || rest.what === 'reward' ? 0n : left,
  }
}

export function ownTx(tx: BlockTx, block: BlockRef, receipt: Receipt | undefined): OwnTx {
  const failed = receipt?.ok === false
  return { tx: tx.hash, block, txIndex: tx.index, to: tx.to, selector: selectorOf(tx.input), failed }
}

function gasOf(wallet: Hex, tx: BlockTx, receipts: ReadonlyMap<Hex, Receipt>): Value[] {
  const cost = tx.paysCoin ? (receipts.get(tx.hash)?.cost ?? 0n) : 0n
  if (cost === 0n) return []
  return [{ tx: tx.hash, index: GAS, amount: -cost, from: wallet, to: null, what: 'gas' }]
}

/** Value that transactions carry, and what logs tell. */
function valuesSeen({ wallet, block, receipts, told }: WalletBlock): Value[] {
  const values: Value[] = []
  for (const { hash, from, to: named, value } of block.txs) {
    const receipt = receipts.get(hash)
    const to = named ?? receipt?.created ?? null
    if (value === 0n || receipt?.ok === false || (from === wallet) === (to === wallet)) continue
    const amount = from === wallet ? -value : value
    values.push({ tx: hash, index: VALUE, amount, from, to, what: 'value' })
  }
  const carried = new Set(
    values.filter(({ amount }) => amount > 0n).map(({ tx, amount }) => `${tx}|${amount}`),
  )
  for (const { tx, from, amount, logIndex } of told) {
    // A Safe tells of what a transaction carries, too.
    if (amount === 0n || carried.has(`${tx}|${amount}`)) continue
    values.push({ tx, index: VALUE + 1 + logIndex, amount, from, to: wallet, what: 'value' })
  }
  return values
}

function valuesCalled(wallet: Hex, calls: readonly SeenCall[]): Value[] {
  const places = new Map<Hex, number>()
  return calls.flatMap(({ tx, from, to, value }) => {
    if (value === 0n || (from === wallet) === (to === wallet)) return []
    const index = places.get(tx) ?? VALUE
    places.set(tx, index + 1)
    const amount = from === wallet ? -value : value
    return [{ tx, index, amount, from, to, what: 'value' as const }]
  })
}

function withdrawalsOf({ wallet, block }: WalletBlock): Value[] {
  return block.withdrawals.flatMap(({ address, amount }, at) =>
    address !== wallet || amount === 0n
      ? []
      : [{ tx: null, index: at, amount, from: null, to: wallet, what: 'reward' as const }],
  )
}

/**
 * What is left: fees that no receipt names, the producer's share of fees, or value that a call brought. Only an own
 * transaction takes from an account without code, so where less is there than its transactions say it went to fees.
 */
function restOf(facts: WalletBlock, own: readonly BlockTx[], left: bigint): Value {
  const { wallet, block, receipts } = facts
  const rest = { index: REST, amount: left }
  if (left > 0n && block.miner === wallet) {
    return { ...rest, index: block.withdrawals.length, tx: null, from: null, to: wallet, what: 'reward' }
  }
  const payer = own.at(-1)
  if (left < 0n && payer !== undefined && !facts.code) {
    return { ...rest, tx: payer.hash, from: wallet, to: null, what: 'gas' }
  }
  const calling = own.filter((tx) => runsCode(tx) && receipts.get(tx.hash)?.ok !== false)
  const running = block.txs.filter(runsCode)
  const tx = onlyOne(calling) ?? onlyOne(touching(facts)) ?? onlyOne(running.length > 0 ? running : block.txs)
  const other = tx === null ? null : tx.from === wallet ? tx.to : tx.to === wallet ? tx.from : tx.to
  const [from, to] = left > 0n ? [other, wallet] : [wallet, tx?.to === wallet ? null : other]
  return { ...rest, tx: tx?.hash ?? null, from, to, what: 'value' }
}

const touching = ({ wallet, block, touched }: WalletBlock): BlockTx[] =>
  block.txs.filter((tx) => touched.has(tx.hash) || (tx.to === wallet && runsCode(tx)))

const runsCode = ({ to, input }: BlockTx): boolean => to === null || input !== '0x'
const onlyOne = <T>(list: readonly T[]): T | null => (list.length === 1 ? (list[0] as T) : null)
