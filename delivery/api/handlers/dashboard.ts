import { formatTime, type Hour } from '#core/hour.ts'
import { money } from '#core/number.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { listHoldings } from '#pipeline/queries/holdings.ts'
import { askOf, type NamedRange } from '#pipeline/queries/named-range.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { pnlDocument } from '../../pnl-json.ts'
import type { ApiIo, Handler } from '../types.ts'
import { barsOf, endsOf, growth } from './bars.ts'
import {
  allocationOf,
  fractionOf,
  historyOf,
  holdingsOf,
  moversOf,
  sharedHoldings,
  totalOf,
} from './figures.ts'
import { healthOf } from './health.ts'
import { portfolioOf } from './portfolio-of.ts'
import { reportBounds } from './report-bounds.ts'
import { timeOf } from './time-of.ts'

const ALL_ROWS = { limit: 100_000, offset: 0 }

export const dashboard: Handler<'dashboard'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const { range, report } = await rangeOf(portfolio, query, io)
  const bars = barsOf(report.hours)
  const day = report.total.change24h === null ? await lastDay(portfolio, report.to, io) : report
  const holdings = await heldAt(portfolio, report.to, io)
  const made = report.total.pnl.at(-1)
  return {
    schemaVersion: 1,
    asOf: formatTime(now),
    portfolio: portfolio.name,
    baseCurrency: portfolio.baseCurrency,
    invented: io.invented,
    total: totalOf(report, day),
    change: {
      range,
      from: formatTime(report.from),
      to: formatTime(report.to),
      pnl: made === undefined || Number.isNaN(made) ? null : money(made),
      fraction: fractionOf(report.total.fraction.at(-1)),
    },
    history: historyOf(report, range, now),
    bars: { span: bars.span, time: endsOf(report.hours, bars), pnl: growth(report.total.pnl, bars) },
    attribution: pnlDocument(report).total.attribution,
    allocation: allocationOf(holdings),
    movers: moversOf(report),
    holdings: sharedHoldings(holdings, report),
    health: await healthOf(portfolio, io),
  }
}

export const portfolio: Handler<'portfolio'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const report = await reportOf(portfolio, '24h', io)
  const holdings = await heldAt(portfolio, report.to, io)
  return {
    schemaVersion: 1,
    asOf: formatTime(io.now()),
    portfolio: portfolio.name,
    baseCurrency: portfolio.baseCurrency,
    invented: io.invented,
    total: totalOf(report, report),
    allocation: allocationOf(holdings),
    holdings: holdingsOf(holdings),
  }
}

export const history: Handler<'history'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const { range, report } = await rangeOf(portfolio, query, io)
  return historyOf(report, range, io.now())
}

type Range = { range: NamedRange; from?: string | undefined; to?: string | undefined }

/** A range by its name, or `custom` between two moments, which count before a name. */
async function rangeOf(portfolio: Portfolio, { range, ...ends }: Range, io: ApiIo) {
  const now = io.now()
  const [from, to] = [timeOf('from', ends.from, now), timeOf('to', ends.to, now)]
  if (from === undefined && to === undefined) return { range, report: await reportOf(portfolio, range, io) }
  const quote = portfolio.baseCurrency
  const report = await pnlReport(
    { ...reportBounds(io), portfolio, quote, from, to, now },
    io.store,
    io.settings,
  )
  return { range: 'custom', report }
}

async function reportOf(portfolio: Portfolio, range: NamedRange, io: ApiIo): Promise<PnlReport> {
  const now = io.now()
  const ask = await askOf(range, portfolio, now, io.store)
  return pnlReport(
    { ...reportBounds(io), portfolio, quote: portfolio.baseCurrency, now, ...ask },
    io.store,
    io.settings,
  )
}

/** A range of less than a day does not tell what the last day made. */
function lastDay(portfolio: Portfolio, to: Hour, io: ApiIo): Promise<PnlReport> {
  return pnlReport(
    { ...reportBounds(io), portfolio, quote: portfolio.baseCurrency, days: 1, to, now: io.now() },
    io.store,
    io.settings,
  )
}

/** What is held at the hour that the figures end with, so that rows and total are of one moment. */
async function heldAt(portfolio: Portfolio, hour: Hour, io: ApiIo) {
  const { rows } = await listHoldings(io.store, io.settings, {
    ...ALL_ROWS,
    portfolio,
    now: hour,
    persist: false,
  })
  return rows
}
