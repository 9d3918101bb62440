import { MISSING, OK } from '#core/quality.ts'
import { Sum } from '#core/sum.ts'
import type { AttributionSums, TokenResult } from './token.ts'

/** A token as the total needs it: its result, its marks, and the last mark known before the range (NaN: none). */
export type Part = { readonly token: TokenResult; readonly price: Float64Array; readonly priceBefore: number }

/** The portfolio over the range: sums over tokens at the same hour, with how much of it is priced. */
export type TotalResult = {
  readonly value: Float64Array
  readonly pnl: Float64Array
  readonly coverage: Float64Array
  readonly coverageByCount: Float64Array
  readonly quality: Uint8Array
  readonly attribution: AttributionSums
  readonly external: number
  readonly exchanged: number
  /** PnL by hour as a fraction of what was put in until then; NaN where there is none. */
  readonly fraction: Float64Array
  readonly change24h: { readonly pnl: number; readonly percent: number | null } | null
}

const DAY = 24

/**
 * Totals (docs/semantics.md, 4). A missing token counts with its present quantity at its last known mark and with its
 * last known PnL, so that no total moves because a price went away; `coverage` says how much that is. A token that was
 * never priced is in no total; where nothing held ever was, the total is missing (NaN). Parts come in the order of assets, which is the order of summation.
 */
export function totalOf(parts: readonly Part[], length: number): TotalResult {
  const value = new Float64Array(length)
  const pnl = new Float64Array(length)
  const coverage = new Float64Array(length)
  const coverageByCount = new Float64Array(length)
  const quality = new Uint8Array(length)
  const marks = parts.map((part) => part.priceBefore)
  const pnls = parts.map(() => 0)
  for (let hour = 0; hour < length; hour++) {
    const sums = { value: new Sum(), pnl: new Sum(), priced: new Sum(), known: new Sum() }
    let held = 0
    let covered = 0
    let known = 0
    let worst: number = OK
    for (let index = 0; index < parts.length; index++) {
      const { token, price } = parts[index] as Part
      const mark = price[hour] as number
      if (!Number.isNaN(mark)) marks[index] = mark
      const own = token.pnl[hour] as number
      if (!Number.isNaN(own)) pnls[index] = own
      sums.pnl.add(pnls[index] as number)
      const amount = token.held[hour] as number
      if (amount === 0) continue
      held++
      const worth = amount * (marks[index] as number)
      if (!Number.isNaN(worth)) {
        sums.value.add(worth)
        sums.known.add(Math.abs(worth))
        known++
      }
      if (token.quality[hour] === MISSING) continue
      covered++
      sums.priced.add(Math.abs(worth))
      worst = Math.min(worst, token.quality[hour] as number)
    }
    // Something is held and nothing of it was ever priced: that is missing, not worth 0.
    const unknown = held > 0 && known === 0
    value[hour] = unknown ? NaN : sums.value.value
    pnl[hour] = unknown ? NaN : sums.pnl.value
    coverage[hour] = held === 0 ? 1 : shareOf(sums.priced.value, sums.known.value)
    coverageByCount[hour] = held === 0 ? 1 : covered / held
    quality[hour] = held > 0 && covered === 0 ? MISSING : worst
  }
  const externalIn = parts.map((part) => part.token.externalIn)
  return {
    value,
    pnl,
    coverage,
    coverageByCount,
    quality,
    attribution: sumAttributions(parts),
    external: sumBy(parts, (part) => part.token.external),
    exchanged: sumBy(parts, (part) => part.token.exchanged),
    fraction: fractions(pnl, openingOf(parts), externalIn),
    change24h: quality[length - 1] === MISSING ? null : changeOf(value, pnl, externalIn),
  }
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole)
}

/** PnL ÷ (|value at `from`| + what came in); null when that is 0. */
function percentOf(pnl: number, opening: number, cameIn: number): number | null {
  const invested = Math.abs(opening) + cameIn
  return invested === 0 ? null : pnl / invested
}

/** PnL by hour as a fraction of |value at `from`| and what came in until then; NaN where that is 0 or PnL missing. */
function fractions(pnl: Float64Array, opening: number, cameIn: readonly Float64Array[]): Float64Array {
  const invested = new Sum().add(Math.abs(opening))
  return pnl.map((value, hour) => {
    for (let at = 0; hour > 0 && at < cameIn.length; at++) {
      // Most hours of most tokens bring nothing, and nothing changes a sum by nothing.
      const term = (cameIn[at] as Float64Array)[hour] as number
      if (term !== 0) invested.add(term)
    }
    return invested.value === 0 ? NaN : value / invested.value
  })
}

/** The same for one token, where what came in by exchange counts too. */
export function tokenFractions(token: TokenResult): Float64Array {
  return fractions(token.pnl, token.opening, [token.externalIn, token.exchangeIn])
}

/** The same for several tokens that are meant as one kind of thing, where what came in by exchange counts too. */
export function totalFractions(parts: readonly Part[], pnl: Float64Array): Float64Array {
  const cameIn = parts.flatMap(({ token }) => [token.externalIn, token.exchangeIn])
  return fractions(pnl, openingOf(parts), cameIn)
}

function openingOf(parts: readonly Part[]): number {
  const signed = (part: Part) => Math.sign(part.token.held[0] || 0) * part.token.opening
  return Math.abs(sumBy(parts, signed))
}

function changeOf(
  value: Float64Array,
  pnl: Float64Array,
  externalIn: readonly Float64Array[],
): TotalResult['change24h'] {
  const end = pnl.length - 1
  const start = end - DAY
  if (start < 0) return null
  const change = (pnl[end] as number) - (pnl[start] as number)
  if (Number.isNaN(change)) return null
  const cameIn = sumBy(externalIn, (series) => sumFrom(series, start + 1))
  return { pnl: change, percent: percentOf(change, value[start] as number, cameIn) }
}

function sumAttributions(parts: readonly Part[]): AttributionSums {
  const by = (name: keyof AttributionSums) => sumBy(parts, (part) => part.token.attribution[name])
  return {
    price: by('price'),
    trading: by('trading'),
    income: by('income'),
    fees: by('fees'),
    loss: by('loss'),
    residual: by('residual'),
  }
}

function sumBy<T>(items: readonly T[], term: (item: T) => number): number {
  const total = new Sum()
  for (const item of items) total.add(term(item))
  return total.value
}

function sumFrom(series: Float64Array, index: number): number {
  const total = new Sum()
  for (let at = index; at < series.length; at++) total.add(series[at] as number)
  return total.value
}
