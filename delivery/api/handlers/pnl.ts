import type { AssetId } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { pnlDocument } from '../../pnl-json.ts'
import type { Handler } from '../types.ts'
import { portfolioOf } from './portfolio-of.ts'
import { timeOf } from './time-of.ts'

export const pnl: Handler<'pnl'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const report = await pnlReport(
    {
      portfolio,
      quote: portfolio.baseCurrency,
      from: timeOf('from', query.from, now),
      to: timeOf('to', query.to, now),
      days: query.days,
      mode: query.mode,
      every: query.every,
      assets: query.assets as AssetId[] | undefined,
      now,
    },
    io.store,
    io.settings,
  )
  return { ...pnlDocument(report), asOf: formatTime(now) }
}
