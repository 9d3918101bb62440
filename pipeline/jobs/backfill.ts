import { TidemarkError } from '#core/errors.ts'
import type { Emit } from '../events.ts'
import type { IngestRequest, IngestSummary } from './ingest.ts'
import type { JobIo } from './io.ts'

/** `from` null: from where each asset is first needed; assets and wallets restrict the run when given. */
export type BackfillRequest = Pick<
  IngestRequest,
  'owner' | 'assets' | 'from' | 'to' | 'portfolio' | 'quote' | 'dryRun'
>

/** `ingest` of everything that the store is meant to hold, oldest gap first. Errors as `ingest`. */
export async function backfill(
  _request: BackfillRequest,
  _io: JobIo,
  _emit: Emit,
  _signal: AbortSignal,
): Promise<IngestSummary> {
  throw new TidemarkError('INTERNAL', { message: 'backfill is being written', fix: 'wait' })
}
