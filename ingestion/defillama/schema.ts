import { z } from 'zod'

// Prices and times are judged one by one in `map.ts`: one unreadable coin must not cost the others.
const text = z.string().max(200)

/** A coin of `prices/current` and `prices/historical`. */
export const CoinPrice = z.object({
  price: z.unknown(),
  /** UNIX seconds of the record, not of the question. */
  timestamp: z.number(),
  confidence: z.number().nullish(),
  symbol: text.nullish(),
})
export type CoinPrice = z.infer<typeof CoinPrice>

/** A coin of `chart`. */
export const CoinChart = z.object({
  prices: z.custom<readonly unknown[]>(Array.isArray),
  confidence: z.number().nullish(),
})
export type CoinChart = z.infer<typeof CoinChart>

/** Every answer: coins by the key that was asked for. A coin that is not known is not in it. */
export const Coins = z.object({ coins: z.record(z.string(), z.unknown()) })
