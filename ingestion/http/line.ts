import { TidemarkError } from '#core/errors.ts'
import { keepAliveAgents } from './agents.ts'
import { exchange, httpClient, Trouble, type HttpResponse, type Limits } from './exchange.ts'
import { ProviderError } from './failure.ts'
import { Gate } from './gate.ts'
import { concurrencyFor, LIMITS, USER_AGENT, type HttpOptions } from './options.ts'
import { retryAfterMs } from './retry-after.ts'
import { CallStats, type CallReport } from './stats.ts'

export type LineOptions = Pick<
  HttpOptions,
  'provider' | 'perMinute' | 'maxConcurrent' | 'shared' | 'limits' | 'onCall' | 'now'
> & {
  /** The whole address: what is asked goes into the body. May hold keys; only its host is ever told. */
  readonly url: string
}
export type LineAnswer = {
  readonly status: number
  readonly text: string
  /** How long the host asks to be left alone, or null. */
  readonly retryAfterMs: number | null
  readonly contentType: string
}
export type LineReport = Omit<CallReport, 'provider'>

/**
 * The way out to one host whose answers the caller judges and whose calls it sends again: at the rate of the host,
 * within limits of time and size, counted. `createHttp` is what judges and tries again by itself.
 */
export class Line {
  readonly host: string
  readonly stats = new CallStats()
  private readonly options: LineOptions
  private readonly path: string
  private readonly now: () => number
  private readonly limits: Limits
  private readonly agents: ReturnType<typeof keepAliveAgents>
  private readonly client: ReturnType<typeof httpClient>
  private readonly gate: Gate

  constructor(options: LineOptions) {
    const url = new URL(options.url)
    this.options = options
    this.host = url.host
    // A slash at the end is part of some addresses, and the client takes it away.
    this.path = url.search === '' && url.pathname.endsWith('/') ? '/' : ''
    this.now = options.now ?? Date.now
    this.limits = { ...LIMITS, ...options.limits }
    this.agents = keepAliveAgents(this.limits.connectMs)
    this.client = httpClient(url, { Accept: 'application/json', 'User-Agent': USER_AGENT }, this.agents)
    this.gate = new Gate({
      perMinute: options.perMinute,
      maxConcurrent: options.maxConcurrent ?? concurrencyFor(options.perMinute),
      month: null,
      shared: options.shared ?? null,
      now: this.now,
      exhausted: () => new Error('no month is counted'),
    })
  }

  /**
   * Sends a body as JSON when its turn comes and gives the answer, whatever its status.
   * @throws ProviderError where none came: `unreachable`, `timeout`, `answer`, `too-large`; INTERRUPTED
   */
  async post(body: unknown, limits: Partial<Limits>, signal: AbortSignal): Promise<LineAnswer> {
    if (signal.aborted) throw interrupted()
    try {
      const response = await this.gate.run(
        () => this.send(body, { ...this.limits, ...limits }, signal),
        signal,
      )
      const asked = retryAfterMs(response.headers['retry-after'], response.headers['date'], this.now())
      const contentType = response.headers['content-type'] ?? 'no type'
      return { status: response.status, text: response.text, retryAfterMs: asked, contentType }
    } catch (error) {
      if (signal.aborted || (error instanceof Trouble && error.kind === 'aborted')) throw interrupted()
      throw this.told(error)
    }
  }

  /** All calls that are not under way yet wait that long. */
  hold(ms: number): void {
    this.gate.hold(ms)
  }

  /** Another rate from the next call on. */
  pace(perMinute: number): void {
    this.gate.pace(perMinute)
  }

  report(): LineReport {
    const { provider: _, ...counts } = this.stats.report(this.options.provider, this.host)
    return counts
  }

  /** Closes idle connections. */
  close(): void {
    this.agents.http.destroy()
    this.agents.https.destroy()
  }

  private async send(body: unknown, limits: Limits, signal: AbortSignal): Promise<HttpResponse> {
    const started = this.now()
    this.options.onCall?.({ provider: this.options.provider, at: started })
    try {
      return await exchange(this.client, { method: 'POST', path: this.path, body }, limits, signal)
    } finally {
      this.stats.took(this.now() - started)
      this.stats.calls += 1
    }
  }

  private told(error: unknown): unknown {
    if (!(error instanceof Trouble) || error.kind === 'aborted') return error
    const details = { provider: this.options.provider, host: this.host, route: '', message: error.message }
    return new ProviderError(error.kind, details)
  }
}

function interrupted(): TidemarkError {
  return new TidemarkError('INTERRUPTED', {
    message: 'Interrupted.',
    fix: 'Run the same command again; it goes on where it stopped.',
  })
}
