import type { ProviderId } from '#core/candle.ts'
import type { Limits } from './exchange.ts'
import type { FailureKind } from './failure.ts'

export type Retry = {
  /** Attempts after the first; waits grow from `minMs` by doubling up to `maxMs`, with jitter. */
  readonly retries: number
  readonly minMs: number
  readonly maxMs: number
  /** Wait after a 429 without `Retry-After`; doubles while they go on. */
  readonly rateLimitMs: number
  /** How long 429s may go on without one success before the provider is postponed. */
  readonly rateLimitPatienceMs: number
}
export type Breaker = {
  /** Opens when nothing succeeded for `windowMs` while at least `failures` calls failed; tried again after `restMs`. */
  readonly failures: number
  readonly windowMs: number
  readonly restMs: number
}
/** What the provider's answer with an error status says; null fields where it does not. */
export type Verdict = {
  readonly kind: FailureKind | null
  readonly code: number | null
  readonly text: string | null
  /** How long the provider wants to be left alone, where its own words say so and no `Retry-After` does. */
  readonly waitMs?: number
}
/** Called before each request that is sent, so that the month's credits can be kept. */
export type OnCall = (call: { readonly provider: ProviderId; readonly at: number }) => void
/** Called when all calls to a provider wait, for the progress line. */
export type OnWait = (wait: {
  readonly provider: ProviderId
  readonly host: string
  readonly ms: number
  readonly status: number
}) => void
/** Called when calls that failed are sent again: a first time at once, then once in a while as long as it goes on. */
export type OnRetry = (retry: { readonly provider: ProviderId; readonly cause: string }) => void

/** A limit that several processes keep together, beside each one's own. */
export type SharedLimit = {
  /** Takes the next free place of all processes and says how long to wait for it, in milliseconds. Never fails. */
  reserve(): Promise<number>
}

export type HttpOptions = {
  readonly provider: ProviderId
  readonly baseUrl: string
  /** Sent with every call; this is where keys go. */
  readonly headers?: Readonly<Record<string, string>>
  /** Masked wherever a provider's words are repeated. */
  readonly secrets?: readonly string[]
  readonly perMinute: number
  readonly maxConcurrent?: number
  readonly monthCredits?: { readonly limit: number; readonly used: number } | null
  readonly shared?: SharedLimit | null
  readonly limits?: Partial<Limits>
  readonly retry?: Partial<Retry>
  readonly breaker?: Partial<Breaker>
  /** A longer `Retry-After` postpones the provider instead. */
  readonly retryAfterCapMs?: number
  /** Reads an answer with an error status in the provider's own way. */
  readonly judge?: (status: number, body: string) => Verdict
  /** Finds the error in an answer with status 200, null where it is none: some providers say everything with 200. */
  readonly inspect?: (value: unknown) => Verdict | null
  readonly onCall?: OnCall
  readonly onWait?: OnWait
  readonly onRetry?: OnRetry
  readonly now?: () => number
}
/** What a caller may tune of the request layer of any provider. */
export type HttpTuning = Pick<
  HttpOptions,
  | 'shared'
  | 'limits'
  | 'retry'
  | 'breaker'
  | 'retryAfterCapMs'
  | 'maxConcurrent'
  | 'onCall'
  | 'onWait'
  | 'onRetry'
  | 'now'
>

export const LIMITS: Limits = {
  connectMs: 10_000,
  headersMs: 20_000,
  totalMs: 60_000,
  maxBytes: 64 * 1024 * 1024,
}
export const RETRY: Retry = {
  retries: 7,
  minMs: 1_000,
  maxMs: 15_000,
  rateLimitMs: 60_000,
  rateLimitPatienceMs: 300_000,
}
export const BREAKER: Breaker = { failures: 4, windowMs: 45_000, restMs: 30_000 }
export const RETRY_AFTER_CAP_MS = 120_000
/** Between two calls of `onRetry`: an outage is told, not every call that meets it. */
export const RETRY_TOLD_MS = 300_000
// Providers' CDNs refuse calls without one.
export const USER_AGENT = 'tidemark (self-hosted portfolio pipeline)'

// Enough under way that four seconds of latency do not slow the rate down.
export function concurrencyFor(perMinute: number): number {
  return Math.min(64, Math.max(4, Math.ceil(perMinute / 15)))
}
