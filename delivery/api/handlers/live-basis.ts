import { liveBasis as basisOf, type LiveBasis } from '#pipeline/queries/live-basis.ts'
import type { ApiIo, InnerAsks } from '../types.ts'
import { portfolioOf } from './portfolio-of.ts'
import { reportBounds } from './report-bounds.ts'

/** @throws Refusal NOT_FOUND, in the same words for a portfolio that is another's and one that never was */
export async function liveBasis(ask: InnerAsks['liveBasis'], io: ApiIo): Promise<LiveBasis> {
  const portfolio = await portfolioOf(ask.owner, ask.portfolio, io)
  return basisOf({ ...reportBounds(io), portfolio, now: io.now() }, io.store, io.settings)
}
