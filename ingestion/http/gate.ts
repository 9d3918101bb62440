import Bottleneck from 'bottleneck'
import { monthOf } from '#core/month.ts'
import { MinuteWindow } from './window.ts'
import type { SharedLimit } from './options.ts'
import { reasonOf, wait } from './wait.ts'

export type GateOptions = {
  readonly perMinute: number
  readonly maxConcurrent: number
  /** Credits of the current UTC month: what the plan gives and what was used before; null when not counted. */
  readonly month: { readonly limit: number; readonly used: number } | null
  /** What other processes take part in, null when this one is alone. */
  readonly shared: SharedLimit | null
  readonly now: () => number
  /** The error of a call that meets a used-up month. */
  readonly exhausted: () => Error
}

const AGAIN = Symbol('again')

/** Who comes later than this to a place among several processes has lost it: the places after it are others'. */
const LATE_MS = 250

/**
 * The one way out to a provider: calls leave one `minTime` apart, wait out what the provider asked for, and stop when
 * the month's credits are used or the provider is postponed.
 */
export class Gate {
  private readonly options: GateOptions
  private readonly limiter: Bottleneck
  private readonly window: MinuteWindow
  private readonly waiting = new Set<(error: Error) => void>()
  private heldUntil = 0
  private postponed: { until: number; error: Error } | null = null
  private creditsLeft: number
  private month: string

  constructor(options: GateOptions) {
    this.options = options
    this.creditsLeft = options.month ? Math.max(0, options.month.limit - options.month.used) : Infinity
    this.month = monthOf(options.now())
    this.window = new MinuteWindow(options.perMinute, 500)
    this.limiter = new Bottleneck({
      minTime: spacing(options.perMinute),
      maxConcurrent: options.maxConcurrent,
      // The month's credits. It never refills by time: that would let twice the rate through at its borders.
      reservoir: options.month ? this.creditsLeft : null,
    })
  }

  /** Another rate, from the next call on. @param perMinute a whole number of calls, at least 1 */
  pace(perMinute: number): void {
    this.window.resize(perMinute)
    this.limiter.updateSettings({ minTime: spacing(perMinute) })
  }

  get held(): boolean {
    return this.options.now() < this.heldUntil
  }

  /** All processes together have used so many credits of this month. */
  spent(used: number): void {
    this.rollMonth()
    if (this.options.month !== null)
      this.creditsLeft = Math.min(this.creditsLeft, Math.max(0, this.options.month.limit - used))
  }

  /** All calls wait until `ms` from now; a shorter wait never replaces a longer one. */
  hold(ms: number): void {
    this.heldUntil = Math.max(this.heldUntil, this.options.now() + ms)
  }

  /** All calls fail with `error` until `ms` from now, those that wait for their turn at once. */
  postpone(ms: number, error: Error): void {
    this.postponed = { until: this.options.now() + ms, error }
    for (const fail of [...this.waiting]) fail(error)
  }

  /** Runs the job when its turn comes. @throws what the job throws, or why it may not run at all */
  async run<T>(job: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      await this.pass(signal)
      const result = await this.turn(job, signal)
      if (result !== AGAIN) return result
    }
  }

  private async pass(signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw reasonOf(signal)
      const now = this.options.now()
      if (this.postponed && now < this.postponed.until) throw this.postponed.error
      if (now >= this.heldUntil) return
      await this.orFail(wait(this.heldUntil - now, signal), signal)
    }
  }

  private async turn<T>(job: () => Promise<T>, signal: AbortSignal): Promise<T | typeof AGAIN> {
    this.rollMonth()
    if (this.creditsLeft <= 0) throw this.options.exhausted()
    this.creditsLeft -= 1
    const state = { given: false, started: false }
    const scheduled = this.limiter.schedule(async (): Promise<T | typeof AGAIN> => {
      if (!state.given && (await this.mayStart(signal))) {
        state.started = true
        return job()
      }
      await this.giveBack()
      return AGAIN
    })
    const given = () => {
      state.given = true
    }
    return this.orFail(scheduled, signal, () => state.started, given)
  }

  private async mayStart(signal: AbortSignal): Promise<boolean> {
    const delay = this.window.reserve(this.options.now())
    if (delay > 0) await wait(delay, signal).catch(() => undefined)
    await this.takePlace(signal)
    // The provider may have asked for a pause while this call stood in line.
    return !signal.aborted && this.options.now() >= this.heldUntil
  }

  private async takePlace(signal: AbortSignal): Promise<void> {
    const { shared } = this.options
    if (shared === null) return
    while (!signal.aborted) {
      const delay = await shared.reserve()
      const due = performance.now() + delay
      if (delay > 0) await wait(delay, signal).catch(() => undefined)
      if (performance.now() - due < LATE_MS) return
    }
  }

  /** The promise, unless the signal or a postponement comes first while the call has not started. */
  private orFail<T>(
    promise: Promise<T>,
    signal: AbortSignal,
    started: () => boolean = () => false,
    given: () => void = () => undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        if (started()) return
        given()
        reject(error)
      }
      const onAbort = () => fail(reasonOf(signal))
      const done = () => {
        this.waiting.delete(fail)
        signal.removeEventListener('abort', onAbort)
      }
      this.waiting.add(fail)
      signal.addEventListener('abort', onAbort, { once: true })
      promise.finally(done).then(resolve, reject)
    })
  }

  private async giveBack(): Promise<void> {
    if (!this.options.month) return
    await this.limiter.incrementReservoir(1)
    this.creditsLeft += 1
  }

  private rollMonth(): void {
    const month = monthOf(this.options.now())
    if (month === this.month || !this.options.month) return
    this.month = month
    this.creditsLeft = this.options.month.limit
    this.limiter.updateSettings({ reservoir: this.creditsLeft })
  }
}

// 1 % slower than the rate: calls that arrive a little early must not make one too many in a minute.
function spacing(perMinute: number): number {
  return (60_000 / perMinute) * 1.01
}
