import { fiatAsset, type AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { portfolioBook, type Portfolio } from '#core/portfolio.ts'
import type { FlowAsset } from '../../ports.ts'
import { Progress, type Context } from './context.ts'

/** The source of the flows that mirror the portfolio's file. */
export const MIRROR_SOURCE = 'file'

/**
 * Stores the portfolio and makes its flows those of its file. A dry run only reads the file.
 * @returns assets that the file's flows touch, with their first time
 * @throws FLOWS_INVALID with every fault; the store is then as it was
 */
export async function mirrorPortfolio(portfolio: Portfolio, context: Context): Promise<FlowAsset[]> {
  const { io, request, tally } = context
  const { owner, name, flowsFile: file } = portfolio
  const book = portfolioBook(name)
  const firsts = new Map<AssetId, number>()
  const now = io.now()
  const options = { owner, book, source: MIRROR_SOURCE, now }
  const progress = new Progress(context.emit, 'flows', 1)
  const pieces = file === null ? [] : noting(io.readFlows(file, { ...options, file }), firsts)
  if (!request.dryRun) await io.store.writePortfolio(portfolio)
  const result = await io.store.importFlows({
    owner,
    book,
    source: MIRROR_SOURCE,
    file,
    mode: 'mirror',
    dryRun: request.dryRun,
    at: now,
    flows: pieces,
  })
  tally.addFlows(result)
  progress.finished(file ?? name, false)
  return [...firsts].map(([asset, first]) => ({ asset, first }))
}

/** Hands the pieces on and notes every asset in them. */
async function* noting(pieces: AsyncIterable<Flow[]>, firsts: Map<AssetId, number>): AsyncGenerator<Flow[]> {
  for await (const piece of pieces) {
    for (const flow of piece) {
      for (const asset of touched(flow)) {
        if (flow.time < (firsts.get(asset) ?? Infinity)) firsts.set(asset, flow.time)
      }
    }
    yield piece
  }
}

function touched(flow: Flow): AssetId[] {
  const currency = flow.priceCurrency === null ? null : fiatAsset(flow.priceCurrency)
  return [flow.asset, flow.feeAsset, currency].filter((asset) => asset !== null)
}
