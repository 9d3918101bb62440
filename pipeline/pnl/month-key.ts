import type { Hour } from '#core/hour.ts'
import { monthStart, previousMonth, type Month } from '#core/month.ts'
import { FORMULA_VERSION, digest } from '#pnl/hourly/batch.ts'
import type { CandleBook } from './candle-book.ts'
import type { PortfolioLedger } from './ledger.ts'
import type { MarkKeys, MarkLoader } from './marks.ts'

/**
 * Kept in `PnlMonth.key`: the hash of all inputs, the revisions of the flows, the months it shares a tx with, and the
 * hash of the states at its end, so that the next month can be checked without reading them.
 */
export type MonthKey = {
  readonly digest: string
  readonly flows: string
  readonly mates: readonly Month[]
  readonly end: string
  /**
   * The hour from which on no batch reaches, and the hash of all that was used before it: while that stands, candles
   * only move lines on to their last mark. Absent where months share a tx, since the others' marks are not in it.
   */
  readonly settled?: { readonly at: Hour; readonly digest: string }
}

/** What a month is made from, apart from its marks. */
export type MonthInputs = {
  readonly month: Month
  readonly mates: readonly Month[]
  readonly ledger: PortfolioLedger
  readonly loader: MarkLoader
  /** Hash of the states at its start. */
  readonly start: string
}

/** Hash of everything a month is made from; equal keys mean equal bytes. */
export function monthDigest(inputs: MonthInputs, keys: MarkKeys): string {
  const months = [previousMonth(inputs.month), inputs.month, ...inputs.mates]
  return digest([flowsText(inputs), months.map((month) => keys.month(month))])
}

/** Hash of everything that decides the batches of a month that share no tx with others, all of them settled at `at`. */
export function settledDigest(inputs: MonthInputs, candles: CandleBook, at: Hour): string {
  return digest([flowsText(inputs), inputs.loader.settings, at, candles.revisionsBefore(at)])
}

function flowsText({ month, mates, ledger, loader, start }: MonthInputs): unknown[] {
  return [
    FORMULA_VERSION,
    loader.base,
    [month, ...mates].map((each) => ledger.key(each)),
    start,
    [...ledger.names],
    [...ledger.knownFrom].filter(([, hour]) => hour >= monthStart(month)),
  ]
}
