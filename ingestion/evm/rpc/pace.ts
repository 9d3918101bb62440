/** What a line lets a pace do. */
type Paced = { hold(ms: number): void; pace(perMinute: number): void }

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** Refusals of requests that were under way together are one. */
const TOGETHER_MS = 1_000
/** How long all is well before the rate grows again, and by how much of the highest. */
const CALM_MS = 10_000
const STEP = 0.1
const LOWEST = 1

/** The rate of one endpoint: halved when it is too much, recovering slowly while it is not. */
export class Pace {
  private readonly line: Paced
  private readonly highest: number
  private readonly now: () => number
  private rate: number
  private inRow = 0
  private heldUntil = 0
  private changedAt = -Infinity

  /** @param highest requests a second */
  constructor(line: Paced, highest: number, now: () => number) {
    this.line = line
    this.highest = highest
    this.rate = highest
    this.now = now
  }

  /** How long nothing is sent, in milliseconds. */
  get heldMs(): number {
    return Math.max(0, this.heldUntil - this.now())
  }

  /** A request was too much. */
  limited(askedMs: number | null): void {
    const now = this.now()
    if (now - this.changedAt > TOGETHER_MS) {
      this.inRow += 1
      this.set(Math.max(LOWEST, this.rate / 2), now)
    }
    const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, this.inRow - 1))
    // Jitter, so that processes that share a key do not come back in step.
    const ms = (askedMs ?? doubled) * (1 + Math.random() / 10)
    this.heldUntil = Math.max(this.heldUntil, now + ms)
    // Longer than that nobody stands in line: another endpoint is asked, or the call is given up.
    this.line.hold(Math.min(ms, LONGEST_WAIT_MS))
  }

  /** A request was answered. */
  fine(): void {
    this.inRow = 0
    if (this.rate >= this.highest) return
    const now = this.now()
    if (now - this.changedAt < CALM_MS) return
    this.set(Math.min(this.highest, this.rate + this.highest * STEP), now)
  }

  private set(rate: number, now: number): void {
    this.rate = rate
    this.changedAt = now
    this.line.pace(Math.max(1, Math.floor(rate * 60)))
  }
}
