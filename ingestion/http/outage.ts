import type { IBreaker } from 'cockatiel'
import { formatTime } from '#core/hour.ts'

/**
 * Opens when nothing has succeeded for `windowMs` and at least `failures` calls failed meanwhile. A plain count of
 * consecutive failures would open by chance on a provider that answers every second call, in any long backfill.
 */
export class OutageBreaker implements IBreaker {
  state: unknown = null
  private count = 0
  private since = 0
  private readonly failures: number
  private readonly windowMs: number
  private readonly now: () => number

  constructor(options: { failures: number; windowMs: number; now: () => number }) {
    this.failures = options.failures
    this.windowMs = options.windowMs
    this.now = options.now
  }

  success(): void {
    this.count = 0
  }

  failure(): boolean {
    if (this.count === 0) this.since = this.now()
    this.count += 1
    return this.count >= this.failures && this.now() - this.since >= this.windowMs
  }
}

/** What is known of a provider that fails: why last, until when it is left alone, and whether that was told. */
export class Outage {
  private cause = ''
  private until = 0
  private toldAt = -Infinity

  met(cause: string): void {
    this.cause = cause
  }

  rest(until: number): void {
    this.until = until
  }

  /** Whether `onRetry` is due. */
  tell(now: number, everyMs: number): boolean {
    if (now - this.toldAt < everyMs) return false
    this.toldAt = now
    return true
  }

  /** Why no call is sent, in words. */
  words(now: number): string {
    const why = `call after call failed (the last one: ${this.cause})`
    // The rest is over and one call is trying the provider: the others wait for how it ends.
    if (now >= this.until) return `${why}; no more are sent before one succeeds`
    return `${why}; no more are sent until ${formatTime(this.until)}`
  }
}
