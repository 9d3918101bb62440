import { isLosslessNumber, type LosslessNumber } from 'lossless-json'
import { z } from 'zod'

/** A JSON number with the digits that were sent, or nothing. A text is not a number in this API. */
const digits = z.custom<LosslessNumber>(isLosslessNumber).nullish()
const label = z.string().max(1000)

/** One row of `/coins/markets`, read losslessly. */
export const MarketRow = z.object({
  id: label.min(1),
  symbol: label,
  name: label,
  current_price: digits,
  market_cap: digits,
  market_cap_rank: digits,
  total_volume: digits,
  last_updated: label.nullish(),
})
export type MarketRow = z.infer<typeof MarketRow>

/** One row of `/coins/list?include_platform=true`. */
export const ListRow = z.object({
  id: label.min(1),
  symbol: label,
  platforms: z.record(z.string(), z.string().nullable()).nullish(),
})
export type ListRow = z.infer<typeof ListRow>

/** One row of `/asset_platforms`. */
export const PlatformRow = z.object({
  id: label.min(1),
  chain_identifier: z.number().int().positive().nullish(),
  native_coin_id: label.nullish(),
})
export type PlatformRow = z.infer<typeof PlatformRow>

// The pairs are judged one by one in `map.ts`: a schema over thousands of them would cost more than reading them.
const rows = z.custom<readonly unknown[]>(Array.isArray)
export const Chart = z.object({ prices: rows })
export const Rows = rows

export const Ping = z.object({ gecko_says: z.string() })
export const KeyInfo = z.object({
  plan: label,
  rate_limit_request_per_minute: z.number(),
  current_remaining_monthly_calls: z.number(),
})
