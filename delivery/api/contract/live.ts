import { z } from 'zod'
import { STAGES } from '#pipeline/events.ts'
import type { Route } from './route.ts'
import { asset, decimalOrNull, fraction, quality, share, time, timeOrNull } from './values.ts'

/** Portfolios that one connection can watch. */
export const MOST_WATCHED = 50

const portfolio = z.string().min(1).max(64)
/**
 * Counts what is told about a portfolio, to all who watch it alike; a snapshot has the number of the last that it
 * contains. After a hole, ask for a `snapshot`.
 */
const sequence = z.number().int().min(0)
const change24h = z.object({ pnl: decimalOrNull, fraction }).nullable()

/** What a client says. */
export const heard = z.discriminatedUnion('type', [
  /** The first message where no cookie says who it is: the text of `POST /portfolio/ws/ticket`. */
  z.strictObject({ type: z.literal('ticket'), ticket: z.string().min(1).max(100) }),
  /** What is watched from now on, in place of what was; each begins with a `snapshot`. */
  z.strictObject({ type: z.literal('watch'), portfolios: z.array(portfolio).max(MOST_WATCHED) }),
  z.strictObject({ type: z.literal('snapshot'), portfolio }),
])

/** A holding as it is valued now, all wallets together. */
const liveAsset = z.object({
  asset,
  symbol: z.string(),
  price: decimalOrNull,
  value: decimalOrNull,
  share: share.nullable(),
  quality,
})
const figures = {
  asOf: time,
  total: decimalOrNull,
  quality,
  coverage: share,
  change24h,
}

/** What the server says. Amounts are decimal text, null where they are missing or hidden. */
export const told = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    user: z.string(),
    /** Seconds between two refreshes of spot prices; null where none are asked for, `why` says it. */
    interval: z.number().nullable(),
    why: z.string().nullable(),
  }),
  z.object({
    type: z.literal('snapshot'),
    portfolio,
    sequence,
    baseCurrency: z.string(),
    ...figures,
    /** The greatest by value. */
    top: z.array(liveAsset),
  }),
  /** What changed since the message before: of `assets` those whose price or value did. Under 1 KB. */
  z.object({ type: z.literal('delta'), portfolio, sequence, ...figures, assets: z.array(liveAsset) }),
  /** A finished hour has been computed: what was read over REST can be read anew. */
  z.object({ type: z.literal('hour'), portfolio, sequence, hour: time }),
  /** Flows, wallets or balances of it have changed. */
  z.object({ type: z.literal('changed'), portfolio, sequence, what: z.enum(['flows', 'wallets', 'prices']) }),
  /** A run goes on; told to those who may read `/runs`. */
  z.object({
    type: z.literal('run'),
    run: z.string(),
    command: z.string(),
    state: z.enum(['running', 'complete', 'partial', 'failed', 'interrupted']),
    stage: z.enum(STAGES).nullable(),
    done: z.number().int(),
    total: z.number().int().nullable(),
    failed: z.number().int(),
    item: z.string().nullable(),
    exitCode: z.number().int().nullable(),
    finished: timeOrNull,
  }),
  /** Something that the client said is not taken; the connection stays. */
  z.object({ type: z.literal('refused'), code: z.string(), message: z.string() }),
])
/** Beside the WebSocket itself, which no OpenAPI page can describe. */
export const LIVE_ROUTES = {
  liveTicket: {
    method: 'POST',
    path: '/portfolio/ws/ticket',
    tag: 'live',
    summary: 'A ticket for the WebSocket, for who can send it no header: good once, for 30 seconds',
    access: 'self',
    status: 201,
    answer: z.object({ schemaVersion: z.literal(1), ticket: z.string(), expires: time }),
  },
} as const satisfies Record<string, Route>

export type Heard = z.infer<typeof heard>
export type ToldLive = z.infer<typeof told>
