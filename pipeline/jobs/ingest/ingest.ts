import type { Emit } from '../../events.ts'
import type { JobIo } from '../io.ts'
import { withLease } from '../lease.ts'
import { hoursFor } from './plan.ts'
import { rangeOf, type IngestRequest } from './request.ts'
import { runOnce } from './run.ts'
import type { IngestSummary } from './summary.ts'

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
