import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import {
  displayMoney,
  displayPercent,
  displayPrice,
  displayQuantity,
  displaySigned,
  MISSING_TEXT,
} from '../number.ts'
import { paint, renderTable, type Cell, type Column, type TableOptions } from '../table.ts'
import { safeText } from '../text.ts'
import { gainCell, hourText, tokenNote, totalNote } from './cells.ts'

/** About a screen of rows; what is beyond is in the summary, `--json` and `export`. */
const MOST_ROWS = 60
/** With more tokens than this an hour alone would fill the screen: then only the totals are shown by hour. */
const MOST_TOKENS = 29

/** The last hours by token, as many as fit. `whole` says whether that is all of them. */
export function hourlyPart(report: PnlReport, options: TableOptions): { text: string; whole: boolean } {
  const tokens = report.tokens.length > MOST_TOKENS ? 0 : report.tokens.length
  const count = Math.min(report.hours.length, Math.max(1, Math.floor(MOST_ROWS / (tokens + 1))))
  const first = report.hours.length - count
  const rows: Cell[][] = []
  for (let at = first; at < report.hours.length; at++) {
    for (let token = 0; token < tokens; token++) rows.push(tokenRow(report, token, at, options.colour))
    rows.push(totalRow(report, at, options.colour))
  }
  const table = renderTable(columnsOf(report), rows, options)
  const whole = first === 0 && tokens === report.tokens.length
  if (whole) return { text: table, whole }
  const what = tokens === 0 ? ' of the total' : ''
  const { dim } = paint(options.colour)
  const note = `The last ${count} of ${report.hours.length} marks${what}; --json and "tidemark export --what pnl" give all.`
  return { text: `${table}\n${dim(note)}`, whole }
}

function columnsOf(report: PnlReport): Column[] {
  const left = (head: string): Column => ({ head, align: 'left' })
  const right = (head: string): Column => ({ head, align: 'right' })
  return [
    { ...left('hour (UTC)'), whole: true },
    left('token'),
    right('quantity'),
    right('mark'),
    right('value'),
    right(stepHead(report.hours)),
    right('PnL'),
    right('PnL %'),
    left(''),
  ]
}

/** What a row's own change covers: the first and the last step of a range may be shorter than the others. */
function stepHead(hours: PnlReport['hours']): string {
  const steps = hours.slice(1).map((hour, at) => hour - (hours[at] as number))
  const most = Math.max(0, ...steps)
  if (most <= HOUR_MS) return 'this hour'
  return most === DAY_MS ? 'this day' : most === 7 * DAY_MS ? 'this week' : 'since before'
}

function tokenRow(report: PnlReport, index: number, at: number, colour: boolean): Cell[] {
  const token = report.tokens[index] as PnlReport['tokens'][number]
  return [
    hourText(report.hours[at] as number),
    safeText(token.symbol),
    displayQuantity(token.quantity[at] ?? null),
    displayPrice(token.mark[at] ?? NaN),
    displayMoney(token.value[at] ?? NaN),
    ...gainCells(token, at, colour),
    tokenNote(token, at),
  ]
}

function totalRow(report: PnlReport, at: number, colour: boolean): Cell[] {
  const { bold } = paint(colour)
  const { total } = report
  return [
    hourText(report.hours[at] as number),
    { text: 'total', paint: bold },
    '',
    '',
    { text: displayMoney(total.value[at] ?? NaN), paint: bold },
    ...gainCells(total, at, colour),
    totalNote(report, at),
  ]
}

type Gains = { readonly pnl: Float64Array; readonly fraction: Float64Array }

/** What was made since the row before, since the beginning, and that in per cent of what was put in until then. */
function gainCells(series: Gains, at: number, colour: boolean): Cell[] {
  const pnl = series.pnl[at] ?? NaN
  // After hours without a value the row tells of all that was made since the last one with one.
  const before = series.pnl.findLast((value, index) => index < at && !Number.isNaN(value))
  const step = pnl - (before ?? NaN)
  const fraction = series.fraction[at] ?? NaN
  return [
    gainCell(step, displaySigned(step), colour),
    gainCell(pnl, displaySigned(pnl), colour),
    Number.isNaN(fraction) ? MISSING_TEXT : gainCell(fraction, displayPercent(fraction), colour),
  ]
}
