import { numberOrNull } from './number.ts'
import { formatTime } from '#core/hour.ts'
import { money, plain, share } from '#core/number.ts'
import { qualityName, type Quality } from '#core/quality.ts'
import { carriedDocument } from './readings.ts'
import type { Attribution, PnlReport, TokenSeries, TotalSeries } from '#pipeline/queries/pnl-report.ts'

type Missing = string | null

/** Why the PnL is what it is, over the whole range; decimal text in the base currency. */
export type AttributionDocument = Readonly<Record<keyof Attribution, Missing>>

export type TokenDocument = {
  readonly asset: string
  readonly symbol: string
  readonly quantity: readonly Missing[]
  readonly mark: readonly Missing[]
  readonly value: readonly Missing[]
  readonly pnl: readonly Missing[]
  readonly quality: readonly Quality[]
  readonly source: readonly Missing[]
  readonly attribution: AttributionDocument
  readonly external: Missing
  readonly exchanged: Missing
  /** PnL as a fraction of what was put in: 0.0123 is 1.23 %. */
  readonly pnlFraction: number | null
}

export type TotalDocument = {
  readonly value: readonly Missing[]
  readonly pnl: readonly Missing[]
  readonly coverage: readonly number[]
  readonly coverageByCount: readonly number[]
  readonly quality: readonly Quality[]
  readonly attribution: AttributionDocument
  readonly external: Missing
  readonly exchanged: Missing
  readonly pnlFraction: number | null
  readonly change24h: { readonly pnl: Missing; readonly fraction: number | null } | null
}

/**
 * `pnl --json`: a contract, to which fields may be added and from which none is taken. Arrays run parallel to
 * `hours`; what is missing is null; numbers that must not lose a digit are decimal text.
 */
export type PnlDocument = {
  readonly schemaVersion: 1
  readonly portfolio: string | null
  readonly baseCurrency: string
  readonly mode: string
  readonly from: string
  readonly to: string
  readonly hours: readonly string[]
  readonly tokens: readonly TokenDocument[]
  readonly total: TotalDocument
  readonly gaps: readonly { asset: string; from: string; to: string; reason: string }[]
  readonly missingWallets: readonly { wallet: string; reason: string }[]
  /** Wallets on chains whose quantities at `to` are those of an earlier reading. */
  readonly carriedWallets: readonly ReturnType<typeof carriedDocument>[]
  readonly batches: { readonly computed: number; readonly reused: number }
}

export function pnlDocument(report: PnlReport): PnlDocument {
  return {
    schemaVersion: 1,
    portfolio: report.portfolio,
    baseCurrency: report.baseCurrency,
    mode: report.mode,
    from: formatTime(report.from),
    to: formatTime(report.to),
    hours: report.hours.map(formatTime),
    tokens: report.tokens.map(tokenDocument),
    total: totalDocument(report.total),
    gaps: report.gaps.map(({ asset, from, to, reason }) => ({
      asset,
      from: formatTime(from),
      to: formatTime(to),
      reason,
    })),
    missingWallets: report.missingWallets.map(({ wallet, reason }) => ({ wallet, reason })),
    carriedWallets: report.carriedWallets.map(carriedDocument),
    batches: { computed: report.batches.computed, reused: report.batches.reused },
  }
}

function tokenDocument(token: TokenSeries): TokenDocument {
  return {
    asset: token.asset,
    symbol: token.symbol,
    quantity: token.quantity,
    mark: Array.from(token.mark, (mark) => text(mark, plain)),
    value: texts(token.value),
    pnl: texts(token.pnl),
    quality: Array.from(token.quality, qualityName),
    source: token.source,
    attribution: attributionDocument(token.attribution),
    external: text(token.external),
    exchanged: text(token.exchanged),
    pnlFraction: fraction(numberOrNull(token.fraction.at(-1))),
  }
}

/** A total, or that of a part of the portfolio. */
export function totalDocument(total: TotalSeries): TotalDocument {
  const { change24h } = total
  return {
    value: texts(total.value),
    pnl: texts(total.pnl),
    coverage: Array.from(total.coverage, share),
    coverageByCount: Array.from(total.coverageByCount, share),
    quality: Array.from(total.quality, qualityName),
    attribution: attributionDocument(total.attribution),
    external: text(total.external),
    exchanged: text(total.exchanged),
    pnlFraction: fraction(numberOrNull(total.fraction.at(-1))),
    change24h:
      change24h === null ? null : { pnl: text(change24h.pnl), fraction: fraction(change24h.percent) },
  }
}

function texts(series: Float64Array): Missing[] {
  return Array.from(series, (value) => text(value))
}

function text(value: number, format: (value: number) => string = money): Missing {
  return Number.isNaN(value) ? null : format(value)
}

function attributionDocument(attribution: Attribution): AttributionDocument {
  const { price, trading, income, fees, loss, residual } = attribution
  return {
    price: text(price),
    trading: text(trading),
    income: text(income),
    fees: text(fees),
    loss: text(loss),
    residual: text(residual),
  }
}

function fraction(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : share(value)
}
