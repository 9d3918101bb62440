import type { AssetId } from '#core/asset.ts'
import { formatTime, hourOf } from '#core/hour.ts'
import { explain } from '#pipeline/queries/explain.ts'
import { explanationDocument } from '../../explain-json.ts'
import type { Handler } from '../types.ts'
import { portfolioOf } from './portfolio-of.ts'
import { reportBounds } from './report-bounds.ts'
import { timeOf } from './time-of.ts'

/** The steps that make one cell of the table of tokens and hours. */
export const explainPnl: Handler<'explainPnl'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const hour = hourOf(Math.min(timeOf('hour', query.hour, now) ?? now, now))
  const asset = query.asset as AssetId
  const quote = portfolio.baseCurrency
  const found = await explain(
    { ...reportBounds(io), portfolio, quote, mode: query.mode, to: hour, asset, hour, now },
    io.store,
    io.settings,
  )
  return { schemaVersion: 1, asOf: formatTime(now), ...explanationDocument(found) }
}
