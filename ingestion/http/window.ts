const MINUTE_MS = 60_000

/**
 * Send times of the last minute. Spacing alone keeps the rate as long as timers fire on time; when the process was
 * held up they fire in a bunch, and this is what still lets no more than `limit` calls into any minute.
 */
export class MinuteWindow {
  private sent: number[] = []
  private most: number
  private limit: number
  private readonly windowMs: number

  /** @param slackMs how much the times at which calls arrive may differ from those at which they were sent */
  constructor(limit: number, slackMs: number) {
    this.limit = limit
    this.most = limit
    this.windowMs = MINUTE_MS + slackMs
  }

  /** Another limit, from the next call on. */
  resize(limit: number): void {
    this.limit = limit
    this.most = Math.max(this.most, limit)
  }

  /** Takes the next free place and returns how long to wait for it, in milliseconds. */
  reserve(now: number): number {
    const blocking = this.sent[this.sent.length - this.limit]
    const at = blocking === undefined ? now : Math.max(now, blocking + this.windowMs)
    this.sent.push(at)
    // Old ones go many at a time: moving a list of thousands for every call would take longer than the call's place.
    if (this.sent.length > 2 * this.most) this.sent = this.sent.slice(-this.most)
    return at - now
  }
}
