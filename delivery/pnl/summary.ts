import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import {
  displayAsset,
  displayMoney,
  displayPercent,
  displayPrice,
  displayQuantity,
  displaySigned,
  numberOrNull,
} from '../number.ts'
import { paint, renderTable, type Cell, type Column, type TableOptions } from '../table.ts'
import { safeText } from '../text.ts'
import { gainCell, tokenNote, totalNote } from './cells.ts'

const COLUMNS: readonly Column[] = [
  { head: 'token', align: 'left' },
  { head: 'asset', align: 'left' },
  { head: 'quantity', align: 'right' },
  { head: 'mark', align: 'right' },
  { head: 'value', align: 'right' },
  { head: 'PnL', align: 'right' },
  { head: 'PnL %', align: 'right' },
  { head: '', align: 'left' },
]

/** Each token over the whole range, the largest value first, and their sum. */
export function summaryPart(report: PnlReport, options: TableOptions): string {
  const { bold } = paint(options.colour)
  const last = report.hours.length - 1
  const size = (token: PnlReport['tokens'][number]) => Math.abs(token.value[last] ?? NaN) || 0
  const rows: Cell[][] = [...report.tokens]
    .sort((a, b) => size(b) - size(a))
    .map((token) => [
      safeText(token.symbol),
      safeText(displayAsset(token.asset)),
      displayQuantity(token.quantity[last] ?? null),
      displayPrice(token.mark[last] ?? NaN),
      displayMoney(token.value[last] ?? NaN),
      ...gains(token, last, options.colour),
      tokenNote(token, last),
    ])
  const { total } = report
  rows.push([
    { text: 'total', paint: bold },
    '',
    '',
    '',
    { text: displayMoney(total.value[last] ?? NaN), paint: bold },
    ...gains(total, last, options.colour),
    totalNote(report, last),
  ])
  return renderTable(COLUMNS, rows, options)
}

type Gains = { readonly pnl: Float64Array; readonly fraction: Float64Array }

function gains(series: Gains, at: number, colour: boolean): Cell[] {
  const pnl = series.pnl[at] ?? NaN
  const percent = numberOrNull(series.fraction[at])
  return [gainCell(pnl, displaySigned(pnl), colour), gainCell(percent, displayPercent(percent), colour)]
}

/** What the PnL is made of, where it is more than the change of prices; empty otherwise. */
export function attributionLine(report: PnlReport): string {
  const { price, trading, income, fees, loss, residual } = report.total.attribution
  const parts: [string, number][] = [
    ['price', price],
    ['trading', trading],
    ['income', income],
    ['fees', fees],
    ['loss', loss],
    // Rounding leaves a residual of some 1e-12 of the terms; what is larger is told.
    ['residual', Math.abs(residual) > 1e-9 * (Math.abs(price) + Math.abs(trading) + 1) ? residual : 0],
  ]
  const shown = parts.filter(([, value]) => Math.abs(value) > 0)
  const external = report.total.external
  const deposits = Math.abs(external) > 0 ? ` Deposits less withdrawals: ${displaySigned(external)}.` : ''
  const { exchanged } = report.total
  // What is left of exchanges is rounding where every purchase was paid from the portfolio.
  const paid = Math.abs(exchanged) > 1e-9 * Math.abs(report.total.value.at(-1) ?? 0)
  const flows =
    deposits + (paid ? ` Bought less sold for money that is not tracked: ${displaySigned(exchanged)}.` : '')
  if (shown.every(([name]) => name === 'price')) return flows.trim()
  return `Of it ${shown.map(([name, value]) => `${name} ${displaySigned(value)}`).join(', ')}.${flows}`
}
