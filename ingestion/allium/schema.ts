import { z } from 'zod'

const text = z.string().max(500)
const digits = z.union([text, z.number()]).nullish()

/** Lists come bare or as `{ items, cursor }`, depending on the generation of the endpoint. */
const Page = z.object({ items: z.custom<readonly unknown[]>(Array.isArray), cursor: text.nullish() })
export type Page = { readonly items: readonly unknown[]; readonly cursor: string | null }

export function pageOf(value: unknown): Page | null {
  if (Array.isArray(value)) return { items: value as unknown[], cursor: null }
  const page = Page.safeParse(value)
  return page.success ? { items: page.data.items, cursor: page.data.cursor ?? null } : null
}

/** Endpoint path → lower-case names of the chains that it knows. */
export const SupportedChains = z.record(z.string(), z.array(z.string()))

export const BalanceRow = z.object({
  chain: text,
  address: text,
  token: z.object({
    address: text,
    type: text.nullish(),
    decimals: z.number().int().min(0).max(77).nullish(),
    price: z.number().nullish(),
    info: z.object({ symbol: text.nullish() }).nullish(),
  }),
  // Base units as text; `raw_balance` beside it is a JSON number and has lost digits above 2^53.
  raw_balance_str: z.string().regex(/^-?\d{1,100}$/),
  block_timestamp: text.nullish(),
  token_account: text.nullish(),
})
export type BalanceRow = z.infer<typeof BalanceRow>

const Amount = z.object({ raw_amount: digits, amount_str: digits })
const Transfer = z.object({
  transfer_type: text.nullish(),
  log_index: z.number().nullish(),
  from_address: text.nullish(),
  to_address: text.nullish(),
  asset: z.object({
    type: text.nullish(),
    address: text.nullish(),
    decimals: z.number().int().min(0).max(77).nullish(),
    token_id: z.unknown(),
  }),
  amount: Amount,
})
export type Transfer = z.infer<typeof Transfer>
export const TransactionRow = z.object({
  hash: text.min(1),
  block_timestamp: text,
  from_address: text.nullish(),
  fee: Amount.nullish(),
  asset_transfers: z.array(Transfer).nullish(),
})
export type TransactionRow = z.infer<typeof TransactionRow>

export const PriceSeries = z.object({
  mint: text.nullish(),
  address: text.nullish(),
  prices: z.custom<readonly unknown[]>(Array.isArray),
})
export const Bucket = z.object({
  timestamp: text,
  price: z.number().nullish(),
  open: z.unknown(),
  high: z.number().nullish(),
  low: z.number().nullish(),
  close: z.number().nullish(),
})
