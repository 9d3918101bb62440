import { z } from 'zod'
import { NAMED_RANGES } from '#pipeline/queries/named-range.ts'
import { one, paged, span } from './asked.ts'
import * as documents from './documents.ts'
import * as explained from './explained.ts'
import type { Route } from './route.ts'
import { asset, assets, moment, stamped } from './values.ts'

const range = z.enum(NAMED_RANGES).default('7d')
const mode = z.enum(['snapshot', 'flows']).optional()
const portfolioList = z.object({
  ...stamped,
  portfolios: z.array(z.object({ name: z.string(), baseCurrency: z.string(), wallets: z.number().int() })),
})
/** What is held and what it makes. */
export const PORTFOLIO_ROUTES = {
  portfolios: {
    method: 'GET',
    path: '/portfolios',
    tag: 'portfolio',
    summary: 'The portfolios that are yours',
    access: 'read',
    answer: portfolioList,
  },
  portfolio: {
    method: 'GET',
    path: '/portfolio',
    tag: 'portfolio',
    summary: 'What is held, its prices, the total, and its parts by asset, chain, category and wallet',
    access: 'read',
    query: one,
    answer: documents.portfolio,
  },
  dashboard: {
    method: 'GET',
    path: '/portfolio/dashboard',
    tag: 'portfolio',
    summary: 'Everything that the first screen shows, in one answer',
    access: 'read',
    query: one.extend({ range, ...span }),
    answer: documents.dashboard,
  },
  pnl: {
    method: 'GET',
    path: '/portfolio/pnl',
    tag: 'pnl',
    summary: 'What each token and the whole made, hour by hour, and why',
    access: 'read',
    query: one.extend({
      ...span,
      days: z.coerce.number().int().min(1).max(3_660).optional(),
      every: z.enum(['1h', '6h', '1d', '1w']).default('1h'),
      /** In place of a span: a range by its name. */
      range: z.enum(NAMED_RANGES).optional(),
      mode,
      assets: assets.optional(),
    }),
    answer: documents.stampedPnl,
  },
  explainPnl: {
    method: 'GET',
    path: '/portfolio/pnl/explain',
    tag: 'pnl',
    summary: 'Every number behind one hour of one asset: marks, quantities, flows, candles',
    access: 'read',
    query: one.extend({ asset, hour: moment, mode }),
    answer: explained.explainedHour,
  },
  history: {
    method: 'GET',
    path: '/portfolio/history',
    tag: 'pnl',
    summary: 'Value and PnL over a range, in at most 2,000 points',
    access: 'read',
    query: one.extend({ range, ...span }),
    answer: documents.history,
  },
  holdings: {
    method: 'GET',
    path: '/portfolio/holdings',
    tag: 'portfolio',
    summary: 'What is held, by asset, wallet and chain',
    access: 'read',
    query: paged.extend({ assets: assets.optional(), at: moment.optional() }),
    answer: documents.page(documents.holding),
  },
  asset: {
    method: 'GET',
    path: '/assets/:asset',
    tag: 'assets',
    summary: 'One asset over a range: price, quantity, value, attribution by hour, and its price by source',
    access: 'read',
    params: z.strictObject({ asset }),
    query: one.extend({ range, ...span }),
    answer: documents.assetPage,
  },
} as const satisfies Record<string, Route>
