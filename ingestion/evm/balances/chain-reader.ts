import { blockAt } from '../block-at/block-at.ts'
import type { BlockTimes } from '../block-at/times.ts'
import type { ChainTokenBook } from '../tokens/book.ts'
import type { BalanceReader, BlockRef, ChainRpc, EvmChain } from '../types.ts'
import { balanceReader } from './balances.ts'

/** Which state of a chain is asked for: the newest, or that of a block or time. */
export type AtBlock = 'latest' | { readonly block: number } | { readonly time: number }

/** One chain as its balances are read. Errors of its methods are those of `ChainRpc`. */
export interface ChainReader {
  readonly chain: EvmChain
  readonly tokens: ChainTokenBook
  readonly balances: BalanceReader
  /** The block to read at; null where the chain began after it. */
  block(at: AtBlock, signal: AbortSignal): Promise<BlockRef | null>
}

export function chainReader(rpc: ChainRpc, tokens: ChainTokenBook, times: BlockTimes): ChainReader {
  return {
    chain: rpc.chain,
    tokens,
    balances: balanceReader(rpc),
    block: (at, signal) => {
      if (at === 'latest') return rpc.block('latest', signal)
      if ('block' in at) return rpc.block(at.block, signal)
      return blockAt(rpc, at.time, { times, until: 'latest' }, signal)
    },
  }
}
