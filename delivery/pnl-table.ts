import { formatTime, HOUR_MS } from '#core/hour.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { displayMoney, displayPercent, displaySigned, numberOrNull } from './number.ts'
import { hourlyPart } from './pnl/hourly.ts'
import { gapLines } from './pnl/gaps.ts'
import { attributionLine, summaryPart } from './pnl/summary.ts'
import { gain } from './pnl/cells.ts'
import { sparkline } from './sparkline.ts'
import { paint, type TableOptions } from './table.ts'
import { safeText } from './text.ts'

export type PnlTableOptions = TableOptions & {
  /** Draw the line of the total; for terminals. */
  readonly sparkline: boolean
}

/**
 * A PnL report as people read it: the hours by token, a summary by token where there are many hours, the total, and
 * in words what is missing. Ends without a line break.
 */
export function renderPnlTable(report: PnlReport, options: PnlTableOptions): string {
  const parts = [
    heading(report, options),
    ...(report.tokens.length === 0 ? ['Nothing was held in this range.'] : body(report, options)),
    total(report, options),
    gapLines(report).join('\n'),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function body(report: PnlReport, options: PnlTableOptions): string[] {
  const { text, whole } = hourlyPart(report, options)
  return whole ? [text] : [text, summaryPart(report, options)]
}

/** The first line: whose, in what, over which hours. */
export function heading(report: PnlReport, options: TableOptions): string {
  const { dim, bold } = paint(options.colour)
  const hours = (report.to - report.from) / HOUR_MS
  const title = bold(report.portfolio === null ? 'One unit of each coin' : safeText(report.portfolio))
  const range = `${formatTime(report.from)} to ${formatTime(report.to)} (${hours} h)`
  const line = `${title} ${dim(`· ${report.baseCurrency} · ${report.mode} · ${range}`)}`
  if (report.portfolio !== null) return line
  return `No portfolio is set: one unit of each stored coin is valued. "tidemark init" writes one to edit.\n${line}`
}

/** What it comes to, and of what. */
export function total(report: PnlReport, options: PnlTableOptions): string {
  const { bold } = paint(options.colour)
  const { value, pnl, fraction, change24h } = report.total
  const last = value.length - 1
  const end = pnl[last] ?? NaN
  const colour = gain(end, options.colour)
  const line = [
    bold(`Total ${displayMoney(value[last] ?? NaN)} ${report.baseCurrency}`),
    `PnL ${colour(`${displaySigned(end)} (${displayPercent(numberOrNull(fraction[last]))})`)}`,
    ...(change24h === null
      ? []
      : [`last 24 h ${displaySigned(change24h.pnl)} (${displayPercent(change24h.percent)})`]),
  ].join('   ')
  const drawn =
    options.sparkline && pnl.length > 1 ? [`PnL ${colour(sparkline(pnl, lineWidth(options)))}`] : []
  return [...drawn, line, attributionLine(report)].filter((part) => part !== '').join('\n')
}

function lineWidth({ width }: PnlTableOptions): number {
  return Math.max(8, Math.min(72, (width ?? 76) - 4))
}
