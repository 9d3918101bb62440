import type { Traits } from '../types.ts'
import type { Refusal } from './errors.ts'

/** What is taught is kept with the endpoint. */
type Taught = { readonly traits: Traits; learn(traits: Partial<Traits>): void }

/** Blocks of the first request where nothing is known: most hosts refuse so many, and say how many they allow. */
const START = 100_000
const GROWTH = 4
/** Limits that hosts have, for those that do not name theirs: tens first, then what lies between. */
const CUSTOMARY = [
  1, 2, 3, 5, 10, 20, 25, 50, 64, 100, 128, 200, 256, 500, 800, 1_000, 1_024, 1_500, 2_000, 2_048, 2_500,
  3_000, 3_500, 4_000, 5_000, 7_500, 10_000, 15_000, 20_000, 25_000, 30_000, 50_000, 75_000, 100_000,
]
/** Answers with exactly so many logs may have been cut off without a word. */
const ROUND: ReadonlySet<number> = new Set([1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000])

/** How many blocks one request for logs may span at an endpoint, found out as cheaply as its errors allow. */
export class LogLimits {
  private readonly endpoint: Taught
  /** The most blocks that were answered, and the fewest that were refused without a number. */
  private proved = 0
  private refused = Infinity
  private trying: Promise<void> | null = null
  /** The longest answer. */
  private seen = 0

  constructor(endpoint: Taught) {
    this.endpoint = endpoint
  }

  /** The most logs of one answer, where it is known. */
  get cap(): number | null {
    return this.endpoint.traits.logResults
  }

  /** Blocks of the next request, both ends counted. */
  get span(): number {
    const stated = this.endpoint.traits.logBlocks
    if (stated !== null) return stated
    if (this.refused === Infinity) return this.proved === 0 ? START : this.proved * GROWTH
    const between = CUSTOMARY.filter((blocks) => blocks > this.proved && blocks < this.refused)
    if (this.proved > 0) return between[Math.floor(between.length / 2)] ?? this.proved
    return between.findLast((blocks) => Number.isInteger(Math.log10(blocks))) ?? 1
  }

  /** The limit as far as it is known; Infinity where none was met. */
  get known(): number {
    return this.refused === Infinity && this.endpoint.traits.logBlocks === null ? Infinity : this.span
  }

  /**
   * Ends when a request that goes beyond what is proved has ended; null while there is none. Of several such requests
   * all but one would be refused for nothing, so whoever comes waits, and looks again without a pause.
   */
  get trial(): Promise<void> | null {
    return this.trying
  }

  /** Marks a request as such a trial when it is one. @returns to be called when it has ended */
  begin(blocks: number): () => void {
    const stated = this.endpoint.traits.logBlocks
    if (blocks <= this.proved || (stated !== null && blocks <= stated)) return () => undefined
    let ended = () => undefined as void
    this.trying = new Promise((resolve) => (ended = resolve))
    return () => {
      this.trying = null
      ended()
    }
  }

  worked(blocks: number): void {
    this.proved = Math.max(this.proved, blocks)
    // Nothing is left between what works and what does not.
    if (this.refused !== Infinity && this.span === this.proved)
      this.endpoint.learn({ logBlocks: this.proved })
  }

  /** So many blocks were too many. */
  tooWide(blocks: number, { most, suggested }: Refusal): void {
    const named = most ?? (suggested === null ? null : suggested.to - suggested.from + 1)
    if (named !== null && named < blocks) this.endpoint.learn({ logBlocks: named })
    else if (this.endpoint.traits.logBlocks !== null)
      this.endpoint.learn({ logBlocks: Math.max(1, blocks - 1) })
    else {
      this.refused = Math.min(this.refused, blocks)
      if (this.proved >= this.refused) this.proved = 0
    }
  }

  /** An answer holds at most so many logs. */
  cappedAt(logs: number): void {
    if (this.cap !== logs) this.endpoint.learn({ logResults: logs })
  }

  /** Whether an answer with so many logs may lack some. Who has given more does not cut there. */
  mayBeCut(logs: number): boolean {
    if (this.cap !== null && logs >= this.cap) return true
    this.seen = Math.max(this.seen, logs)
    return ROUND.has(logs) && logs === this.seen
  }
}
