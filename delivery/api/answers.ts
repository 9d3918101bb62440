import { LRUCache } from 'lru-cache'
import type { Reply } from './types.ts'

const MAX_BYTES = 64 * 1024 * 1024
/** A figure that says "as of" may be so old and no older, even where nothing in the store has moved. */
const MAX_AGE_MS = 60_000

/**
 * Answers of reads, kept while the store stands as it did: many who ask the same at once wait for one computation.
 */
export class Answers {
  private readonly kept = new LRUCache<string, Reply>({
    maxSize: MAX_BYTES,
    sizeCalculation: (reply) => reply.body.byteLength + 200,
    ttl: MAX_AGE_MS,
  })
  private readonly underWay = new Map<string, Promise<Reply>>()
  private mark = ''

  /** @param mark a text that changes whenever the store's content may have */
  of(key: string, mark: string, compute: () => Promise<Reply>): Promise<Reply> {
    if (mark !== this.mark) {
      this.kept.clear()
      this.underWay.clear()
      this.mark = mark
    }
    const known = this.kept.get(key)
    if (known !== undefined) return Promise.resolve(known)
    const running = this.underWay.get(key)
    if (running !== undefined) return running
    const started = this.keep(key, mark, compute())
    this.underWay.set(key, started)
    return started
  }

  private async keep(key: string, mark: string, computing: Promise<Reply>): Promise<Reply> {
    try {
      const reply = await computing
      // What was computed while the store moved may be of before.
      if (mark === this.mark) this.kept.set(key, reply)
      return reply
    } finally {
      if (mark === this.mark) this.underWay.delete(key)
    }
  }
}
