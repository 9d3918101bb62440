import type { AssetId, Quote } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Emit, Stage } from '../events.ts'
import type { IngestRequest, Range } from './ingest.ts'
import type { JobIo } from './io.ts'
import type { Tally } from './ingest-tally.ts'
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

/** An asset that is wanted, and since when it is held, where it is. */
export type Held = { readonly asset: AssetId; readonly since: number | null }

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

/**
 * Errors of an item, which the run survives. Anything else (the store, a fault of ours) ends it.
 * An abort is neither: it is thrown as it came.
 */
export function isItemError(error: unknown): error is TidemarkError {
  if (!(error instanceof TidemarkError)) return false
  switch (error.code) {
    case 'PROVIDER_UNAVAILABLE':
    case 'PROVIDER_REFUSED':
    case 'PROVIDER_ANSWER':
    case 'CREDENTIAL_MISSING':
    case 'CREDENTIAL_REFUSED':
    case 'CONFIG_INVALID':
    case 'DATA_MISSING':
      return true
    default:
      return false
  }
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
