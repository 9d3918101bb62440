import type { IBreaker } from 'cockatiel'

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
