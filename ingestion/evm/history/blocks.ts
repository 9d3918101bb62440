import type { BlockRef, ChainRpc, Hex } from '../types.ts'
import { askAll, badAnswer, hexOf, hexText, needQuantity, quantityOf } from './ask.ts'

/** A transaction as its block lists it. */
export type BlockTx = {
  readonly hash: Hex
  readonly index: number
  readonly from: Hex
  /** Null where it creates a contract. */
  readonly to: Hex | null
  readonly value: bigint
  readonly input: Hex
  /** Of a type that Ethereum knows; chains add others, which may come from elsewhere or fail without a fee. */
  readonly plainType: boolean
  /** Whether its fee is paid in the chain's coin: on Celo it may be a token. */
  readonly paysCoin: boolean
}
export type FullBlock = {
  readonly ref: BlockRef
  readonly miner: Hex | null
  readonly txs: readonly BlockTx[]
  /** What validators took out, in wei by address. */
  readonly withdrawals: readonly { readonly address: Hex; readonly amount: bigint }[]
}
export type Receipt = {
  /** Null in blocks before receipts said it (2017). */
  readonly ok: boolean | null
  /** All that was paid for it: execution, the layer below, blobs. */
  readonly cost: bigint
  readonly created: Hex | null
}

const GWEI = 1_000_000_000n

/** Blocks with their transactions, in the order of the numbers. */
export async function fullBlocks(
  rpc: ChainRpc,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<FullBlock[]> {
  const calls = numbers.map((number) => ({ method: 'eth_getBlockByNumber', params: [hexOf(number), true] }))
  const answers = await askAll(rpc, calls, {}, signal)
  return answers.map((answer, at) => blockOf(rpc, answer, numbers[at] as number))
}

/** What blocks are called and when they were, without their transactions; by number. */
export async function blockRefs(
  rpc: ChainRpc,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<Map<number, BlockRef>> {
  const calls = numbers.map((number) => ({ method: 'eth_getBlockByNumber', params: [hexOf(number), false] }))
  const answers = await askAll(rpc, calls, {}, signal)
  return new Map(
    answers.map((answer, at) => [numbers[at] as number, refOf(rpc, answer, numbers[at] as number)]),
  )
}

export async function receipts(
  rpc: ChainRpc,
  hashes: readonly Hex[],
  signal: AbortSignal,
): Promise<Map<Hex, Receipt>> {
  const calls = hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] }))
  const answers = await askAll(rpc, calls, {}, signal)
  return new Map(hashes.map((hash, at) => [hash, receiptOf(rpc, answers[at])]))
}

/** Transactions by their hashes, as far as the node knows them. */
export async function transactions(
  rpc: ChainRpc,
  hashes: readonly Hex[],
  signal: AbortSignal,
): Promise<Map<Hex, BlockTx>> {
  const calls = hashes.map((hash) => ({ method: 'eth_getTransactionByHash', params: [hash] }))
  const answers = await askAll(rpc, calls, {}, signal)
  return new Map(
    answers.flatMap((answer, at) =>
      answer === null ? [] : [[hashes[at] as Hex, txOf(rpc, answer as Fields)] as const],
    ),
  )
}

type Fields = Readonly<Record<string, unknown>>

function refOf(rpc: ChainRpc, answer: unknown, number: number): BlockRef {
  const { hash, timestamp } = fieldsOf(rpc, answer, `block ${number}`)
  const name = hexText(hash)
  if (name === null) throw badAnswer(rpc, `block ${number} has no hash`)
  return { number, hash: name, time: Number(needQuantity(rpc, timestamp, 'a timestamp')) * 1000 }
}

function blockOf(rpc: ChainRpc, answer: unknown, number: number): FullBlock {
  const fields = fieldsOf(rpc, answer, `block ${number}`)
  const list = (value: unknown) => (Array.isArray(value) ? (value as Fields[]) : [])
  return {
    ref: refOf(rpc, answer, number),
    miner: hexText(fields['miner']),
    txs: list(fields['transactions']).map((tx) => txOf(rpc, tx)),
    withdrawals: list(fields['withdrawals']).flatMap(({ address, amount }) => {
      const to = hexText(address)
      return to === null ? [] : [{ address: to, amount: (quantityOf(amount) ?? 0n) * GWEI }]
    }),
  }
}

function txOf(rpc: ChainRpc, tx: Fields): BlockTx {
  const hash = hexText(tx['hash'])
  const from = hexText(tx['from'])
  if (hash === null || from === null) throw badAnswer(rpc, 'a transaction without hash or sender')
  return {
    hash,
    index: Number(quantityOf(tx['transactionIndex']) ?? 0n),
    from,
    to: hexText(tx['to']),
    value: needQuantity(rpc, tx['value'], 'the value of a transaction'),
    input: hexText(tx['input'] ?? tx['data']) ?? '0x',
    plainType: (quantityOf(tx['type']) ?? 0n) <= 4n,
    paysCoin: (tx['feeCurrency'] ?? null) === null,
  }
}

function receiptOf(rpc: ChainRpc, answer: unknown): Receipt {
  const fields = fieldsOf(rpc, answer, 'a receipt')
  const amount = (name: string) => quantityOf(fields[name]) ?? 0n
  const status = quantityOf(fields['status'])
  return {
    ok: status === null ? null : status === 1n,
    // Rollups add what the layer below costs (`l1Fee`); nodes name a price of blobs even where there were none.
    cost:
      amount('gasUsed') * amount('effectiveGasPrice') +
      amount('l1Fee') +
      amount('blobGasUsed') * amount('blobGasPrice'),
    created: hexText(fields['contractAddress']),
  }
}

function fieldsOf(rpc: ChainRpc, answer: unknown, name: string): Fields {
  if (typeof answer !== 'object' || answer === null) throw badAnswer(rpc, `${name} is not there`)
  return answer as Fields
}
