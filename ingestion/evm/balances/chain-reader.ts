import { TidemarkError } from '#core/errors.ts'
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

/** @throws TidemarkError INPUT_INVALID for a block that is not there yet */
async function blockOf(rpc: ChainRpc, number: number, signal: AbortSignal): Promise<BlockRef> {
  const head = await rpc.block('latest', signal)
  if (number <= head.number) return rpc.block(number, signal)
  throw new TidemarkError('INPUT_INVALID', {
    message: `Block ${number} of ${rpc.chain.name} is not there yet: the newest is ${head.number}.`,
    fix: 'Give --at a block up to that one, or a time, or leave it out.',
  })
}

export function chainReader(rpc: ChainRpc, tokens: ChainTokenBook, times: BlockTimes): ChainReader {
  return {
    chain: rpc.chain,
    tokens,
    balances: balanceReader(rpc),
    block: (at, signal) => {
      if (at === 'latest') return rpc.block('latest', signal)
      if ('block' in at) return blockOf(rpc, at.block, signal)
      return blockAt(rpc, at.time, { times, until: 'latest' }, signal)
    },
  }
}
