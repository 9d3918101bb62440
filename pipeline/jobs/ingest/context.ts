import type { Quote } from '#core/asset.ts'
import { TidemarkError, type ErrorCode } from '#core/errors.ts'
import type { Emit, Stage } from '../../events.ts'
import type { IngestRequest, Range } from './request.ts'
import type { ChainsOf, JobIo } from '../io.ts'
import type { Tally } from './tally.ts'
import type { UsageMeter } from './usage.ts'

/** What every step of one run is handed. */
export type Context = {
  readonly io: JobIo
  readonly request: IngestRequest
  /** The base currency: the portfolio's, else the one asked for. */
  readonly quote: Quote
  readonly range: Range
  readonly emit: Emit
  /** Aborted: take no more work. */
  readonly signal: AbortSignal
  /** Aborted a little later: give up what is in flight. */
  readonly grace: AbortSignal
  readonly tally: Tally
  readonly usage: UsageMeter
}

/** Whose chains a run reads. */
export const chainsOf = ({ request }: Context): ChainsOf => ({
  owner: request.owner,
  own: request.portfolio?.chains ?? [],
})

/** Tells how far a stage is; `done` also after an item that failed. */
export class Progress {
  private readonly emit: Emit
  private readonly stage: Stage
  private readonly total: number
  private done = 0
  private failed = 0

  constructor(emit: Emit, stage: Stage, total: number) {
    this.emit = emit
    this.stage = stage
    this.total = total
    emit({ type: 'stage', stage, total })
  }

  finished(item: string, failed: boolean): void {
    this.done++
    if (failed) this.failed++
    const { stage, total, done } = this
    this.emit({ type: 'progress', stage, done, total, failed: this.failed, item })
  }
}

/** Whether an error is only the run being stopped: whatever a request throws then, but not trouble with the store. */
export function isAbort(error: unknown, { signal }: Pick<Context, 'signal'>): boolean {
  return signal.aborted && !(error instanceof TidemarkError && error.code.startsWith('STORE'))
}

const ITEM_CODES: ReadonlySet<ErrorCode> = new Set([
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_REFUSED',
  'PROVIDER_ANSWER',
  'CREDENTIAL_MISSING',
  'CREDENTIAL_REFUSED',
  'CONFIG_INVALID',
  'DATA_MISSING',
])

/** Errors of an item, which the run survives. Anything else (the store, a fault of ours) ends it. */
export function isItemError(error: unknown): error is TidemarkError {
  return error instanceof TidemarkError && ITEM_CODES.has(error.code)
}

/** A signal that aborts `ms` after another: what is in flight may end, but not for long. */
export function graceAfter(signal: AbortSignal, ms: number): { signal: AbortSignal; stop: () => void } {
  const grace = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const begin = () => {
    timer = setTimeout(() => grace.abort(signal.reason), ms)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  const stop = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', begin)
  }
  return { signal: grace.signal, stop }
}
