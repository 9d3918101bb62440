import { CARRIED, ESTIMATED, MISSING } from '#core/quality.ts'
import type { PnlReport, TokenSeries, TotalSeries } from '#pipeline/queries/pnl-report.ts'
import { displayShare } from '../number.ts'
import { paint, type Cell } from '../table.ts'
import { safeText } from '../text.ts'

/** Green for a gain, red for a loss, nothing for neither. */
export function gain(value: number | null, colour: boolean): (text: string) => string {
  const { green, red } = paint(colour)
  if (value === null || !(Math.abs(value) > 0)) return (text) => text
  return value > 0 ? green : red
}

export function gainCell(value: number | null, text: string, colour: boolean): Cell {
  return { text, paint: gain(value, colour) }
}

/** `2026-11-01 00:00`: the mark's hour, in UTC as the heading says. */
export function hourText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
}

/** What is to be known of a token's value at an hour; empty when all is well. */
export function tokenNote(token: TokenSeries, at: number): string {
  const source = safeText(token.source[at] ?? '')
  const code: number = token.quality[at] ?? MISSING
  switch (code) {
    case MISSING:
      return 'missing'
    case CARRIED:
      return source.startsWith('carried:') ? `carried ${source.slice('carried:'.length)}` : 'carried'
    case ESTIMATED:
      return source === '' ? 'estimated' : `estimated (${source})`
    default:
      return ''
  }
}

/** How much of the total is priced at an hour; empty when all of it is. */
export function totalNote(report: PnlReport, at: number): string {
  return partNote(report.total, at)
}

/** The same for a part of the portfolio. */
export function partNote(part: Pick<TotalSeries, 'coverage' | 'coverageByCount'>, at: number): string {
  const value = part.coverage[at] ?? NaN
  const count = part.coverageByCount[at] ?? NaN
  if (value === 1 && count === 1) return ''
  return value === 1 ? `${displayShare(count)} of tokens priced` : `${displayShare(value)} priced`
}
