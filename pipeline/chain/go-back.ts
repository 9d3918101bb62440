import { TidemarkError } from '#core/errors.ts'
import type { BlockRef } from '#ingestion/evm/types.ts'
import type { ChainHistory, RecordStore } from '../ports.ts'
import { checkpointsOf, type Standing } from './standing.ts'

/** Tells the hashes of blocks, each asked for once. */
export class Blocks {
  private readonly history: ChainHistory
  private readonly signal: AbortSignal
  private readonly known = new Map<number, Promise<BlockRef>>()

  constructor(history: ChainHistory, signal: AbortSignal) {
    this.history = history
    this.signal = signal
  }

  /**
   * Whether a reading's last block is still there, and still the last of its second: flows are told apart by time, and
   * in the place of what was undone blocks of that second may have come.
   * @param head the newest block, or one that is known to be there
   */
  async stands({ scan, hash, fresh }: Standing, head: number): Promise<boolean> {
    const { number, time } = scan.until
    if ((await this.block(number)).hash !== hash) return false
    // Of a reading that has brought nothing yet there is nothing to be told apart.
    return fresh || (number < head && (await this.block(number + 1)).time > time)
  }

  private block(number: number): Promise<BlockRef> {
    const block = this.known.get(number) ?? this.history.block(number, this.signal)
    this.known.set(number, block)
    return block
  }
}

/**
 * Where a reading can go on: where it stands, or, when that block was undone though it had been final, at the newest
 * checkpoint that was not. What was read beyond is replaced as the reading comes there again.
 * @param latest the newest block of the chain
 * @returns null where it has to begin anew
 * @throws TidemarkError PROVIDER_UNAVAILABLE when the endpoint has not come as far as the reading: nothing is undone by it
 */
export async function standingNow(
  store: RecordStore,
  owner: string,
  standing: Standing,
  latest: BlockRef,
  blocks: Blocks,
): Promise<Standing | null> {
  const { wallet, chain, until } = standing.scan
  if (latest.number < until.number) throw behind(chain, latest.number, until.number)
  if (await blocks.stands(standing, latest.number)) return standing
  for (const checkpoint of await checkpointsOf(store, { owner, wallet, chain }))
    if (checkpoint.scan.until.number < until.number && (await blocks.stands(checkpoint, latest.number)))
      return checkpoint
  return null
}

function behind(chain: string, latest: number, until: number): TidemarkError {
  return new TidemarkError('PROVIDER_UNAVAILABLE', {
    message: `The endpoint of ${chain} stands at block ${latest}, and block ${until} was read before; nothing was changed.`,
    fix: 'Run the same command again later, or name another endpoint of the chain before it.',
  })
}
