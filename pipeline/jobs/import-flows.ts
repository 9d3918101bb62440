import { TidemarkError } from '#core/errors.ts'
import { signFault, type Flow } from '#core/flow.ts'
import { parseDecimal } from '#core/decimal.ts'
import { portfolioBook } from '#core/portfolio.ts'
import { contentKey, flowId } from '#ingestion/flows-csv/row.ts'
import type { FlowImportResult } from '../ports.ts'
import type { JobIo } from './io.ts'

/** Sources of flows in a portfolio's book, beside the mirror of its file. */
const IMPORT_SOURCE = 'import'
const HAND_SOURCE = 'hand'

export type ImportFlowsRequest = {
  readonly owner: string
  /** Name of the portfolio whose book it is. */
  readonly portfolio: string
  readonly file: string
  /** Name of the format where it is not our own: rows of each are a source of their own. */
  readonly format?: string
  /** Retire rows of the same file that no longer come. */
  readonly replace: boolean
  readonly dryRun: boolean
}

/**
 * Imports a file of flows into the portfolio's book, source `import`, or `import:kraken` and so on for a format that is
 * not our own; one transaction, beside any other run.
 * @throws TidemarkError FLOWS_INVALID or INPUT_INVALID with every fault, nothing applied
 */
export async function importFlowsFile(
  request: ImportFlowsRequest,
  io: Pick<JobIo, 'store' | 'now' | 'readFlows'>,
): Promise<FlowImportResult> {
  const { owner, file, replace, dryRun, format } = request
  const source = format === undefined ? IMPORT_SOURCE : `${IMPORT_SOURCE}:${format}`
  const place = { owner, book: portfolioBook(request.portfolio), source }
  const at = io.now()
  return io.store.importFlows({
    ...place,
    file,
    mode: replace ? 'replace' : 'add',
    dryRun,
    at,
    flows: io.readFlows(file, { ...place, file, now: at }),
  })
}

/** A flow as flags give it; the job adds id, owner, book, source `hand`, and its ordinal among equal ones. */
export type NewFlow = Omit<Flow, 'id' | 'owner' | 'book' | 'source' | 'file' | 'line' | 'ordinal'>

/**
 * Adds one flow by hand to a portfolio's book and returns it. An equal one that is there already is another one.
 * @throws INPUT_INVALID when kind and sign disagree, or an amount that has to be positive is not
 */
export async function addFlow(
  request: { owner: string; portfolio: string; flow: NewFlow },
  io: Pick<JobIo, 'store' | 'now'>,
): Promise<Flow> {
  const { owner } = request
  const given = { ...request.flow, time: Math.floor(request.flow.time / 1000) * 1000 }
  refuseUnsound(given)
  const place = { owner, book: portfolioBook(request.portfolio), source: HAND_SOURCE }
  const key = contentKey(place, given)
  const around = { after: given.time - 1, until: given.time, asset: given.asset }
  const present = await io.store.flows({ owner, books: [place.book], ...around })
  const equal = present.filter((flow) => flow.source === HAND_SOURCE && contentKey(place, flow) === key)
  const ordinal = 1 + Math.max(-1, ...equal.map((flow) => flow.ordinal))
  const flow = { ...given, ...place, id: flowId(key, ordinal), ordinal, file: null, line: null }
  const result = await io.store.importFlows({
    ...place,
    file: null,
    mode: 'add',
    at: io.now(),
    flows: [[flow]],
  })
  if (result.sameAsOther > 0) throw sameError(flow)
  return flow
}

/** @throws TidemarkError INPUT_INVALID when kind and sign disagree, or an amount that has to be positive is not */
export function refuseUnsound(flow: NewFlow): void {
  const fault =
    signFault(flow.kind, flow.quantity) ??
    unsound('fee', flow.fee, false) ??
    unsound('unit price', flow.unitPrice, true) ??
    (flow.feeAsset !== null && flow.fee === null ? 'the fee has an asset and no amount' : null)
  if (fault === null) return
  throw new TidemarkError('INPUT_INVALID', {
    message: `This is no flow: ${fault}.`,
    fix: 'Correct the value; "tidemark flows add --help" shows examples.',
  })
}

function unsound(name: string, text: string | null, zero: boolean): string | null {
  if (text === null) return null
  const value = parseDecimal(text)
  if (value !== null && (value.isPositive() || value.isZero()) && (zero || !value.isZero())) return null
  return `${name} "${text}" is not ${zero ? 'a decimal number from 0' : 'a positive decimal number'}`
}

function sameError(flow: Flow): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `Another source already gave this flow: transaction ${flow.tx}, ${flow.quantity} ${flow.asset}.`,
    fix: 'Nothing needs to be added; "tidemark flows" shows it.',
  })
}
