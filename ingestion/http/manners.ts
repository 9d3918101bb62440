import { formatTime } from '#core/hour.ts'
import type { ProviderError } from './failure.ts'
import type { Gate } from './gate.ts'
import type { Retry } from './options.ts'

type MannersOptions = {
  readonly gate: Gate
  readonly retry: Retry
  readonly capMs: number
  readonly now: () => number
  readonly onWait: (ms: number, status: number | null) => void
}

/** Does what a provider asks for: waits, or leaves it alone when it asks for too much or goes on too long. */
export class Manners {
  private readonly options: MannersOptions
  private limitedSince: number | null = null
  private limitedInRow = 0

  constructor(options: MannersOptions) {
    this.options = options
  }

  /** A call was answered: what was asked for before is over. */
  welcome(): void {
    this.limitedSince = null
    this.limitedInRow = 0
  }

  /** Holds back every call as the failure asks. Returns it, or the failure of a provider that is now postponed. */
  obey(failure: ProviderError): ProviderError {
    const { gate, capMs, onWait } = this.options
    const limited = failure.kind === 'rate-limited' ? this.limited() : null
    if (limited?.tooLong) {
      const words = "429 for minutes now, perhaps the month's credits are used up"
      return this.postpone(failure, this.options.retry.rateLimitPatienceMs, words)
    }
    const ms = failure.retryAfterMs ?? limited?.ms ?? 0
    if (ms > capMs) return this.postpone(failure, ms, 'it asked for a long pause')
    // Jitter, so that several processes that share a key do not come back in step.
    const jittered = ms + Math.random() * Math.min(1_000, ms / 10)
    gate.hold(jittered)
    onWait(jittered, failure.status)
    return failure
  }

  private limited(): { tooLong: boolean; ms: number } {
    const { gate, retry, capMs, now } = this.options
    // Calls that were under way together are told off together; only one of them makes the next wait longer.
    if (!gate.held) this.limitedInRow += 1
    this.limitedSince ??= now()
    const doubled = retry.rateLimitMs * 2 ** Math.max(0, this.limitedInRow - 1)
    return {
      tooLong: now() - this.limitedSince >= retry.rateLimitPatienceMs,
      ms: Math.min(doubled, capMs),
    }
  }

  private postpone(failure: ProviderError, ms: number, why: string): ProviderError {
    const until = formatTime(this.options.now() + ms)
    const postponed = failure.postponed(`${why}; no calls until ${until}`)
    this.options.gate.postpone(ms, postponed)
    return postponed
  }
}
