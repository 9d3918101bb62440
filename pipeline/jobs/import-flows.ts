import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import type { FlowImportResult } from '../ports.ts'
import type { JobIo } from './io.ts'

export type ImportFlowsRequest = {
  readonly owner: string
  /** Name of the portfolio whose book it is. */
  readonly portfolio: string
  readonly file: string
  /** Retire rows of the same file that no longer come. */
  readonly replace: boolean
  readonly dryRun: boolean
}
type ImportIo = Pick<JobIo, 'store' | 'now' | 'readFlows' | 'holder' | 'newId'>

/** Imports a flows file into the portfolio's book, source `import`. @throws FLOWS_INVALID with every fault, nothing applied */
export async function importFlowsFile(
  _request: ImportFlowsRequest,
  _io: ImportIo,
): Promise<FlowImportResult> {
  throw new TidemarkError('INTERNAL', { message: 'import is being written', fix: 'wait' })
}

/** A flow as flags give it; the job adds id, owner, book, source `hand`, and its ordinal among equal ones. */
export type NewFlow = Omit<Flow, 'id' | 'owner' | 'book' | 'source' | 'file' | 'line' | 'ordinal'>

/** Adds one flow by hand to a portfolio's book and returns it. @throws INPUT_INVALID when kind and sign disagree */
export async function addFlow(
  _request: { owner: string; portfolio: string; flow: NewFlow },
  _io: Pick<JobIo, 'store' | 'now' | 'holder' | 'newId'>,
): Promise<Flow> {
  throw new TidemarkError('INTERNAL', { message: 'flows add is being written', fix: 'wait' })
}
