import type { AssetId, Quote } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { addHours, formatTime, hourOf, type Hour } from '#core/hour.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'

export type IngestRequest = {
  readonly owner: string
  /** The top N by market cap; null is 10 when nothing else names an asset, else none. */
  readonly coins: number | null
  readonly assets: readonly AssetId[]
  /** Wallets beside those of the portfolio. */
  readonly wallets: readonly Wallet[]
  /** Where wallets that were never read from their chain begin; their first block unless given. */
  readonly firstBlock?: { readonly time: number } | { readonly number: number; readonly chain: string } | null
  /** Milliseconds since 1970, floored to the hour; null: `days` before `to`. */
  readonly from: number | null
  /** Null is now. */
  readonly to: number | null
  readonly days: number
  readonly portfolio: Portfolio | null
  readonly quote: Quote
  /** `backfill`: oldest first, and what gave no data before is asked for again. */
  readonly mode: 'now' | 'backfill'
  readonly dryRun: boolean
}

/** The hours asked for, both ends included. */
export type Range = { readonly from: Hour; readonly to: Hour }

/** The marks that a request means. @throws INPUT_INVALID when it ends before it begins */
export function rangeOf(request: Pick<IngestRequest, 'from' | 'to' | 'days'>, now: number): Range {
  const to = hourOf(Math.min(request.to ?? now, now))
  const from = request.from === null ? addHours(to, -24 * request.days) : hourOf(request.from)
  if (from <= to) return { from, to }
  throw new TidemarkError('INPUT_INVALID', {
    message: `The range begins at ${formatTime(from)}, after its end at ${formatTime(to)}.`,
    fix: 'Give a --from that lies before --to and before now.',
  })
}
