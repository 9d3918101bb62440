import { Refusal } from './problem.ts'

export type Bounds = { readonly running: number; readonly waiting: number }
type Line = { running: number; readonly waiting: (() => void)[] }

/** Gives each owner a part of what the server can do at once: who asks a thousand things waits for themselves alone. */
export class SharesOfWork {
  private readonly bounds: Bounds
  private readonly lines = new Map<string, Line>()

  constructor(bounds: Bounds) {
    this.bounds = bounds
  }

  /** Does the work when it is the owner's turn. @throws Refusal TOO_MANY when too much of theirs waits already */
  async during<T>(owner: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(owner)
    try {
      return await work()
    } finally {
      leave()
    }
  }

  /** Waits for the owner's turn. @returns to be called at its end; again does nothing @throws as `during` */
  async enter(owner: string): Promise<() => void> {
    const line = this.lines.get(owner) ?? { running: 0, waiting: [] }
    this.lines.set(owner, line)
    if (line.running < this.bounds.running) line.running++
    else if (line.waiting.length >= this.bounds.waiting) throw tooMany(line)
    else await new Promise<void>((go) => line.waiting.push(go))
    let isIn = true
    return () => {
      if (isIn) this.leave(owner, line)
      isIn = false
    }
  }

  /** The place goes to who waits longest, without being free in between. */
  private leave(owner: string, line: Line): void {
    const next = line.waiting.shift()
    if (next !== undefined) return next()
    line.running--
    if (line.running === 0) this.lines.delete(owner)
  }
}

const tooMany = ({ waiting }: Line): Refusal =>
  new Refusal(
    'TOO_MANY',
    `${waiting.length} requests of yours wait already.`,
    'Wait for their answers before you ask more.',
    { retryAfter: 5 },
  )
