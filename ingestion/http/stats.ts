import type { ProviderId } from '#core/candle.ts'

/** How a provider was used in this run. Fulfils `ProviderReport` of the pipeline's ports. */
export type CallReport = {
  readonly provider: ProviderId
  readonly host: string
  readonly calls: number
  readonly retries: number
  readonly rateLimited: number
  readonly failed: number
  readonly p95Ms: number | null
}

// A long backfill makes tens of thousands of calls; the newest ones say enough about latency.
const KEPT_DURATIONS = 4096

/** Counts of one provider's calls. `calls` are requests sent, `failed` are calls given up after their retries. */
export class CallStats {
  calls = 0
  retries = 0
  rateLimited = 0
  failed = 0
  private readonly durations: number[] = []

  took(ms: number): void {
    this.durations[this.calls % KEPT_DURATIONS] = ms
  }

  report(provider: ProviderId, host: string): CallReport {
    const { calls, retries, rateLimited, failed } = this
    return { provider, host, calls, retries, rateLimited, failed, p95Ms: this.p95() }
  }

  private p95(): number | null {
    const sorted = this.durations.filter((ms) => ms >= 0).sort((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null
  }
}
