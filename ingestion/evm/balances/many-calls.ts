import { TidemarkError } from '#core/errors.ts'
import { printable } from '../../http/text.ts'
import type { BlockRef, ChainRpc, Hex, RpcCall, RpcOutcome } from '../types.ts'
import {
  decodeAggregate,
  encodeAggregate,
  GET_BLOCK_NUMBER,
  GET_BLOCK_TIME,
  GET_ETH_BALANCE,
  type ContractCall,
} from './aggregate.ts'
import { addressWord, isHex, quantity } from './hex.ts'

/** Something to be read at a block: what a contract answers, or what an address holds of the chain's coin. */
export type Read = ContractCall | { readonly native: Hex }
/** The bytes answered, or why there are none. */
export type ReadResult =
  { readonly data: Hex; readonly reason: null } | { readonly data: null; readonly reason: string }

/** Reads in one call. Tokens take up to 60,000 gas each and the smallest hosts allow 50 million, with room to spare. */
const CHUNK = 512
/** So few failed reads are asked for one by one, each with all the gas of a call. */
const FEW = 32
/** Calls of contracts under way at once; the limits of the hosts are the endpoint's business. */
const AT_ONCE = 4

/**
 * Reads many things from the state of one block, in as few calls as can be: through Multicall3, else in JSON-RPC
 * batches. A contract that misbehaves costs itself alone: what fails in a call of many is asked for in halves, then
 * alone, since a contract that burns all gas or answers without end takes those after it along.
 * @returns results in the order of the reads
 * @throws TidemarkError PROVIDER_ANSWER when another block's state was answered; otherwise what `ChainRpc` throws
 */
export async function manyCalls(
  rpc: ChainRpc,
  block: BlockRef,
  reads: readonly Read[],
  signal: AbortSignal,
): Promise<ReadResult[]> {
  const reading = new Reading(rpc, block, reads, signal)
  await reading.all()
  return reading.results
}

class Reading {
  readonly results: ReadResult[]
  private readonly rpc: ChainRpc
  private readonly block: BlockRef
  private readonly reads: readonly Read[]
  private readonly signal: AbortSignal
  private multicall: Hex | null

  constructor(rpc: ChainRpc, block: BlockRef, reads: readonly Read[], signal: AbortSignal) {
    this.rpc = rpc
    this.block = block
    this.reads = reads
    this.signal = signal
    this.results = new Array<ReadResult>(reads.length)
    const { multicall } = rpc.chain
    this.multicall = multicall !== null && block.number >= multicall.block ? multicall.address : null
  }

  async all(): Promise<void> {
    const chunks: number[][] = []
    for (let at = 0; at < this.reads.length; at += CHUNK) {
      chunks.push(Array.from({ length: Math.min(CHUNK, this.reads.length - at) }, (_, index) => at + index))
    }
    // The first alone: it tells whether Multicall3 is there.
    const first = chunks.shift()
    if (first !== undefined) await this.together(first)
    const worker = async () => {
      for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) await this.together(chunk)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  /** Reads a group in one call; what fails in it again, in smaller ones. */
  private async together(group: readonly number[]): Promise<void> {
    const { multicall } = this
    // A single read, and the first try of a native balance, gain nothing by Multicall3.
    if (multicall === null || group.length === 1) return this.alone(group)
    const calls = group.map((index) => throughMulticall(this.reads[index] as Read, multicall))
    const clock = [GET_BLOCK_NUMBER, GET_BLOCK_TIME].map((data): ContractCall => ({
      to: multicall,
      data: data as Hex,
    }))
    const [outcome] = await this.ask([{ to: multicall, data: encodeAggregate([...clock, ...calls]) }])
    if (outcome?.ok === true && outcome.result === '0x') {
      // No code there at this block.
      this.multicall = null
      return this.alone(group)
    }
    const returned = outcome?.ok === true ? decodeAggregate(outcome.result, calls.length + 2) : null
    if (returned === null) return this.smaller(group)
    this.refuseOtherBlock(returned[0]?.data, returned[1]?.data)
    const failed: number[] = []
    for (const [at, index] of group.entries()) {
      const one = returned[at + 2]
      if (one?.success === true) this.results[index] = { data: one.data, reason: null }
      else failed.push(index)
    }
    if (failed.length > 0) await this.smaller(failed)
  }

  private async smaller(group: readonly number[]): Promise<void> {
    if (group.length <= FEW) return this.alone(group)
    const half = Math.ceil(group.length / 2)
    await this.together(group.slice(0, half))
    await this.together(group.slice(half))
  }

  /** Reads each by a call of its own, as many in a request as the endpoint takes. */
  private async alone(group: readonly number[]): Promise<void> {
    const { state, at } = { state: this.block.number, at: quantity(this.block.number) }
    const calls = group.map((index): RpcCall => {
      const read = this.reads[index] as Read
      return 'native' in read
        ? { method: 'eth_getBalance', params: [read.native, at] }
        : { method: 'eth_call', params: [{ to: read.to, data: read.data }, at] }
    })
    const outcomes = await this.rpc.batch(calls, { state }, this.signal)
    for (const [place, index] of group.entries()) {
      this.results[index] = resultOf(outcomes[place], 'native' in (this.reads[index] as Read))
    }
  }

  private ask(calls: readonly ContractCall[]): Promise<RpcOutcome[]> {
    const at = quantity(this.block.number)
    const asked = calls.map((call): RpcCall => ({ method: 'eth_call', params: [call, at] }))
    return this.rpc.batch(asked, { state: this.block.number }, this.signal)
  }

  /**
   * The number and the time that the state itself tells. On Arbitrum the number is that of the chain below and on
   * zkSync that of the block in the making, so either of the two will do; a node that answers with the newest state
   * in place of an old one has neither.
   */
  private refuseOtherBlock(number: string | undefined, time: string | undefined): void {
    const { block, rpc } = this
    const near = Math.abs(Number(number) - block.number) <= 1
    if (near || Number(time) * 1000 === block.time) return
    throw new TidemarkError('PROVIDER_ANSWER', {
      message: `${rpc.chain.name}: the node was asked for the state of block ${block.number} and answered with that of block ${Number(number)}.`,
      fix: `Set RPC_URL_${rpc.chain.chainId} to an archive node; this one does not keep old states and does not say so.`,
    })
  }
}

const throughMulticall = (read: Read, multicall: Hex): ContractCall =>
  'native' in read ? { to: multicall, data: `${GET_ETH_BALANCE}${addressWord(read.native)}` } : read

function resultOf(outcome: RpcOutcome | undefined, native: boolean): ReadResult {
  if (outcome?.ok !== true) return { data: null, reason: reasonOf(outcome) }
  const { result } = outcome
  // A balance comes as a quantity, without leading zeros.
  const data =
    native && typeof result === 'string' ? result.replace(/^0x/, (head) => head + zeros(result)) : result
  return isHex(data)
    ? { data, reason: null }
    : { data: null, reason: 'the node answered with something else' }
}

const zeros = (quantity: string): string => '0'.repeat(Math.max(0, 66 - quantity.length))

function reasonOf(outcome: { readonly kind: string; readonly message: string } | undefined): string {
  if (outcome === undefined) return 'the node gave no answer'
  const words = printable(outcome.message, 120)
  return outcome.kind === 'reverted' ? `the contract refuses: ${words}` : `cannot be read: ${words}`
}
