import type { PnlBreakdown, PnlGroup } from '#pipeline/queries/pnl-by.ts'
import { displayMoney, displayPercent, displayShare, displaySigned, numberOrNull } from './number.ts'
import { heading, total, type PnlTableOptions } from './pnl-table.ts'
import { gainCell, partNote } from './pnl/cells.ts'
import { gapLines } from './pnl/gaps.ts'
import { paint, renderTable, type Cell, type TableOptions } from './table.ts'
import { safeText } from './text.ts'

/** A portfolio taken apart, the largest part first, and its total. Ends without a line break. */
export function renderPnlByTable({ by, report, groups }: PnlBreakdown, options: PnlTableOptions): string {
  const parts = [
    heading(report, options),
    groups.length === 0 ? 'Nothing was held in this range.' : table({ by, report, groups }, options),
    total(report, options),
    gapLines(report).join('\n'),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function table({ by, report, groups }: PnlBreakdown, options: TableOptions): string {
  const { bold } = paint(options.colour)
  const last = report.hours.length - 1
  const whole = report.total.value[last] ?? NaN
  const size = (group: PnlGroup) => Math.abs(group.value[last] ?? NaN) || 0
  const rows: Cell[][] = [...groups]
    .sort((a, b) => size(b) - size(a))
    .map((group) => [
      safeText(group.label),
      String(group.assets.length),
      displayMoney(group.value[last] ?? NaN),
      shareOf(group.value[last] ?? NaN, whole),
      ...gains(group, last, options.colour),
      partNote(group, last),
    ])
  const all = new Set(groups.flatMap(({ assets }) => assets)).size
  rows.push([
    { text: 'total', paint: bold },
    String(all),
    { text: displayMoney(whole), paint: bold },
    '',
    ...gains(report.total, last, options.colour),
    partNote(report.total, last),
  ])
  return renderTable(
    [
      { head: by, align: 'left' },
      { head: 'assets', align: 'right' },
      { head: 'value', align: 'right' },
      { head: 'share', align: 'right' },
      { head: 'PnL', align: 'right' },
      { head: 'PnL %', align: 'right' },
      { head: '24 h', align: 'right' },
      { head: '', align: 'left' },
    ],
    rows,
    options,
  )
}

/** A share of what is worth something; debts beside it would make more than the whole. */
const shareOf = (value: number, whole: number): string =>
  value >= 0 && whole > 0 && value <= whole ? displayShare(value / whole) : ''

type Gains = Pick<PnlGroup, 'pnl' | 'fraction' | 'change24h'>

function gains(series: Gains, at: number, colour: boolean): Cell[] {
  const pnl = series.pnl[at] ?? NaN
  const percent = numberOrNull(series.fraction[at])
  const day = series.change24h?.pnl ?? null
  return [
    gainCell(pnl, displaySigned(pnl), colour),
    gainCell(percent, displayPercent(percent), colour),
    day === null ? '' : gainCell(day, displaySigned(day), colour),
  ]
}
