import type { BlockRef } from '../types.ts'

/** Times of final blocks, kept from one search to the next. What is put in stands for good. */
export interface BlockTimes {
  /** Of the known blocks the last at or before a time, and the first after it. */
  near(time: number): Promise<{ readonly at: BlockRef | null; readonly next: BlockRef | null }>
  put(blocks: readonly BlockRef[]): Promise<void>
}

/** Blocks ordered by number, which is their order in time too; among equal times the later number is the later. */
export class TimeLine {
  private readonly blocks: BlockRef[] = []

  /** @returns false when it was known */
  add(block: BlockRef): boolean {
    const place = this.place(({ number }) => number <= block.number)
    if (this.blocks[place - 1]?.number === block.number) return false
    this.blocks.splice(place, 0, block)
    return true
  }

  near(time: number): { at: BlockRef | null; next: BlockRef | null } {
    const place = this.place((block) => block.time <= time)
    return { at: this.blocks[place - 1] ?? null, next: this.blocks[place] ?? null }
  }

  /** How many blocks at the front are `early`. */
  private place(early: (block: BlockRef) => boolean): number {
    let [low, high] = [0, this.blocks.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (early(this.blocks[middle] as BlockRef)) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Times kept for as long as the process runs. */
export function timesInMemory(): BlockTimes {
  const line = new TimeLine()
  return {
    near: async (time) => line.near(time),
    put: async (blocks) => blocks.forEach((block) => line.add(block)),
  }
}
