import { TidemarkError } from '#core/errors.ts'
import type { Traits } from '../types.ts'
import type { Endpoint } from './endpoint.ts'
import { refusal, type Refusal } from './errors.ts'
import { LogLimits } from './log-limits.ts'
import { RECENT_STATES, type Patience, type Wanted } from './needs.ts'
import { introduce } from './probe.ts'
import { stateReach } from './state-probe.ts'
import { traitKey, type TraitStore } from './traits.ts'

export type MemberOptions = {
  readonly store: TraitStore
  readonly patience: Patience
  readonly now: () => number
  /** Waits after failures: they double from `minMs` to `maxMs`; after `retries` of them the endpoint is down. */
  readonly retries: number
  readonly minMs: number
  readonly maxMs: number
  /** It is of another chain. */
  readonly onForeign?: (endpoint: Endpoint) => void
}

/** Plans and nodes change: what was learned is believed for so long. */
const BELIEVED_MS = 30 * 86_400_000
const DOWN_REST_MS = 30_000
/** Who failed is asked last for so long. */
const AVOIDED_MS = 60_000
const LAGGING_MS = 5_000
/** Longer than this nobody is waited for. */
const LONGEST_REST_MS = 120_000

/** An endpoint among others: whether it can serve at all, whether it should be left alone, and what it has taught. */
export class Member {
  readonly endpoint: Endpoint
  readonly logs: LogLimits
  /** Its newest block, as last seen. */
  head = 0
  private readonly options: MemberOptions
  private met: Promise<Refusal | null> | null = null
  private examined: Promise<Refusal | null> | null = null
  private closed: Refusal | null = null
  private readonly lacks = new Map<string, Refusal>()
  private oldestLogs = 0
  private strikes = 0
  private restUntil = 0
  private avoidUntil = 0
  private kept: Traits | null = null

  constructor(endpoint: Endpoint, options: MemberOptions) {
    this.endpoint = endpoint
    this.options = options
    this.logs = new LogLimits(endpoint)
  }

  /** It failed so often that nobody waits for it; it is tried once in a while. */
  get down(): boolean {
    return this.strikes > this.options.retries || this.restMs > LONGEST_REST_MS
  }

  get restMs(): number {
    return Math.max(0, this.restUntil - this.options.now())
  }

  get avoided(): boolean {
    return this.options.now() < this.avoidUntil
  }

  /** Why it can never serve this, as far as is known; null where it may. */
  unfit({ state, method, name, logsFrom }: Wanted): Refusal | null {
    if (this.closed !== null) return this.closed
    const { oldestState, liesAboutState, methods } = this.endpoint.traits
    if (this.isOld(state) && liesAboutState)
      return refusal('archive', 'it answers old blocks with a later state, so its history is not believed')
    if (typeof state === 'number' && oldestState !== null && state < oldestState && this.isOld(state))
      return refusal(
        'archive',
        `it has no state before block ${oldestState}, and block ${state} is asked for`,
      )
    if (method !== undefined && method !== 'logs' && methods[method] === false)
      return this.lacks.get(method) ?? refusal('unsupported', `it has no ${method} methods`)
    if (logsFrom !== null && logsFrom < this.oldestLogs)
      return this.lacks.get('old logs') ?? refusal('archive', 'it has no logs so old')
    return this.lacks.get(method ?? '') ?? this.lacks.get(name ?? '') ?? null
  }

  /** Makes it known, once in a run, and its history when old state is asked for. @returns why it cannot be asked */
  async prepare({ state }: Wanted, signal: AbortSignal): Promise<Refusal | null> {
    const unmet = await this.once('met', () => this.meet(signal), signal)
    if (unmet !== null || !this.isOld(state) || this.endpoint.traits.oldestState !== null) return unmet
    return this.once('examined', () => this.examine(signal), signal)
  }

  /** It answered. */
  worked(): void {
    this.strikes = 0
    this.avoidUntil = 0
  }

  /** Takes a refusal for what it means for the next questions. */
  took(refusal: Refusal, { state, method, name, logsFrom }: Wanted): void {
    const { kind } = refusal
    if (kind === 'foreign' && this.closed === null) this.options.onForeign?.(this.endpoint)
    if (kind === 'credential' || kind === 'closed' || kind === 'foreign') this.closed = refusal
    else if (kind === 'quota') this.rest(untilMidnight(this.options.now()))
    else if (kind === 'rate') this.limited(refusal)
    else if (kind === 'lagging') this.rest(this.options.minMs * 2, LAGGING_MS)
    else if (kind === 'internal') this.rest(this.options.minMs)
    else if (kind === 'unsupported') this.without(method ?? name ?? '', refusal)
    else if (kind === 'archive') this.forgot(refusal, state, logsFrom)
    else if (kind === 'slow' || kind === 'dead' || kind === 'malformed') this.strike()
  }

  /** Keeps what has been learned since the last time. */
  async keep(): Promise<void> {
    const { traits, url, chain } = this.endpoint
    if (traits === this.kept || traits.checkedAt === 0) return
    this.kept = traits
    await this.options.store.put(traitKey(chain.chainId, url), traits)
  }

  private isOld(state: number | null | undefined): boolean {
    return typeof state === 'number' && state <= this.head - RECENT_STATES
  }

  private async meet(signal: AbortSignal): Promise<Refusal | null> {
    const { endpoint, options } = this
    const { chain, url } = endpoint
    if (endpoint.traits.checkedAt === 0) {
      const known = await options.store.get(traitKey(chain.chainId, url))
      if (known !== null && options.now() - known.checkedAt < BELIEVED_MS) endpoint.learn(known)
    }
    const found = await introduce(endpoint, options.patience.probe, signal)
    if ('refusal' in found) return found.refusal
    this.head = found.head
    if (endpoint.traits.checkedAt === 0) endpoint.learn({ checkedAt: options.now() })
    return null
  }

  private async examine(signal: AbortSignal): Promise<Refusal | null> {
    const found = await stateReach(this.endpoint, this.head, this.options.patience.call, signal)
    if ('refusal' in found) return found.refusal
    this.endpoint.learn({ oldestState: found.oldestState, liesAboutState: found.lies })
    return null
  }

  /** What all wait for together; what did not come to pass is begun anew by the next one. */
  private async once(
    step: 'met' | 'examined',
    begin: () => Promise<Refusal | null>,
    signal: AbortSignal,
  ): Promise<Refusal | null> {
    for (;;) {
      const shared = (this[step] ??= begin())
      try {
        const refused = await shared
        if (refused !== null && this[step] === shared) this[step] = null
        return refused
      } catch (error) {
        if (this[step] === shared) this[step] = null
        // Whoever began may have been interrupted: that is nobody else's end.
        const another = error instanceof TidemarkError && error.code === 'INTERRUPTED' && !signal.aborted
        if (!another) throw error
      }
    }
  }

  private limited({ retryAfterMs }: Refusal): void {
    const ms = this.endpoint.pace.heldMs
    this.rest(retryAfterMs !== null && retryAfterMs > LONGEST_REST_MS ? retryAfterMs : ms)
  }

  private without(what: string, refusal: Refusal): void {
    this.lacks.set(what, refusal)
    if (what === 'trace' || what === 'debug' || what === 'alchemy')
      this.endpoint.learn({ methods: { ...this.endpoint.traits.methods, [what]: false } })
  }

  private forgot(refusal: Refusal, state: number | null | undefined, logsFrom: number | null): void {
    if (typeof state === 'number') {
      this.endpoint.learn({ oldestState: Math.max(state + 1, this.endpoint.traits.oldestState ?? 0) })
    } else if (logsFrom !== null) {
      this.lacks.set('old logs', refusal)
      // Where its logs begin is not known; one refusal for every piece of a long walk would be worse.
      this.oldestLogs = Math.max(logsFrom + 1, this.head - RECENT_STATES + 1)
    } else this.strike()
  }

  private strike(): void {
    // Requests that were under way together fail together.
    if (this.restMs > 0) return
    this.strikes += 1
    const { minMs, maxMs } = this.options
    const ms = this.down ? Math.max(DOWN_REST_MS, maxMs) : Math.min(maxMs, minMs * 2 ** (this.strikes - 1))
    this.rest(ms, AVOIDED_MS)
  }

  private rest(ms: number, avoidMs = ms): void {
    const now = this.options.now()
    this.restUntil = Math.max(this.restUntil, now + ms)
    this.avoidUntil = Math.max(this.avoidUntil, now + avoidMs)
  }
}

/** Credits of a day come back at midnight in UTC. */
function untilMidnight(now: number): number {
  const day = 86_400_000
  return day - (now % day)
}
