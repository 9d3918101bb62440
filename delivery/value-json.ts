import { formatTime } from '#core/hour.ts'
import { money, plain, share } from '#core/number.ts'
import type { Quality } from '#core/quality.ts'
import type { Position } from '#pipeline/ports.ts'
import type { Valued } from '#pipeline/value/portfolio.ts'
import type { ValueSummary } from '#pipeline/value/tally.ts'
import { carriedDocument, missingWallets } from './readings.ts'

type Missing = string | null

/** One asset of one wallet on one chain; decimal text, the quantity exact, what is missing null. */
export type PositionDocument = {
  readonly asset: string
  readonly token: string | null
  readonly chain: string | null
  readonly wallet: string
  readonly quantity: Missing
  readonly mark: Missing
  readonly value: Missing
  readonly quality: Quality
}

/**
 * A portfolio in `value --json`: a contract, to which fields may be added and from which none is taken. Money in
 * `baseCurrency` as decimal text of at most 12 digits; a `fraction` of 0.0123 is 1.23 %; shares from 0 to 1.
 */
export type ValueDocument = {
  readonly owner: string
  readonly portfolio: string
  readonly baseCurrency: string
  readonly time: string
  readonly value: Missing
  readonly change24h: { readonly pnl: string; readonly fraction: number | null } | null
  readonly quality: Quality
  readonly coverage: number
  readonly coverageByCount: number
  readonly positions: readonly PositionDocument[]
  readonly missingWallets: readonly string[]
  /** Wallets on chains whose quantities are those of a reading before `time`. */
  readonly carriedWallets: readonly ReturnType<typeof carriedDocument>[]
}

export function valueDocument(valued: Valued): ValueDocument {
  const { snapshot } = valued
  const { owner, portfolio, quote, time, value, change24h, quality } = snapshot
  return {
    owner,
    portfolio,
    baseCurrency: quote,
    time: formatTime(time),
    value: value === null ? null : money(value),
    change24h:
      change24h === null
        ? null
        : {
            pnl: money(change24h.amount),
            fraction: change24h.fraction === null ? null : share(change24h.fraction),
          },
    quality,
    coverage: share(snapshot.coverage),
    coverageByCount: share(snapshot.coverageByCount),
    positions: snapshot.positions.map(positionDocument),
    missingWallets: missingWallets(valued),
    carriedWallets: valued.carried.map(carriedDocument),
  }
}

function positionDocument(position: Position): PositionDocument {
  const { asset, token, chain, wallet, quantity, mark, value, quality } = position
  return {
    asset,
    token,
    chain: chain === '' ? null : chain,
    wallet,
    quantity,
    mark: mark === null ? null : plain(mark),
    value: value === null ? null : money(value),
    quality,
  }
}

/** The end of the document: what all portfolios came to, and what is missing. */
export function valueSummaryDocument(summary: ValueSummary): object {
  const { totals, missing, ...counts } = summary
  return {
    ...counts,
    totals: totals.map(({ quote, portfolios, value, change24h, coverage }) => ({
      baseCurrency: quote,
      portfolios,
      value: value === null ? null : money(value),
      change24h: change24h === null ? null : money(change24h),
      coverage: share(coverage),
    })),
    missing: missing.map(({ asset, portfolios }) => ({ asset, portfolios })),
  }
}
