import { z } from 'zod'
import type { PnlDocument } from '../../pnl-json.ts'
import {
  asset,
  decimal,
  decimalOrNull,
  fraction,
  quality,
  share,
  stamped,
  time,
  timeOrNull,
} from './values.ts'

/** Why the PnL is what it is; sums to it. */
const attribution = z.object({
  price: decimalOrNull,
  trading: decimalOrNull,
  income: decimalOrNull,
  fees: decimalOrNull,
  loss: decimalOrNull,
  residual: decimalOrNull,
})
const change24h = z.object({ pnl: decimalOrNull, fraction }).nullable()

/** `pnl --json`, field for field. Arrays run parallel to `hours`. */
export const pnl = z.object({
  schemaVersion: z.literal(1),
  portfolio: z.string().nullable(),
  baseCurrency: z.string(),
  mode: z.string(),
  from: time,
  to: time,
  hours: z.array(time),
  tokens: z.array(
    z.object({
      asset,
      symbol: z.string(),
      quantity: z.array(decimalOrNull),
      mark: z.array(decimalOrNull),
      value: z.array(decimalOrNull),
      pnl: z.array(decimalOrNull),
      quality: z.array(quality),
      source: z.array(z.string().nullable()),
      attribution,
      external: decimalOrNull,
      exchanged: decimalOrNull,
      pnlFraction: fraction,
    }),
  ),
  total: z.object({
    value: z.array(decimalOrNull),
    pnl: z.array(decimalOrNull),
    coverage: z.array(share),
    coverageByCount: z.array(share),
    quality: z.array(quality),
    attribution,
    external: decimalOrNull,
    exchanged: decimalOrNull,
    pnlFraction: fraction,
    change24h,
  }),
  gaps: z.array(z.object({ asset: z.string(), from: time, to: time, reason: z.string() })),
  missingWallets: z.array(z.object({ wallet: z.string(), reason: z.string() })),
  /** Wallets on chains whose quantities at `to` are those of an earlier reading. */
  carriedWallets: z.array(
    z.object({ wallet: z.string(), chain: z.string(), readAt: timeOrNull, failed: z.boolean() }),
  ),
  batches: z.object({ computed: z.number(), reused: z.number() }),
}) satisfies z.ZodType<PnlDocument>
/** With the per cent of every row of the table: tokens in the order of `tokens`. */
export const stampedPnl = pnl.extend({
  asOf: time,
  fractions: z.object({ tokens: z.array(z.array(fraction)), total: z.array(fraction) }),
})

/** One asset of one wallet on one chain, now. */
export const holding = z.object({
  asset,
  symbol: z.string(),
  wallet: z.string(),
  label: z.string().nullable(),
  chain: z.string(),
  /** Null where amounts are hidden. */
  quantity: decimalOrNull,
  mark: decimalOrNull,
  value: decimalOrNull,
  quality,
  source: z.string().nullable(),
  lastMark: decimalOrNull,
  /** When the wallet was last read on its chain, where its quantity is carried since then. */
  readAt: timeOrNull,
})

/** A part of the total. `share` is of the priced value; null where the part has none. */
export const slice = z.object({
  key: z.string(),
  label: z.string(),
  value: decimalOrNull,
  share: share.nullable(),
  quality,
})
export const allocation = z.object({
  asset: z.array(slice),
  chain: z.array(slice),
  wallet: z.array(slice),
  category: z.array(slice),
})

export const total = z.object({
  value: decimalOrNull,
  quality,
  coverage: share,
  coverageByCount: share,
  change24h,
  /** What keeps the total from being whole. */
  incomplete: z.array(z.object({ asset, symbol: z.string(), quality, reason: z.string() })),
  /** Wallets that were never read: what they hold is in no figure. */
  missingWallets: z.array(z.object({ wallet: z.string(), reason: z.string() })),
})

export const portfolio = z.object({
  ...stamped,
  portfolio: z.string(),
  baseCurrency: z.string(),
  invented: z.boolean(),
  total,
  allocation,
  holdings: z.array(holding),
})

/** At most 2,000 points; the first, the last, the least and the greatest are always among them. */
export const history = z.object({
  ...stamped,
  portfolio: z.string(),
  baseCurrency: z.string(),
  range: z.string(),
  from: time,
  to: time,
  /** Hours in the range, before points were left out. */
  hours: z.number().int(),
  time: z.array(time),
  value: z.array(decimalOrNull),
  /** Cumulative since `from`. */
  pnl: z.array(decimalOrNull),
  /** Made in the hours since the point before. */
  step: z.array(decimalOrNull),
  quality: z.array(quality),
  coverage: z.array(share),
  /** Where amounts are hidden: each value as a part of the first. */
  index: z.array(fraction).optional(),
})

export const runState = z.object({
  id: z.string(),
  command: z.string(),
  started: time,
  finished: timeOrNull,
  outcome: z.enum(['running', 'complete', 'partial', 'failed', 'interrupted']),
  exitCode: z.number().int().nullable(),
  summary: z.unknown(),
})

export const health = z.object({
  lastRun: runState.omit({ summary: true }).nullable(),
  running: z.boolean(),
  /** Null where nothing in this server runs by the clock. */
  nextRun: timeOrNull,
  gaps: z.object({ count: z.number().int(), hours: z.number().int() }),
  suspects: z.number().int(),
  newestPrice: timeOrNull,
})

/** What was made in stretches of `span` hours (the first and last may be shorter); `time` is when each ends. */
const bars = { span: z.number().int(), time: z.array(time), pnl: z.array(decimalOrNull) }

/** Everything that the first screen needs. */
export const dashboard = z.object({
  ...stamped,
  portfolio: z.string(),
  baseCurrency: z.string(),
  invented: z.boolean(),
  total,
  /** Over the range asked for. Null parts: an end of the range is not known. */
  change: z.object({ range: z.string(), from: time, to: time, pnl: decimalOrNull, fraction }),
  history,
  bars: z.object(bars),
  attribution,
  allocation,
  /** By what they did to the total, greatest first whatever the sign. */
  movers: z.array(z.object({ asset, symbol: z.string(), pnl: decimalOrNull, fraction })),
  /** With the part of what is worth something, and the PnL of the asset over the range as a fraction. */
  holdings: z.array(holding.extend({ share: share.nullable(), fraction })),
  health,
})

export const flow = z.object({
  id: z.string(),
  time,
  asset,
  quantity: decimal,
  kind: z.string(),
  unitPrice: decimalOrNull,
  priceCurrency: z.string().nullable(),
  fee: decimalOrNull,
  feeAsset: z.string().nullable(),
  wallet: z.string(),
  chain: z.string().nullable(),
  tx: z.string().nullable(),
  source: z.string(),
  file: z.string().nullable(),
  line: z.number().int().nullable(),
  note: z.string(),
})

export const trade = z.object({
  flow: z.string(),
  time,
  kind: z.string(),
  asset,
  quantity: decimal,
  wallet: z.string(),
  label: z.string().nullable(),
  unitPrice: decimalOrNull,
  priceCurrency: z.string().nullable(),
  rate: z.object({ price: decimalOrNull, quality }).nullable(),
  value: decimalOrNull,
  basis: z.string(),
  quality,
  fee: decimalOrNull,
  feeAsset: z.string().nullable(),
  gain: decimalOrNull,
  /** How much of the gain rests on no documented cost, which counts as 0 there. */
  unproven: decimalOrNull,
  tx: z.string().nullable(),
  source: z.string(),
  note: z.string(),
})

/** Lots and gains have contracts of their own (docs/lots-json.md); fields may be added to them. */
export const lots = z.looseObject({
  ...stamped,
  portfolio: z.string().nullable(),
  baseCurrency: z.string(),
  method: z.string(),
  scope: z.string(),
  at: timeOrNull,
  lots: z.array(
    z.looseObject({
      id: z.string(),
      asset,
      wallet: z.string().nullable(),
      opened: time,
      quantity: decimal,
      remaining: decimal,
      unitCost: decimalOrNull,
      remainingCost: decimalOrNull,
      from: z.object({ flow: z.string(), source: z.string() }),
    }),
  ),
  disposals: z.array(
    z.looseObject({
      flow: z.string(),
      asset,
      wallet: z.string(),
      time,
      kind: z.string(),
      quantity: decimal,
      proceeds: decimalOrNull,
      cost: decimalOrNull,
      gain: decimalOrNull,
      undocumented: decimal,
      parts: z.array(
        z.looseObject({ lot: z.string().nullable(), quantity: decimal, term: z.enum(['short', 'long']) }),
      ),
    }),
  ),
  assets: z.array(z.looseObject({ asset, quantity: decimal, quality })),
  total: z.looseObject({ realised: decimalOrNull, unrealised: decimalOrNull, coverage: share }),
  problems: z.array(
    z.looseObject({ code: z.string(), asset: z.string().nullable(), message: z.string(), fix: z.string() }),
  ),
})
export const gains = z.looseObject({
  ...stamped,
  portfolio: z.string().nullable(),
  baseCurrency: z.string(),
  method: z.string(),
  gains: z.array(
    z.object({
      year: z.number().int(),
      asset,
      term: z.enum(['short', 'long']),
      disposals: z.number().int(),
      quantity: decimal,
      proceeds: decimalOrNull,
      cost: decimalOrNull,
      gain: decimalOrNull,
      unproven: decimalOrNull,
    }),
  ),
  years: z.array(
    z.object({
      year: z.number().int(),
      realisedShort: decimal,
      realisedLong: decimal,
      realised: decimal,
      income: decimal,
      costs: decimal,
      unproven: decimal,
      partial: z.boolean(),
    }),
  ),
})

export const wallet = z.object({
  /** In the letters that carry its checksum. */
  address: z.string(),
  label: z.string().nullable(),
  chains: z.array(z.string()),
  /** Since when and until when its flows are complete; null where they were never read. */
  read: z.object({ from: time, to: time }).nullable(),
  /** When it was last read on each of its chains (null: not that is known), and whether that failed since. */
  reads: z.array(z.object({ chain: z.string(), at: timeOrNull, failed: z.boolean() })),
  /** Differences between its balances and its flows that nothing explains. */
  unexplained: z.number().int(),
})

/** `usual` are those that most wallets have something on. */
export const chain = z.object({
  name: z.string(),
  id: z.string(),
  symbol: z.string().nullable(),
  usual: z.boolean(),
  testnet: z.boolean(),
})

export const candle = z
  .object({
    open: z.number().nullable(),
    high: z.number().nullable(),
    low: z.number().nullable(),
    close: z.number().nullable(),
    mean: z.number().nullable(),
    count: z.number().nullable(),
  })
  .partial()
  .catchall(z.number().nullable())
export const price = z.object({
  asset,
  quote: z.string(),
  hour: time,
  mark: decimalOrNull,
  quality,
  source: z.string().nullable(),
  provider: z.string().nullable(),
  candle: candle.nullable(),
})

export const gap = z.object({
  asset,
  quote: z.string(),
  provider: z.string(),
  from: time,
  to: time,
  reason: z.string(),
  message: z.string(),
  seen: time,
  tried: time,
  tries: z.number().int(),
})
export const suspect = z.object({
  asset,
  quote: z.string(),
  provider: z.string(),
  time,
  price: z.string(),
  reason: z.string(),
  state: z.string(),
})

/** One asset over a range: its row of `pnl`, what is known of it as a coin, and where it lives. */
export const assetPage = z.object({
  ...stamped,
  asset,
  symbol: z.string(),
  name: z.string().nullable(),
  baseCurrency: z.string(),
  pnl: pnl.pick({ from: true, to: true, hours: true, tokens: true, gaps: true }),
  /** Why its PnL is what it is, stretch by stretch; null where it was not held. */
  hourly: z
    .object({
      ...bars,
      price: z.array(decimalOrNull),
      trading: z.array(decimalOrNull),
      income: z.array(decimalOrNull),
      fees: z.array(decimalOrNull),
      loss: z.array(decimalOrNull),
      residual: z.array(decimalOrNull),
    })
    .nullable(),
  /** Marks by source, so that they can be compared. */
  sources: z.array(z.object({ provider: z.string(), time: z.array(time), price: z.array(decimalOrNull) })),
  holdings: z.array(holding),
})

/** A page of rows; `next` is the cursor of the one after, null at the end. */
export const page = <T extends z.ZodType>(rows: T) =>
  z.object({
    ...stamped,
    rows: z.array(rows),
    total: z.number().int().nullable(),
    next: z.string().nullable(),
  })
