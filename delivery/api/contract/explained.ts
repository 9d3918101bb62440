import { z } from 'zod'
import { asset, decimal, decimalOrNull, quality, share, stamped, time, timeOrNull } from './values.ts'

const mark = z.object({
  hour: time,
  price: decimalOrNull,
  quality,
  source: z.string().nullable(),
  /** When the sample fell; null where that is not known. */
  sampled: timeOrNull,
})

/** `pnl --explain --json`, field for field: everything that went into one hour of one asset. */
export const explainedHour = z.looseObject({
  ...stamped,
  asset,
  hour: time,
  mode: z.string(),
  baseCurrency: z.string(),
  mark: mark.nullable(),
  /** The mark that the change starts from; null where there was none before. */
  previous: mark.nullable(),
  quantity: decimalOrNull,
  quantityBefore: decimalOrNull,
  value: decimalOrNull,
  delta: decimalOrNull,
  /** Why there is no value at this hour; null where there is one. */
  reason: z.string().nullable(),
  attribution: z.object({
    price: decimalOrNull,
    trading: decimalOrNull,
    income: decimalOrNull,
    fees: decimalOrNull,
    loss: decimalOrNull,
    residual: decimalOrNull,
  }),
  external: decimal,
  flows: z.array(
    z.object({
      time,
      kind: z.string(),
      role: z.string(),
      quantity: decimal,
      /** Null: counted at the mark. */
      value: decimalOrNull,
      basis: z.string().nullable(),
      baseFee: decimalOrNull,
      wallet: z.string(),
      chain: z.string(),
      tx: z.string().nullable(),
      /** `flows.csv:12`, or the source where there is no line. */
      from: z.string(),
    }),
  ),
  candles: z.array(
    z.looseObject({
      provider: z.string(),
      revision: z.number(),
      open: decimalOrNull,
      high: decimalOrNull,
      low: decimalOrNull,
      close: decimalOrNull,
      count: z.number(),
    }),
  ),
})

/** What each method and scope makes of the same flows. */
export const comparedLots = z.object({
  ...stamped,
  portfolio: z.string().nullable(),
  baseCurrency: z.string(),
  at: timeOrNull,
  results: z.array(
    z.object({
      method: z.string(),
      scope: z.string(),
      cost: decimalOrNull,
      value: decimalOrNull,
      realised: decimalOrNull,
      realisedShort: decimalOrNull,
      realisedLong: decimalOrNull,
      unrealised: decimalOrNull,
      income: decimalOrNull,
      costs: decimalOrNull,
      transferred: decimalOrNull,
      unproven: decimalOrNull,
      coverage: share,
      problems: z.number().int(),
      /** Names of the sums that leave out something missing. */
      partial: z.array(z.string()),
    }),
  ),
})

/** `lots --explain` in sentences: which lots, which rows, which marks and which rule made a gain. */
export const explainedLots = z.object({
  ...stamped,
  asked: z.string(),
  method: z.string(),
  scope: z.string(),
  text: z.string(),
})
