import { z } from 'zod'
import { NAMED_RANGES } from '#pipeline/queries/named-range.ts'
import { EXPORTS } from '../export/names.ts'
import { LOT_CSVS } from '../lots/csv-names.ts'
import * as documents from './contract/documents.ts'
import * as explained from './contract/explained.ts'
import type { Route } from './contract/route.ts'
import { LIVE_ROUTES } from './contract/live.ts'
import { SESSION_ROUTES } from './contract/session.ts'
import {
  asset,
  assets,
  cursor,
  limit,
  moment,
  portfolioName,
  stamped,
  time,
  timeOrNull,
  word,
} from './contract/values.ts'

/** Bytes of a file of flows: half a million rows. */
const UPLOAD = 64_000_000

const range = z.enum(NAMED_RANGES).default('7d')
const one = z.strictObject({ portfolio: portfolioName })
const paged = one.extend({ limit, cursor })
const span = { from: moment.optional(), to: moment.optional() }
const mode = z.enum(['snapshot', 'flows']).optional()
const method = z.enum(['fifo', 'lifo', 'hifo', 'lofo', 'average', 'uk']).default('fifo')
const scope = z.enum(['pooled', 'wallet']).default('pooled')
const year = z.coerce.number().int().min(2009).max(2200).optional()
const lotQuery = one.extend({
  method,
  scope,
  at: moment.optional(),
})
const address = z.string().min(1).max(300)
const newWallet = z.strictObject({
  address,
  label: z.string().min(1).max(64).nullable().default(null),
  chains: z.array(z.string().min(1).max(64)).min(1).max(400),
})
const portfolioList = z.object({
  ...stamped,
  portfolios: z.array(z.object({ name: z.string(), baseCurrency: z.string(), wallets: z.number().int() })),
})
const importReport = z.object({
  ...stamped,
  format: z.string(),
  /** Null where the file cannot be taken as it is. */
  added: z.number().int().nullable(),
  unchanged: z.number().int().nullable(),
  gone: z.number().int().nullable(),
  faults: z.array(z.string()),
  rows: z.array(documents.flow),
})

/**
 * Every route of the API. Server, OpenAPI page, typed client and web read it from here; fields may be added to what is
 * answered, and none is taken away.
 */
export const ROUTES = {
  ...SESSION_ROUTES,
  ...LIVE_ROUTES,
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
  wallets: {
    method: 'GET',
    path: '/portfolio/wallets',
    tag: 'wallets',
    summary: 'Wallets, when they were last read, and what does not add up in them',
    access: 'read',
    query: one,
    answer: z.object({
      ...stamped,
      /** The portfolio is kept in a file of the server and changed there, not here. */
      inFile: z.boolean(),
      wallets: z.array(documents.wallet),
    }),
  },
  addWallet: {
    method: 'POST',
    path: '/portfolio/wallets',
    tag: 'wallets',
    summary: 'Add a wallet; its checksum is checked. Who has no portfolio yet gets one with it',
    access: 'write',
    query: one,
    body: newWallet,
    status: 201,
    answer: documents.wallet,
  },
  changeWallet: {
    method: 'PATCH',
    path: '/portfolio/wallets/:address',
    tag: 'wallets',
    summary: 'Change the label or the chains of a wallet',
    access: 'write',
    params: z.strictObject({ address }),
    query: one,
    body: newWallet.omit({ address: true }).partial(),
    answer: documents.wallet,
  },
  removeWallet: {
    method: 'DELETE',
    path: '/portfolio/wallets/:address',
    tag: 'wallets',
    summary: 'Take a wallet out of the portfolio; what was read of it is kept',
    access: 'write',
    params: z.strictObject({ address }),
    query: one,
    status: 204,
    answer: 'nothing',
  },
  chains: {
    method: 'GET',
    path: '/chains',
    tag: 'wallets',
    summary: 'Chains that a wallet can be read on, the usual ones first',
    access: 'read',
    answer: z.object({ ...stamped, chains: z.array(documents.chain) }),
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
  flows: {
    method: 'GET',
    path: '/portfolio/flows',
    tag: 'flows',
    summary: 'What came in and went out, newest first',
    access: 'read',
    query: paged.extend({ assets: assets.optional(), ...span }),
    answer: documents.page(documents.flow),
  },
  previewImport: {
    method: 'POST',
    path: '/portfolio/flows/preview',
    tag: 'flows',
    summary: 'What an import of a file would do: every fault, and the rows as they would stand',
    access: 'write',
    query: one.extend({ format: word.optional(), name: word.optional() }),
    body: z.string(),
    upload: UPLOAD,
    answer: importReport,
  },
  importFlows: {
    method: 'POST',
    path: '/portfolio/flows',
    tag: 'flows',
    summary: 'Import a file of flows, all of it or nothing',
    access: 'write',
    query: one.extend({
      format: word.optional(),
      name: word.optional(),
      replace: z.enum(['true', 'false']).default('false'),
    }),
    body: z.string(),
    upload: UPLOAD,
    status: 201,
    answer: importReport,
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
  prices: {
    method: 'GET',
    path: '/prices',
    tag: 'data',
    summary: 'Hourly marks and candles, newest first',
    access: 'read',
    query: paged.extend({ assets: assets.optional(), quote: z.string().max(12).optional(), ...span }),
    answer: documents.page(documents.price),
  },
  gaps: {
    method: 'GET',
    path: '/gaps',
    tag: 'data',
    summary: 'Hours without prices, samples kept aside, and balances that no flow explains',
    access: 'read',
    query: paged.extend({ assets: assets.optional(), ...span }),
    answer: documents
      .page(documents.gap)
      .extend({ suspects: z.array(documents.suspect), unexplained: z.array(documents.flow) }),
  },
  decideSuspect: {
    method: 'POST',
    path: '/gaps/decide',
    tag: 'data',
    summary: 'Take a sample that was kept aside, or keep it out for good',
    access: 'admin',
    body: z.strictObject({
      asset,
      quote: z.string().max(12),
      provider: z.string().max(64),
      time,
      take: z.boolean(),
    }),
    /** Hours whose candle is another one now; what was kept out is read again by the next run. */
    answer: z.object({ ...stamped, hours: z.number().int() }),
  },
  runs: {
    method: 'GET',
    path: '/runs',
    tag: 'data',
    summary: 'What was run and how it ended, newest first',
    access: 'admin',
    query: z.strictObject({ limit, cursor }),
    answer: documents.page(documents.runState),
  },
  startRun: {
    method: 'POST',
    path: '/runs',
    tag: 'data',
    summary: 'Ask for an ingest; one at a time, its progress comes over the WebSocket',
    access: 'admin',
    query: one,
    body: z.strictObject({ days: z.number().int().min(1).max(3_660).default(7) }),
    status: 202,
    answer: z.object({ ...stamped, accepted: z.literal(true), run: z.string() }),
  },
  providers: {
    method: 'GET',
    path: '/providers',
    tag: 'data',
    summary: 'Providers that are configured, and how much of their budget is used',
    access: 'admin',
    answer: z.object({
      ...stamped,
      providers: z.array(
        z.object({
          provider: z.string(),
          host: z.string(),
          perMinute: z.number().nullable(),
          monthCredits: z.number().nullable(),
          usedThisMonth: z.number(),
          /** When a run last got an answer of it, and what it last failed with; null where no run of late did. */
          lastSuccess: timeOrNull,
          lastFault: z.object({ at: time, message: z.string() }).nullable(),
        }),
      ),
    }),
  },
  export: {
    method: 'GET',
    path: '/export',
    tag: 'data',
    summary: 'Prices, holdings, flows or PnL as CSV or JSON, gains as CSV, streamed',
    access: 'read',
    query: one.extend({
      what: z.enum([...EXPORTS, 'gains']).default('pnl'),
      format: z.enum(['csv', 'json']).default('csv'),
      assets: assets.optional(),
      ...span,
      /** Of gains alone, which are CSV: their columns, and by what they are computed. */
      columns: z.enum(LOT_CSVS).default('gains'),
      ...{ method, scope },
      year,
    }),
    answer: 'file',
  },
  live: {
    method: 'GET',
    path: '/health/live',
    tag: 'health',
    summary: 'Whether the process answers',
    access: 'public',
    answer: z.object({ status: z.literal('ok') }),
  },
  ready: {
    method: 'GET',
    path: '/health/ready',
    tag: 'health',
    summary: 'Whether the store answers too',
    access: 'public',
    answer: z.object({ status: z.enum(['ok', 'unavailable']) }),
  },
} as const satisfies Record<string, Route>
export type Routes = typeof ROUTES
export type RouteName = keyof Routes

export type { Heard, ToldLive } from './contract/live.ts'

/** Parts of a request, as they are after they were read. */
export type Asked<N extends RouteName> = {
  readonly params: Routes[N] extends { params: infer P extends z.ZodType } ? z.infer<P> : undefined
  readonly query: Routes[N] extends { query: infer Q extends z.ZodType } ? z.infer<Q> : undefined
  readonly body: Routes[N] extends { body: infer B extends z.ZodType } ? z.infer<B> : undefined
}
/** What a route answers with; downloads and empty answers have no document. */
export type Answered<N extends RouteName> = Routes[N]['answer'] extends infer A extends z.ZodType
  ? z.infer<A>
  : null
