import { z } from 'zod'
import { EXPORTS } from '../../export/names.ts'
import { LOT_CSVS } from '../../lots/csv-names.ts'
import { method, one, paged, scope, span, year } from './asked.ts'
import * as documents from './documents.ts'
import type { Route } from './route.ts'
import { asset, assets, cursor, limit, stamped, time, timeOrNull } from './values.ts'

/** Prices, what is missing in them, runs, providers, downloads and health. */
export const DATA_ROUTES = {
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
