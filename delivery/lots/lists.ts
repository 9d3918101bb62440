import { formatTime } from '#core/hour.ts'
import type { AllocationRow, DisposalRow, LotRow, PartRow } from '#pipeline/lots/view.ts'
import type { Named } from '../named.ts'
import { displayQuantity } from '../number.ts'
import { paint, renderTable, type Cell, type TableOptions } from '../table.ts'
import { safeText } from '../text.ts'
import { coloured, left, moneyOf, priceOf, right, signedOf } from './cells.ts'

export type LotsTableOptions = TableOptions & {
  /** Rows of each list; the newest are shown. Null shows all. */
  readonly most: number | null
  /** Puts names in the place of ids. */
  readonly named?: Named
}

/** A text of a row, by the names that people know. */
export const nameOf = (text: string, { named }: Pick<LotsTableOptions, 'named'>): string =>
  safeText(named === undefined ? text : named(text))

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

/** Which wallet got what of each lot, on the day from which pools are by wallet. */
export function allocationTable(rows: readonly AllocationRow[], options: LotsTableOptions): string {
  const [first] = rows
  if (first === undefined) return ''
  const columns = [
    left('allocated'),
    left('asset'),
    left('wallet'),
    right('quantity'),
    right('cost'),
    left('lot'),
  ]
  const shown = newest(rows, options)
  const cells = shown.map((row): Cell[] => [
    day(row.time),
    nameOf(row.asset, options),
    nameOf(row.wallet, options),
    displayQuantity(row.quantity),
    moneyOf(row.cost),
    safeText(row.lot),
  ])
  return renderTable(columns, cells, options) + leftOut(shown.length, rows.length, 'parts')
}

/** Lots that are open, the newest last. */
export function openLots(lots: readonly LotRow[], options: LotsTableOptions): string {
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
    nameOf(lot.asset, options),
    nameOf(lot.wallet ?? '', options),
    displayQuantity(lot.remaining),
    priceOf(lot.unitCost),
    moneyOf(lot.remainingCost),
    safeText(lot.from.source),
  ])
  const byWallet = lots.some(({ wallet }) => wallet !== null)
  const keep = <T>(cells: readonly T[]): T[] => cells.filter((_, at) => byWallet || at !== 2)
  return renderTable(keep(columns), rows.map(keep), options) + leftOut(shown.length, open.length, 'lots')
}

/** Disposals, each with the parts that it was drawn from. */
export function disposalsTable(disposals: readonly DisposalRow[], options: LotsTableOptions): string {
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
      nameOf(`${row.kind} ${row.asset}`, options),
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
