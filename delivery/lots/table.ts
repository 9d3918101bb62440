import { formatTime } from '#core/hour.ts'
import type { AssetRow, DisposalRow, LotRow, LotView, PartRow } from '#pipeline/lots/view.ts'
import {
  displayMoney,
  displayPrice,
  displayQuantity,
  displayShare,
  displaySigned,
  MISSING_TEXT,
} from '../number.ts'
import { paint, renderTable, type Cell, type Column, type TableOptions } from '../table.ts'
import { safeText } from '../text.ts'
import { problemLines } from './problems.ts'
import { longTermText } from './json.ts'

/** Stands under everything that people read of gains. */
export const NO_ADVICE = 'This is a calculation, not tax advice.'

export type LotsTableOptions = TableOptions & {
  /** Rows of each list; the newest are shown. Null shows all. */
  readonly most: number | null
}

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

const left = (head: string, whole = false): Column => ({ head, align: 'left', ...(whole ? { whole } : {}) })
const right = (head: string): Column => ({ head, align: 'right' })

export const moneyOf = (text: string | null): string =>
  text === null ? MISSING_TEXT : displayMoney(Number(text))
export const signedOf = (text: string | null): string =>
  text === null ? MISSING_TEXT : displaySigned(Number(text))
const priceOf = (text: string | null): string => (text === null ? MISSING_TEXT : displayPrice(Number(text)))

function coloured(text: string | null, { colour }: TableOptions): Cell {
  const { green, red } = paint(colour)
  const amount = Number(text ?? 0)
  return { text: signedOf(text), paint: amount > 0 ? green : amount < 0 ? red : (shown) => shown }
}

function heldTable(assets: readonly AssetRow[], options: TableOptions): string {
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
    safeText(row.asset),
    displayQuantity(row.quantity),
    priceOf(row.averageCost),
    priceOf(row.mark),
    moneyOf(row.value),
    coloured(row.unrealised, options),
  ])
  return renderTable(columns, rows, options)
}

function realisedTable(assets: readonly AssetRow[], options: TableOptions): string {
  const columns = [
    left('realised'),
    right('short'),
    right('long'),
    right('realised'),
    right('income'),
    right('costs'),
    right('unproven'),
  ]
  const rows = assets.map((row): Cell[] => [
    safeText(row.asset),
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

function totalLines({ report, baseCurrency, settings }: LotView, { colour }: TableOptions): string {
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
      yellow(`! Something is missing in: ${total.partial.join(', ')}; the sums are of what is known.`),
    )
  return lines.join('\n')
}

const day = (ms: number): string => formatTime(ms).slice(0, 10)
const minute = (ms: number): string => formatTime(ms).slice(0, 16).replace('T', ' ')

function newest<T>(rows: readonly T[], { most }: LotsTableOptions): readonly T[] {
  return most === null ? rows : rows.slice(-most)
}

function leftOut(shown: number, all: number, what: string): string {
  return shown === all
    ? ''
    : `\n… and ${all - shown} earlier ${what}; --all shows them, --json and --csv have all.`
}

function openLots(lots: readonly LotRow[], options: LotsTableOptions): string {
  const open = lots.filter(({ remaining }) => remaining !== '0')
  if (open.length === 0) return ''
  const shown = newest(open, options)
  const columns = [
    left('open lot', true),
    left('asset'),
    left('wallet'),
    right('remaining'),
    right('unit cost'),
    right('cost'),
    left('from'),
  ]
  const rows = shown.map((lot): Cell[] => [
    day(lot.opened),
    safeText(lot.asset),
    safeText(lot.wallet ?? ''),
    displayQuantity(lot.remaining),
    priceOf(lot.unitCost),
    moneyOf(lot.remainingCost),
    safeText(lot.from.source),
  ])
  const byWallet = lots.some(({ wallet }) => wallet !== null)
  const keep = <T>(cells: readonly T[]): T[] => cells.filter((_, at) => byWallet || at !== 2)
  return renderTable(keep(columns), rows.map(keep), options) + leftOut(shown.length, open.length, 'lots')
}

function disposalsTable(disposals: readonly DisposalRow[], options: LotsTableOptions): string {
  if (disposals.length === 0) return ''
  const shown = newest(disposals, options)
  const columns = [
    left('disposed of', true),
    left(''),
    right('quantity'),
    right('proceeds'),
    right('cost'),
    right('gain'),
    left('term', true),
  ]
  const { dim } = paint(options.colour)
  const rows = shown.flatMap((row): Cell[][] => [
    [
      minute(row.time),
      safeText(`${row.kind} ${row.asset}`),
      displayQuantity(row.quantity),
      moneyOf(row.proceeds),
      moneyOf(row.cost),
      coloured(row.gain, options),
      row.parts.length === 1 ? termOf(row.parts[0] as PartRow) : '',
    ],
    ...(row.parts.length === 1
      ? []
      : row.parts.map((part) => partCells(part).map((text) => ({ text, paint: dim })))),
  ])
  return renderTable(columns, rows, options) + leftOut(shown.length, disposals.length, 'disposals')
}

const termOf = (part: PartRow): string => (part.undocumented ? 'unproven' : part.term)

function partCells(part: PartRow): string[] {
  return [
    part.opened === null ? '  no lot' : `  of ${day(part.opened)}`,
    part.rule === 'none' ? '' : part.rule,
    displayQuantity(part.quantity),
    moneyOf(part.proceeds),
    moneyOf(part.cost),
    signedOf(part.gain),
    termOf(part),
  ]
}
