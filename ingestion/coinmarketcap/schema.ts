import { z } from 'zod'

const text = z.string().max(1000)

/** `error_code` is a number in older versions and a text in newer ones, and `credit_count` may be missing. */
export const Envelope = z.object({
  status: z.object({
    error_code: z.union([z.number(), z.string()]).nullish(),
    error_message: z.string().nullish(),
    credit_count: z.number().nullish(),
  }),
  data: z.unknown().optional(),
})

const Platform = z.object({
  name: text.nullish(),
  slug: text.nullish(),
  token_address: text.nullish(),
})

/** One row of `cryptocurrency/map`. */
export const MapRow = z.object({
  id: z.number().int().positive(),
  symbol: text,
  name: text,
  slug: text.nullish(),
  is_active: z.number().nullish(),
  platform: Platform.nullish(),
})
export type MapRow = z.infer<typeof MapRow>

/** A price in one currency, by whatever shape it came. */
export const Quote = z.object({
  price: z.unknown(),
  last_updated: text.nullish(),
  timestamp: text.nullish(),
  symbol: text.nullish(),
  id: z.union([z.number(), z.string()]).nullish(),
})
export type Quote = z.infer<typeof Quote>

/** One coin of `quotes/latest`; `quote` is an object by currency, or a list. */
export const CoinRow = z.object({ id: z.number().int().positive(), quote: z.unknown() })
/** One coin of `quotes/historical`. */
export const HistoryRow = z.object({
  id: z.number().nullish(),
  quotes: z.custom<readonly unknown[]>(Array.isArray),
})
export const HistoryPoint = z.object({ timestamp: text.nullish(), quote: z.unknown() })

export const KeyInfo = z.object({
  plan: z.object({ credit_limit_monthly: z.number().nullish(), rate_limit_minute: z.number().nullish() }),
  usage: z.object({ current_month: z.object({ credits_left: z.number().nullish() }).nullish() }).nullish(),
})
