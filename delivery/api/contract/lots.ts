import { z } from 'zod'
import { address, method, one, paged, scope, span, year } from './asked.ts'
import * as documents from './documents.ts'
import * as explained from './explained.ts'
import type { Route } from './route.ts'
import { assets, moment } from './values.ts'

const lotQuery = one.extend({
  method,
  scope,
  at: moment.optional(),
})
/** Trades, lots and gains. */
export const LOT_ROUTES = {
  lots: {
    method: 'GET',
    path: '/portfolio/lots',
    tag: 'lots',
    summary: 'Tax lots: what is open, what was realised, lot by lot',
    access: 'read',
    query: lotQuery.extend({ assets: assets.optional(), open: z.enum(['true', 'false']).default('false') }),
    answer: documents.lots,
  },
  compareLots: {
    method: 'GET',
    path: '/portfolio/lots/compare',
    tag: 'lots',
    summary: 'Gains by every method and scope, side by side',
    access: 'read',
    query: one.extend({ at: moment.optional() }),
    answer: explained.comparedLots,
  },
  explainLots: {
    method: 'GET',
    path: '/portfolio/lots/explain',
    tag: 'lots',
    summary: 'The trail of one flow or lot, back to the rows and marks that made its gain',
    access: 'read',
    query: lotQuery.extend({
      what: z.string().min(1).max(400).describe('Id of a flow or lot, FILE:LINE, or a tx'),
    }),
    answer: explained.explainedLots,
  },
  gains: {
    method: 'GET',
    path: '/portfolio/gains',
    tag: 'lots',
    summary: 'What was realised, by year, asset and term',
    access: 'read',
    query: lotQuery.extend({ year }),
    answer: documents.gains,
  },
  trades: {
    method: 'GET',
    path: '/trades',
    tag: 'lots',
    summary: 'Every flow with its value, fee, quality and gain, newest first',
    access: 'read',
    query: paged.extend({ assets: assets.optional(), wallet: address.optional(), ...span, method, scope }),
    answer: documents.page(documents.trade),
  },
} as const satisfies Record<string, Route>
