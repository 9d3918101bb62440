import { BrokenCircuitError, circuitBreaker, handleAll } from 'cockatiel'
import { parse as parseLossless } from 'lossless-json'
import pRetry from 'p-retry'
import { TidemarkError } from '#core/errors.ts'
import { keepAliveAgents } from './agents.ts'
import {
  exchange,
  httpClient,
  Trouble,
  type HttpRequest,
  type HttpResponse,
  type Limits,
} from './exchange.ts'
import { ProviderError, type FailureDetails, type FailureKind } from './failure.ts'
import { Gate } from './gate.ts'
import { Manners } from './manners.ts'
import {
  BREAKER,
  concurrencyFor,
  LIMITS,
  RETRY,
  RETRY_AFTER_CAP_MS,
  RETRY_TOLD_MS,
  USER_AGENT,
  type HttpOptions,
  type Retry,
} from './options.ts'
import { Outage, OutageBreaker } from './outage.ts'
import { retryAfterMs } from './retry-after.ts'
import { CallStats, type CallReport } from './stats.ts'
import { printable } from './text.ts'
import { meaning, meaningOf } from './verdict.ts'

export type JsonAnswer = {
  readonly value: unknown
  /** The provider's clock when it made the answer (`Date` less `Age`), or ours when it does not say. */
  readonly at: number
}
export type GetOptions = {
  readonly query?: Readonly<Record<string, string>>
  /** Numbers as `LosslessNumber`, which keeps the digits sent; otherwise as doubles. */
  readonly lossless?: boolean
  readonly signal: AbortSignal
}
export type PostOptions = GetOptions & { readonly body: unknown }

export type Http = {
  readonly host: string
  /** @throws ProviderError, or INTERRUPTED when the signal is aborted */
  getJson(path: string, options: GetOptions): Promise<JsonAnswer>
  postJson(path: string, options: PostOptions): Promise<JsonAnswer>
  report(): CallReport
  /** Tells how many calls of this month all processes together have made. */
  spent(used: number): void
  /** Closes idle connections. */
  close(): void
}

/**
 * The request layer of one provider: one limiter, one breaker, one set of limits for all its calls.
 * @see docs/providers.md
 */
export function createHttp(options: HttpOptions): Http {
  return new ProviderHttp(options)
}

class ProviderHttp implements Http {
  readonly host: string
  private readonly options: HttpOptions
  private readonly limits: Limits
  private readonly retry: Retry
  private readonly stats = new CallStats()
  private readonly now: () => number
  private readonly base: URL
  private readonly agents: ReturnType<typeof keepAliveAgents>
  private readonly client: ReturnType<typeof httpClient>
  private readonly gate: Gate
  private readonly breaker: ReturnType<typeof circuitBreaker>
  private readonly manners: Manners
  private readonly outage = new Outage()

  constructor(options: HttpOptions) {
    this.options = options
    this.base = new URL(options.baseUrl)
    this.host = this.base.host
    this.limits = { ...LIMITS, ...options.limits }
    this.retry = { ...RETRY, ...options.retry }
    this.now = options.now ?? Date.now
    this.agents = keepAliveAgents(this.limits.connectMs)
    const headers = { Accept: 'application/json', 'User-Agent': USER_AGENT, ...options.headers }
    this.client = httpClient(this.base, headers, this.agents)
    this.gate = new Gate({
      perMinute: options.perMinute,
      maxConcurrent: options.maxConcurrent ?? concurrencyFor(options.perMinute),
      month: options.monthCredits ?? null,
      shared: options.shared ?? null,
      now: this.now,
      exhausted: () => this.failure('postponed', '', EXHAUSTED),
    })
    const { failures, windowMs, restMs } = { ...BREAKER, ...options.breaker }
    this.breaker = circuitBreaker(handleAll, {
      halfOpenAfter: restMs,
      breaker: new OutageBreaker({ failures, windowMs, now: this.now }),
    })
    this.breaker.onBreak(() => {
      this.outage.rest(this.now() + restMs)
      this.gate.postpone(restMs, this.resting(''))
    })
    this.manners = new Manners({
      gate: this.gate,
      retry: this.retry,
      capMs: options.retryAfterCapMs ?? RETRY_AFTER_CAP_MS,
      now: this.now,
      onWait: (ms, status) =>
        options.onWait?.({ provider: options.provider, host: this.host, ms, status: status ?? 0 }),
    })
  }

  getJson(path: string, options: GetOptions): Promise<JsonAnswer> {
    return this.call({ method: 'GET', path, ...(options.query ? { query: options.query } : {}) }, options)
  }

  postJson(path: string, options: PostOptions): Promise<JsonAnswer> {
    const query = options.query ? { query: options.query } : {}
    return this.call({ method: 'POST', path, body: options.body, ...query }, options)
  }

  report(): CallReport {
    return this.stats.report(this.options.provider, this.host)
  }

  spent(used: number): void {
    this.gate.spent(used)
  }

  close(): void {
    this.agents.http.destroy()
    this.agents.https.destroy()
  }

  private async call(request: HttpRequest, options: GetOptions): Promise<JsonAnswer> {
    const { signal } = options
    const tried: string[] = []
    try {
      return await pRetry(() => this.attempt(request, options), {
        retries: this.retry.retries,
        minTimeout: this.retry.minMs,
        maxTimeout: this.retry.maxMs,
        randomize: true,
        signal,
        onFailedAttempt: ({ error }) => {
          if (error instanceof ProviderError && error.passing) tried.push(error.message)
        },
        shouldRetry: ({ error }) => {
          const again = error instanceof ProviderError && error.passing
          if (again) this.stats.retries += 1
          if (isOutage(error)) this.tellRetry(error.words)
          return again
        },
        // A 429 waits at the gate, together with every other call, and is limited by patience instead.
        shouldConsumeRetry: ({ error }) => !(error instanceof ProviderError && error.kind === 'rate-limited'),
      })
    } catch (error) {
      if (signal.aborted) throw interrupted()
      this.stats.failed += 1
      throw error instanceof ProviderError && tried.length > 1 ? error.after(tried) : error
    }
  }

  private tellRetry(cause: string): void {
    const { provider, onRetry } = this.options
    if (onRetry !== undefined && this.outage.tell(this.now(), RETRY_TOLD_MS)) onRetry({ provider, cause })
  }

  /** The failure of a call that is not sent because the provider is left alone. */
  private resting(path: string): ProviderError {
    return this.failure('postponed', path, { message: this.outage.words(this.now()) })
  }

  private async attempt(request: HttpRequest, options: GetOptions): Promise<JsonAnswer> {
    const outcome = await this.gate.run(() => this.guarded(request, options), options.signal)
    if (outcome instanceof Error) throw outcome
    return outcome
  }

  /** Answers of a provider that is alive, refusals included, are returned; what speaks of an outage is thrown. */
  private async guarded(request: HttpRequest, options: GetOptions): Promise<JsonAnswer | Error> {
    try {
      return await this.breaker.execute(async () => {
        try {
          return await this.send(request, options)
        } catch (error) {
          if (!isOutage(error)) return error as Error
          this.outage.met(error.words)
          throw error
        }
      })
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error
      return this.resting(request.path)
    }
  }

  private async send(request: HttpRequest, options: GetOptions): Promise<JsonAnswer> {
    const started = this.now()
    this.options.onCall?.({ provider: this.options.provider, at: started })
    let response: HttpResponse
    try {
      response = await exchange(this.client, request, this.limits, options.signal)
    } catch (error) {
      throw this.troubled(error, request.path)
    } finally {
      this.stats.took(this.now() - started)
      this.stats.calls += 1
    }
    if (response.status !== 200) throw this.refused(response, request.path)
    const value = this.parsed(response, request.path, options.lossless ?? false)
    const fault = this.options.inspect?.(value) ?? null
    if (fault !== null)
      throw this.refused(response, request.path, meaning(response.status, fault, this.options.secrets))
    this.manners.welcome()
    return { value, at: this.clock(response) }
  }

  private parsed(response: HttpResponse, path: string, lossless: boolean): unknown {
    try {
      return lossless ? parseLossless(response.text) : (JSON.parse(response.text) as unknown)
    } catch {
      const type = printable(response.headers['content-type'] ?? 'no type', 60)
      const message = `the answer (${type}, ${response.text.length} characters) is no complete JSON`
      throw this.failure('answer', path, { message, status: response.status })
    }
  }

  private clock(response: HttpResponse): number {
    const date = Date.parse(response.headers['date'] ?? '')
    if (Number.isNaN(date)) return this.now()
    const age = Number(response.headers['age'] ?? 0)
    return date - (age >= 0 ? age * 1000 : 0)
  }

  private refused(
    response: HttpResponse,
    path: string,
    { kind, message, code, waitMs } = meaningOf(response, this.base, this.options),
  ): ProviderError {
    const { status, headers } = response
    const asked = retryAfterMs(headers['retry-after'], headers['date'], this.now()) ?? waitMs
    const details = { message, status, providerCode: code, retryAfterMs: asked }
    const failure = this.failure(kind, path, details)
    if (kind === 'rate-limited') this.stats.rateLimited += 1
    return kind === 'rate-limited' || asked !== null ? this.manners.obey(failure) : failure
  }

  private troubled(error: unknown, path: string): Error {
    if (!(error instanceof Trouble)) return error as Error
    if (error.kind === 'aborted') return interrupted()
    return this.failure(error.kind, path, { message: error.message })
  }

  private failure(kind: FailureKind, path: string, details: Details): ProviderError {
    const whole = `${shownBase(this.base.pathname)}${path}`
    const route = printable(whole, MAX_ROUTE, this.options.secrets)
    return new ProviderError(kind, { provider: this.options.provider, host: this.host, route, ...details })
  }
}

/** A base path that is not the provider's own may hold a key (`/v2/KEY/…`), so it is not told. */
function shownBase(pathname: string): string {
  const bare = pathname.replace(/\/$/, '')
  return bare === '' || bare === '/api/v3' ? bare : '/…'
}

const MAX_ROUTE = 200
const EXHAUSTED = {
  message: "the month's credits of the plan are used up",
  fix: 'Run the same command again next month, or raise the credits of the plan; it goes on where it stopped.',
}

type Details = Omit<FailureDetails, 'provider' | 'host' | 'route'>

/** Failures that speak of an outage: a provider that limits calls is alive. */
function isOutage(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.passing && error.kind !== 'rate-limited'
}

function interrupted(): TidemarkError {
  return new TidemarkError('INTERRUPTED', {
    message: 'Interrupted.',
    fix: 'Run the same command again; it goes on where it stopped.',
  })
}
