import { gainsOf, type GainRow, type GainYear } from '#pipeline/lots/gains.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import { displayQuantity } from '../number.ts'
import { paint, renderTable, type Cell, type Column, type TableOptions } from '../table.ts'
import { safeText } from '../text.ts'
import { problemLines } from './problems.ts'
import { moneyOf, signedOf } from './cells.ts'
import { headline, NO_ADVICE } from './table.ts'

/** Gains by year, asset and term, with what is wrong first and each year in total. Ends without a line break. */
export function renderGains(view: LotView, options: TableOptions): string {
  const { rows, years } = gainsOf(view)
  const { method, scope } = view.settings
  const parts = [
    headline(view, options, [method, scope]),
    problemLines(view.report.problems, options),
    years.length === 0 ? 'Nothing was realised, earned or paid.' : gainTable(rows, options),
    years.map((year) => yearLine(year, options)).join('\n'),
    NO_ADVICE,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

const COLUMNS: readonly Column[] = [
  { head: 'year', align: 'left', whole: true },
  { head: 'asset', align: 'left' },
  { head: 'term', align: 'left', whole: true },
  { head: 'quantity', align: 'right' },
  { head: 'proceeds', align: 'right' },
  { head: 'cost', align: 'right' },
  { head: 'gain', align: 'right' },
]

function gainTable(rows: readonly GainRow[], options: TableOptions): string {
  if (rows.length === 0) return ''
  const cells = rows.map((row): Cell[] => [
    String(row.year),
    safeText(row.asset),
    row.term,
    displayQuantity(row.quantity),
    moneyOf(row.proceeds),
    moneyOf(row.cost),
    signedOf(row.gain),
  ])
  return renderTable(COLUMNS, cells, options)
}

function yearLine(year: GainYear, { colour }: TableOptions): string {
  const { bold, yellow } = paint(colour)
  const { realised, realisedShort, realisedLong, income, costs, unproven } = year
  const line =
    `${bold(`${year.year} ${signedOf(realised)}`)} (short ${signedOf(realisedShort)}, long ${signedOf(realisedLong)}), ` +
    `income ${moneyOf(income)}, costs ${moneyOf(costs)}`
  const notes = [
    ...(unproven === '0' ? [] : [`${signedOf(unproven)} of it unproven`]),
    ...(year.partial ? ['something is missing, these are the sums of what is known'] : []),
  ]
  return notes.length === 0 ? line : `${line}\n  ${yellow(`! ${notes.join('; ')}`)}`
}
