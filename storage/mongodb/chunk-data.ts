import type { Chunk, ChunkKey } from '#core/candle.ts'

/** A chunk as its head document tells of it. */
export type ChunkRef = ChunkKey & {
  readonly revision: number
  /** Which of the two places of a chunk holds it, where chunks are not overwritten in place; 0 elsewhere. */
  readonly slot: number
}

/** A chunk in the place of the one before it; revision 0 before says that there was none. */
export type ChunkChange = {
  readonly before: Chunk
  readonly after: Chunk
  /** Where it goes, and the number of the hold that writes it: one of a smaller number never overwrites it. */
  readonly slot: number
  readonly fence: number
}

/**
 * Where the columns of chunks lie: in MongoDB beside their heads, or in InfluxDB. Whoever writes, writes here first and
 * then the head that names the new revision, so that a head never tells of what is not there.
 */
export interface ChunkData {
  /**
   * Whether a write goes over the revision before it. Then an intent document is put before each write, by which a later
   * writer finds the chunks that a crash may have left ahead of their heads, and a reader reads head and intents again
   * after reading: what it got in between may be part old, part new.
   */
  readonly inPlace: boolean
  /**
   * The chunks in the order of `refs`. Null where what lies there is not of the revision named: a writer was between
   * its two steps, and the caller reads the head again.
   */
  read(refs: readonly ChunkRef[]): Promise<(Chunk | null)[]>
  /**
   * What lies there now, whatever revision it is; null where there is nothing. For repair and `verify`; a chunk that is
   * damaged (its hash, its length) is told as a `TidemarkError` INTEGRITY.
   */
  found(key: ChunkKey, revision: number): Promise<Chunk | null>
  /** When it returns, what was given is on the disk of the server and can be read back. */
  write(changes: readonly ChunkChange[]): Promise<void>
}
