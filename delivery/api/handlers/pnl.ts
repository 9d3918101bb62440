import type { AssetId } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import { askOf } from '#pipeline/queries/named-range.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { pnlDocument } from '../../pnl-json.ts'
import type { Handler } from '../types.ts'
import { fractionOf } from './figures.ts'
import { portfolioOf } from './portfolio-of.ts'
import { reportBounds } from './report-bounds.ts'
import { timeOf } from './time-of.ts'

export const pnl: Handler<'pnl'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const named =
    query.range === undefined ? { days: query.days } : await askOf(query.range, portfolio, now, io.store)
  const report = await pnlReport(
    {
      ...reportBounds(io),
      portfolio,
      quote: portfolio.baseCurrency,
      from: timeOf('from', query.from, now),
      to: timeOf('to', query.to, now),
      ...named,
      mode: query.mode,
      every: query.every,
      assets: query.assets as AssetId[] | undefined,
      now,
    },
    io.store,
    io.settings,
  )
  const fractions = (series: Float64Array) => Array.from(series, fractionOf)
  return {
    ...pnlDocument(report),
    asOf: formatTime(now),
    fractions: {
      tokens: report.tokens.map((token) => fractions(token.fraction)),
      total: fractions(report.total.fraction),
    },
  }
}
