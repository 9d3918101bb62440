import { tokenOf } from '#core/asset.ts'
import { HOUR_MS } from '#core/hour.ts'
import { MISSING } from '#core/quality.ts'
import type { PnlGap, PnlReport } from '#pipeline/queries/pnl-report.ts'
import { displayShare } from '../number.ts'
import { carriedLines } from '../readings.ts'
import { safeText } from '../text.ts'
import { hourText } from './cells.ts'

const MOST_LINES = 12

/** What is missing from the report, in sentences; none when nothing is. */
export function gapLines(report: PnlReport): string[] {
  const wallets = report.missingWallets.map(
    ({ wallet, reason }) => `Missing: wallet ${safeText(wallet)}: ${safeText(reason)}.`,
  )
  const symbols = new Map(report.tokens.map(({ asset, symbol }) => [asset, symbol]))
  const gaps = report.gaps
    .slice(0, MOST_LINES)
    .map((gap) =>
      gapLine(gap, tokenOf(gap.asset) === null ? gap.asset : (symbols.get(gap.asset) ?? gap.asset)),
    )
  const left = report.gaps.length - gaps.length
  const more =
    left > 0 ? [`and ${left} more ${left === 1 ? 'gap' : 'gaps'}: "tidemark gaps" lists them.`] : []
  return [...coverageLine(report), ...wallets, ...carriedLines(report.carriedWallets), ...gaps, ...more]
}

function gapLine({ from, to, reason }: PnlGap, name: string): string {
  const hours = Math.round((to - from) / HOUR_MS) + 1
  const when =
    hours === 1 ? `at ${hourText(from)}` : `from ${hourText(from)} to ${hourText(to)} (${hours} hours)`
  return `Missing: ${safeText(name)} ${when}: ${safeText(reason)}.`
}

/** How much of the last total is priced, where it is not all. */
function coverageLine({ total, tokens, hours }: PnlReport): string[] {
  const last = hours.length - 1
  const value = total.coverage[last] ?? NaN
  const missing = tokens.filter((token) => token.quality[last] === MISSING).length
  if (missing === 0) return []
  return [
    `${displayShare(value)} of the last total has a price; ${missing} of ${tokens.length} tokens ` +
      `${missing === 1 ? 'stands' : 'stand'} there with the last price known, or not at all.`,
  ]
}
