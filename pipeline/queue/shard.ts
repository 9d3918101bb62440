import { createHash } from 'node:crypto'

/** One of `count` equal shares of all work; `index` from 1, as it is written: `3/16`. */
export type Shard = { readonly index: number; readonly count: number }

/** Past this a queue serves better; every id costs one hash for each shard. */
export const MOST_SHARDS = 1_024

/**
 * Which shard of `count` has an id, from 1 (rendezvous hashing): the one whose weight is the highest. The weight of
 * shard i is SHA-256 of the UTF-8 text `i/id`, compared as a number. It never changes, so that every machine and every
 * later version agrees, and one more shard takes its part from the others and moves nothing else.
 */
export function shardOf(id: string, count: number): number {
  let best = 1
  let highest = weightOf(id, 1)
  for (let index = 2; index <= count; index++) {
    const weight = weightOf(id, index)
    if (Buffer.compare(weight, highest) <= 0) continue
    best = index
    highest = weight
  }
  return best
}

const weightOf = (id: string, index: number): Buffer => createHash('sha256').update(`${index}/${id}`).digest()

/** Reads `3/16`; null when it is no shard. */
export function parseShard(text: string): Shard | null {
  const found = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text)
  if (found === null) return null
  const [index, count] = [Number(found[1]), Number(found[2])]
  return index <= count && count <= MOST_SHARDS ? { index, count } : null
}

export const shardName = ({ index, count }: Shard): string => `${index}/${count}`

/** What one of several runs at once does of the work: each id belongs to exactly one of them. */
export type Share = { readonly owns: (id: string) => boolean }

export function shareOf(shard: Shard): Share {
  return { owns: (id) => shardOf(id, shard.count) === shard.index }
}
