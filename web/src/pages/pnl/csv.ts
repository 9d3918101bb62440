import type { Series } from './table.ts'
import { stepAt, type Pnl } from './rows.ts'

/** The rows that are shown as CSV (RFC 4180): plain decimals, empty where a figure is missing. */
export function csvOf(pnl: Pnl, marks: readonly number[], series: readonly Series[]): string {
  const head = [
    'hour',
    'asset',
    'token',
    'quantity',
    'mark',
    'value',
    'since_before',
    'pnl',
    'pnl_fraction',
    'quality',
  ]
  const lines = marks.flatMap((index, row) =>
    series.map((one) => {
      const own = [
        one.quantity?.[index],
        one.mark?.[index],
        one.value[index],
        stepAt(one.pnl, marks, row),
        one.pnl[index],
      ].map((figure) => figure ?? '')
      const fraction = one.fractions[index] ?? null
      return [
        pnl.hours[index] ?? '',
        text(one.asset ?? 'total'),
        text(one.symbol),
        ...own,
        fraction === null ? '' : String(fraction),
        one.quality[index] ?? 'missing',
      ].join(',')
    }),
  )
  return `${[head.join(','), ...lines].join('\n')}\n`
}

/** A name that somebody else chose: no formula to a spreadsheet, and no second cell. */
function text(name: string): string {
  const safe = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
