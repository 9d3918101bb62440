import type { RawLog } from '../types.ts'
import type { Refusal } from './errors.ts'
import type { LogLimits } from './log-limits.ts'

/** Blocks, both ends included. */
export type Blocks = { readonly from: number; readonly to: number }

export const length = ({ from, to }: Blocks): number => to - from + 1

/** How full an answer is planned to be, of what an endpoint gives at most. */
const FILL = 0.8
const GROWTH = 1.5
/** A quiet stretch says little about the next one. */
const MOST_GROWTH = 8

/** The blocks of one filter that are still to be read, and how many of them an answer can hold. Pure of any network. */
export class LogWalk {
  readonly found: RawLog[] = []
  private todo: Blocks[]
  private soft = Infinity

  constructor(range: Blocks) {
    this.todo = range.from <= range.to ? [range] : []
  }

  /** The first block that nobody reads yet; null when all are read or being read. */
  get next(): number | null {
    return this.todo[0]?.from ?? null
  }

  /** Takes the next blocks, as many as one request may ask for. */
  take(limits: LogLimits): Blocks | null {
    const first = this.todo.shift()
    if (first === undefined) return null
    const span = Math.max(1, Math.min(length(first), limits.span, this.soft))
    const taken = { from: first.from, to: first.from + span - 1 }
    if (taken.to < first.to) this.todo.unshift({ from: taken.to + 1, to: first.to })
    return taken
  }

  /** Gives back blocks that were taken and not read; they join what lies beside them, so that no small rest is left. */
  giveBack(blocks: Blocks): void {
    const all = [...this.todo, blocks].sort((a, b) => a.from - b.from)
    this.todo = all.reduce<Blocks[]>((joined, one) => {
      const last = joined.at(-1)
      if (last === undefined || last.to + 1 !== one.from) return [...joined, one]
      return [...joined.slice(0, -1), { from: last.from, to: one.to }]
    }, [])
  }

  read(blocks: Blocks, logs: readonly RawLog[], cap: number | null): void {
    for (const log of logs) this.found.push(log)
    const span = length(blocks)
    if (cap !== null && logs.length > 0) {
      const full = Math.floor((FILL * cap * span) / logs.length)
      this.soft = Math.max(1, Math.min(full, span * MOST_GROWTH))
    } else if (span >= this.soft) this.soft = Math.ceil(this.soft * GROWTH)
  }

  /** So many blocks hold more than one answer. */
  tooMuch(blocks: Blocks, { suggested }: Refusal): void {
    const half = Math.max(1, Math.floor(length(blocks) / 2))
    const fits = suggested !== null && suggested.from === blocks.from && suggested.to < blocks.to
    this.soft = fits ? length(suggested) : half
  }
}
