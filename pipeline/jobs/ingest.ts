import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { TidemarkError, type ErrorCode } from '#core/errors.ts'
import { addHours, formatTime, hourOf, type Hour } from '#core/hour.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import type { Emit, PlanSummary } from '../events.ts'
import type { ProviderReport, RunOutcome } from '../ports.ts'
import { runOnce } from './ingest-run.ts'
import { marksRun } from './ingest-state.ts'
import type { HoursOf } from './ingest-plan.ts'
import type { JobIo } from './io.ts'
import { withLease } from './lease.ts'

export type IngestRequest = {
  readonly owner: string
  /** The top N by market cap; null is 10 when nothing else names an asset, else none. */
  readonly coins: number | null
  readonly assets: readonly AssetId[]
  /** Wallets beside those of the portfolio. */
  readonly wallets: readonly Wallet[]
  /** Milliseconds since 1970, floored to the hour; null: `days` before `to`. */
  readonly from: number | null
  /** Null is now. */
  readonly to: number | null
  readonly days: number
  readonly portfolio: Portfolio | null
  readonly quote: Quote
  /** `backfill`: oldest first, and what gave no data before is asked for again. */
  readonly mode: 'now' | 'backfill'
  readonly dryRun: boolean
}

/** An item of a run that did not succeed; the others went on. */
export type Failure = {
  /** `bitcoin/usd`, a wallet's address and chain, `coins`, … */
  readonly item: string
  readonly provider: ProviderId | null
  readonly code: ErrorCode
  readonly message: string
  readonly fix: string
  /** How many requests of the item met it. */
  readonly count: number
}

/** The end summary of a run: what the table prints, what `--json` prints, what the run's row keeps. */
export type IngestSummary = {
  readonly run: string
  readonly command: 'ingest' | 'backfill' | 'schedule'
  readonly dryRun: boolean
  readonly window: Range
  readonly plan: PlanSummary | null
  readonly coins: { readonly added: number; readonly changed: number; readonly unchanged: number }
  /** Hours of candles. `rejected`: samples that are none, and suspects that nothing confirmed. */
  readonly hours: {
    readonly added: number
    readonly changed: number
    readonly unchanged: number
    readonly rejected: number
  }
  readonly flows: { readonly added: number; readonly unchanged: number; readonly retired: number }
  readonly balances: { readonly added: number; readonly changed: number; readonly unchanged: number }
  /** In hours: new in this run, gone since it began, and still there, within the range asked for. */
  readonly gaps: { readonly found: number; readonly filled: number; readonly left: number }
  readonly suspects: { readonly found: number; readonly released: number; readonly left: number }
  readonly failures: readonly Failure[]
  readonly missingWallets: readonly { readonly wallet: string; readonly reason: string }[]
  /** Assets that no configured source can price. */
  readonly unpriced: readonly AssetId[]
  /** Held assets that are missing for longer than the last price is carried, with how many hours. */
  readonly missing: readonly { readonly asset: AssetId; readonly hours: number }[]
  readonly providers: readonly ProviderReport[]
  readonly started: number
  readonly finished: number
  readonly outcome: RunOutcome
  readonly exitCode: number
  /** True when the run changed no byte of any series, flow, balance or coin. */
  readonly nothingNew: boolean
  /** The command to run next. */
  readonly next: string
}

/** The hours asked for, both ends included. */
export type Range = { readonly from: Hour; readonly to: Hour }

/** Before the start: for carried marks, the check of suspects, and the edge of `--days` (docs/semantics.md, 4). */
export const LEAD_HOURS = 24

/**
 * Brings in what the store lacks: coins, the portfolio's flows, wallets, hourly prices. Every answer is stored as it
 * arrives, so a kill loses only what was not yet reported; a second run with nothing new changes no byte.
 * Failures of single items are in the summary and the others go on; `exitCode` says how the run ended.
 * @throws TidemarkError when nothing could begin: LEASE_HELD, FLOWS_INVALID, INPUT_INVALID, trouble with the store
 */
export async function ingest(
  request: IngestRequest,
  io: JobIo,
  emit: Emit,
  signal: AbortSignal,
): Promise<IngestSummary> {
  const range = rangeOf(request, io.now())
  const order = { command: 'ingest', request, range, hours: hoursFor(range) } as const
  if (request.dryRun) return runOnce(order, io, emit, signal)
  return withLease(io, signal, (leased) => runOnce(order, io, emit, leased))
}

/** Every series over the range and the day before it. */
export function hoursFor(range: Range): HoursOf {
  const run = marksRun(addHours(range.from, -LEAD_HOURS), range.to)
  return () => [run]
}

/** The marks that a request means. @throws INPUT_INVALID when it ends before it begins */
export function rangeOf(request: Pick<IngestRequest, 'from' | 'to' | 'days'>, now: number): Range {
  const to = hourOf(Math.min(request.to ?? now, now))
  const from = request.from === null ? addHours(to, -24 * request.days) : hourOf(request.from)
  if (from <= to) return { from, to }
  throw new TidemarkError('INPUT_INVALID', {
    message: `The range begins at ${formatTime(from)}, after its end at ${formatTime(to)}.`,
    fix: 'Give a --from that lies before --to and before now.',
  })
}
