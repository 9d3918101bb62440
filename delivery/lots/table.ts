import { formatTime } from '#core/hour.ts'
import type { AssetRow, LotView } from '#pipeline/lots/view.ts'
import { displayQuantity, displayShare, MISSING_TEXT } from '../number.ts'
import { paint, renderTable, type Cell, type TableOptions } from '../table.ts'
import { safeText } from '../text.ts'
import { coloured, left, moneyOf, priceOf, right, signedOf } from './cells.ts'
import { longTermText } from './json.ts'
import { allocationTable, disposalsTable, nameOf, openLots, type LotsTableOptions } from './lists.ts'
import { problemLines } from './problems.ts'

/** Stands under everything that people read of gains. */
export const NO_ADVICE = 'This is a calculation, not tax advice.'

/**
 * Lots as people read them: what is wrong first, then what is held, what was realised, the lots that are open and the
 * disposals with their parts. Ends without a line break.
 */
export function renderLots(view: LotView, options: LotsTableOptions): string {
  const { report } = view
  const parts = [
    headingLine(view, options),
    problemLines(report.problems, options),
    report.assets.length === 0 ? 'Nothing was ever bought or received.' : heldTable(report.assets, options),
    report.assets.length === 0 ? '' : realisedTable(report.assets, options),
    totalLines(view, options),
    allocationTable(report.allocation, options),
    openLots(report.lots, options),
    disposalsTable(report.disposals, options),
    NO_ADVICE,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** What was computed, and how. */
function headingLine(view: LotView, options: TableOptions): string {
  const { method, methods, scope, walletFrom } = view.settings
  return headline(view, options, [
    methods.length === 0 ? method : `${method} (${methods.length} other by asset or year)`,
    walletFrom === null ? scope : `${scope}, by wallet from ${formatTime(walletFrom)}`,
  ])
}

/** A heading; what all that stands below it has in common. */
export function headline(
  { portfolio, baseCurrency, settings, at }: LotView,
  { colour }: TableOptions,
  more: readonly string[],
): string {
  const { bold, dim } = paint(colour)
  const { fees, oversell, longTerm, timeZone } = settings
  const choices = [
    baseCurrency,
    ...more,
    fees === 'basis' ? 'fees in the basis' : 'fees apart',
    ...(oversell === 'report' ? [] : [`oversell ${oversell}`]),
    `long after ${longTermText(longTerm)}`,
    ...(timeZone === 'UTC' ? [] : [timeZone]),
    at === null ? 'no flows' : `at ${formatTime(at)}`,
  ]
  return `${bold(safeText(portfolio ?? 'Lots'))} ${dim(`· ${choices.join(' · ')}`)}`
}

function heldTable(assets: readonly AssetRow[], options: LotsTableOptions): string {
  const held = assets.filter(({ quantity }) => quantity !== '0')
  if (held.length === 0) return 'Nothing is held.'
  const columns = [
    left('held'),
    right('quantity'),
    right('average cost'),
    right('mark'),
    right('value'),
    right('unrealised'),
  ]
  const rows = held.map((row): Cell[] => [
    nameOf(row.asset, options),
    displayQuantity(row.quantity),
    priceOf(row.averageCost),
    priceOf(row.mark),
    moneyOf(row.value),
    // Without any documented cost there is nothing that it could be compared with.
    row.averageCost === null ? MISSING_TEXT : coloured(row.unrealised, options),
  ])
  return renderTable(columns, rows, options)
}

function realisedTable(assets: readonly AssetRow[], options: LotsTableOptions): string {
  const columns = [
    left('realised'),
    right('short'),
    right('long'),
    right('realised'),
    right('income'),
    right('costs'),
    right('unproven'),
  ]
  const active = assets.filter(({ realised, income, costs }) =>
    [realised, income, costs].some((sum) => sum !== '0'),
  )
  if (active.length === 0) return 'Nothing was realised, earned or paid.'
  const rows = active.map((row): Cell[] => [
    nameOf(row.asset, options),
    signedOf(row.realisedShort),
    signedOf(row.realisedLong),
    coloured(row.realised, options),
    moneyOf(row.income),
    moneyOf(row.costs),
    row.unproven === '0' ? '' : signedOf(row.unproven),
  ])
  const used = rows.some((row) => row[6] !== '') ? 7 : 6
  return renderTable(
    columns.slice(0, used),
    rows.map((row) => row.slice(0, used)),
    options,
  )
}

function totalLines({ report, baseCurrency, settings }: LotView, options: LotsTableOptions): string {
  const { colour } = options
  const { bold, yellow } = paint(colour)
  const { total } = report
  const { value, cost, unrealised, realised, realisedShort, realisedLong } = total
  const lines = [
    `${bold(`Total ${moneyOf(value)} ${baseCurrency}`)}   cost ${moneyOf(cost)}   unrealised ${signedOf(unrealised)}`,
    `Realised ${signedOf(realised)} (short ${signedOf(realisedShort)}, long ${signedOf(realisedLong)}), ` +
      `income ${moneyOf(total.income)}, costs ${moneyOf(total.costs)}` +
      (settings.fees === 'expense' ? ` (of it fees of trades ${moneyOf(total.fees)})` : '') +
      (total.transferred === '0' ? '' : `, transferred ${signedOf(total.transferred)}`),
  ]
  if (total.unproven !== '0')
    lines.push(yellow(`! ${signedOf(total.unproven)} of the gain is unproven: its cost is not documented.`))
  if (total.coverage < 1) lines.push(yellow(`! ${displayShare(total.coverage)} of the value has a mark.`))
  if (total.partial.length > 0)
    lines.push(
      yellow(
        `! Something is missing in: ${nameOf(total.partial.join(', '), options)}; the sums are of what is known.`,
      ),
    )
  return lines.join('\n')
}
