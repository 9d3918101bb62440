import type { Problem } from '../problem.ts'

/** A file that is answered piece by piece. */
export type Download = {
  readonly type: string
  /** Made here, of nothing that was asked: it goes into a header. */
  readonly name: string
  readonly pieces: AsyncIterable<Uint8Array>
}

/** What the thread that makes a download says to the one that sends it. */
export type FromMaker =
  | { readonly head: Pick<Download, 'type' | 'name'> }
  | { readonly piece: Uint8Array }
  | { readonly failed: Problem }
  | { readonly end: true }
/** What it is told: to make so many pieces more. */
export type ToMaker = { readonly more: number }

/** Pieces that may be on the way: enough to keep a reader busy, and a bound of the memory that one download takes. */
export const AHEAD = 4
