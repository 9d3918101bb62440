import { z } from 'zod'

const text = z.string().max(1000)
/** A number, which some networks send as text. */
const number = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)]).transform(Number)

export const Page = z.object({
  nodes: z.custom<readonly unknown[]>(Array.isArray),
  page: z.object({ hasNextPage: z.boolean().nullish() }).nullish(),
})

/** One asset of `public/assets`. */
export const Node = z.object({
  symbol: text.min(1),
  name: text,
  isTradingHalted: z.boolean().nullish(),
  trading: z
    .object({
      currency: text.nullish(),
      currentPeriod: text.nullish(),
      openNow: z.boolean().nullish(),
      isTradingHalted: z.boolean().nullish(),
      nextChangeAt: text.nullish(),
    })
    .nullish(),
  deployments: z.array(z.object({ address: text, network: text })).nullish(),
})
export type Node = z.infer<typeof Node>

export const PriceData = z.object({ quote: z.unknown() })

export const Multiplier = z.object({
  currentMultiplier: number,
  newMultiplier: number.nullish(),
  /** UNIX seconds; 0 where nothing is pending. */
  activationDateTime: number.nullish(),
  reason: text.nullish(),
})
export const PastMultiplier = z.object({
  previousMultiplier: number,
  multiplier: number,
  reason: text.nullish(),
  activationDateTime: z.union([z.number(), z.string()]),
})
