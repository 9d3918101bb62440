import { TidemarkError, type ErrorCode } from '#core/errors.ts'
import type { GapReason } from '#core/sample.ts'

/** What went wrong with a call, by what the caller does next. */
export type FailureKind =
  | 'unreachable'
  | 'timeout'
  | 'server'
  | 'rate-limited'
  | 'answer'
  | 'too-large'
  | 'redirect'
  | 'request'
  | 'not-found'
  | 'forbidden'
  | 'plan-reach'
  | 'credential'
  | 'config'
  | 'postponed'

/** What can pass by itself and is tried again. `postponed` has been given up for now. */
const PASSING: ReadonlySet<FailureKind> = new Set([
  'unreachable',
  'timeout',
  'server',
  'rate-limited',
  'answer',
])

const CODES: Record<FailureKind, ErrorCode> = {
  unreachable: 'PROVIDER_UNAVAILABLE',
  timeout: 'PROVIDER_UNAVAILABLE',
  server: 'PROVIDER_UNAVAILABLE',
  'rate-limited': 'PROVIDER_UNAVAILABLE',
  postponed: 'PROVIDER_UNAVAILABLE',
  answer: 'PROVIDER_ANSWER',
  'too-large': 'PROVIDER_ANSWER',
  redirect: 'PROVIDER_REFUSED',
  request: 'PROVIDER_REFUSED',
  'not-found': 'PROVIDER_REFUSED',
  forbidden: 'PROVIDER_REFUSED',
  'plan-reach': 'PROVIDER_REFUSED',
  credential: 'CREDENTIAL_REFUSED',
  config: 'CONFIG_INVALID',
}

const FIXES: Record<FailureKind, string> = {
  unreachable:
    'Check the network and the host, then run the same command again; it goes on where it stopped.',
  timeout: 'Run the same command again later; it goes on where it stopped.',
  server: 'Run the same command again later; it goes on where it stopped.',
  'rate-limited': 'Wait a minute and run the same command again, or lower the calls per minute.',
  postponed: 'Run the same command again after that time; it goes on where it stopped.',
  answer: 'Run the same command again later; nothing of this answer was stored.',
  'too-large': 'Ask for a shorter range, or check that the base URL leads to the provider.',
  redirect: 'Set the base URL to the host that answers; redirects are not followed, since keys would travel.',
  request: 'Check the asset, the quote currency and the range that were asked for.',
  'not-found': 'Check the id; providers rename and retire ids.',
  forbidden: 'Check that the plan includes this endpoint and that the network may reach the host.',
  'plan-reach': 'Ask for a later start, or use a plan that reaches further back.',
  credential: 'Check the key and that it belongs to the plan that is set.',
  config: 'Set the plan that the key belongs to.',
}

export type FailureDetails = {
  readonly provider: string
  readonly host: string
  /** Path without query. */
  readonly route: string
  readonly message: string
  readonly status?: number | null
  /** The provider's own error code. */
  readonly providerCode?: number | null
  /** How long the provider asked to be left alone. */
  readonly retryAfterMs?: number | null
  readonly fix?: string
  readonly tried?: readonly string[]
}

/** A call that failed: provider, host, route, status and the provider's own words; never headers, query or keys. */
export class ProviderError extends TidemarkError {
  readonly kind: FailureKind
  readonly provider: string
  readonly host: string
  readonly route: string
  readonly status: number | null
  readonly providerCode: number | null
  readonly retryAfterMs: number | null
  /** What happened, without the place. */
  readonly words: string

  constructor(kind: FailureKind, details: FailureDetails) {
    super(CODES[kind], {
      message: `${details.provider} (${details.host}${details.route}): ${details.message}`,
      fix: details.fix ?? FIXES[kind],
      ...(details.tried ? { tried: details.tried } : {}),
    })
    this.kind = kind
    this.words = details.message
    this.provider = details.provider
    this.host = details.host
    this.route = details.route
    this.status = details.status ?? null
    this.providerCode = details.providerCode ?? null
    this.retryAfterMs = details.retryAfterMs ?? null
  }

  /** The same failure after several attempts, each with what it met. */
  after(tried: readonly string[]): ProviderError {
    return this.copy(this.kind, this.words, [...new Set(tried)])
  }

  /** The failure of a provider that is left alone for now because of this one. */
  postponed(words: string): ProviderError {
    return this.copy('postponed', `${this.words}; ${words}`, [])
  }

  private copy(kind: FailureKind, message: string, tried: readonly string[]): ProviderError {
    const { provider, host, route, status, providerCode, retryAfterMs } = this
    const details = { provider, host, route, status, providerCode, retryAfterMs, message, tried }
    return new ProviderError(kind, details)
  }

  /** Whether the same call may succeed a little later. */
  get passing(): boolean {
    return PASSING.has(this.kind)
  }
}

/** The reason of the gap that a failed item leaves. */
export function gapReasonOf(error: unknown): GapReason {
  if (!(error instanceof ProviderError)) return 'failed'
  if (error.kind === 'plan-reach') return 'plan-reach'
  return error.kind === 'not-found' ? 'not-listed' : 'failed'
}
