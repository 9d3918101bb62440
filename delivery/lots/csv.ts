import { Decimal } from '#core/decimal.ts'
import { formatTime } from '#core/hour.ts'
import type { DisposalRow, LotRow, LotView, PartRow } from '#pipeline/lots/view.ts'
import type { LotCsv } from './csv-names.ts'
import { csvChunks, type ExportColumn } from '../export/rows.ts'
import { tidy, tidyGain } from './tidy.ts'

type Gain = { readonly row: DisposalRow; readonly part: PartRow; readonly date: (ms: number) => string }

const text = <Row>(name: string, of: (row: Row) => string | null): ExportColumn<Row> => ({
  name,
  kind: 'text',
  of,
})
const number = <Row>(name: string, of: (row: Row) => string | null): ExportColumn<Row> => ({
  name,
  kind: 'number',
  of,
})

/** Rows of a view as CSV in the columns asked for: a part of a disposal a line, or a lot a line. */
export function lotsCsv(view: LotView, format: LotCsv): AsyncGenerator<string> {
  if (format === 'lots') return csvChunks(LOTS, view.report.lots)
  const date = dateIn(view.settings.timeZone)
  const gains = view.report.disposals.flatMap((row) => row.parts.map((part): Gain => ({ row, part, date })))
  if (format === 'gains') return csvChunks(GAINS, gains)
  if (format === 'koinly') return csvChunks(koinly(view.baseCurrency), gains)
  // The form has a part for each term, short-term transactions first.
  const byTerm = [...gains].sort((a, b) => Number(a.part.term === 'long') - Number(b.part.term === 'long'))
  return csvChunks(FORM_8949, byTerm)
}

const LOTS: readonly ExportColumn<LotRow>[] = [
  text('id', ({ id }) => id),
  text('asset', ({ asset }) => asset),
  text('wallet', ({ wallet }) => wallet),
  text('opened', ({ opened }) => formatTime(opened)),
  number('quantity', ({ quantity }) => quantity),
  number('remaining', ({ remaining }) => remaining),
  number('unit_cost', ({ unitCost }) => unitCost),
  number('remaining_cost', ({ remainingCost }) => remainingCost),
  text('flow', ({ from }) => from.flow),
  text('source', ({ from }) => from.source),
]

const GAINS: readonly ExportColumn<Gain>[] = [
  text('time', ({ row }) => formatTime(row.time)),
  text('kind', ({ row }) => row.kind),
  text('asset', ({ row }) => row.asset),
  text('wallet', ({ row }) => row.wallet),
  number('quantity', ({ part }) => part.quantity),
  text('acquired', ({ part }) => (part.opened === null ? null : formatTime(part.opened))),
  number('proceeds', ({ part }) => part.proceeds),
  number('cost', ({ part }) => part.cost),
  number('gain', ({ part }) => part.gain),
  text('term', ({ part }) => part.term),
  text('undocumented', ({ part }) => (part.undocumented ? 'yes' : '')),
  text('rule', ({ part }) => part.rule),
  text('lot', ({ part }) => part.lot),
  text('flow', ({ row }) => row.flow),
  text('source', ({ row }) => row.source),
]

/** Cents, half-even: what the form and the programs that read it take. */
const cents = (amount: string | null): string | null =>
  amount === null ? null : new Decimal(amount).toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN).toFixed(2)

/** Its column (h) is what its columns (d) and (e) say, so that a line of the form adds up to the cent. */
function gainInCents({ proceeds, cost }: PartRow): string | null {
  const [got, paid] = [cents(proceeds), cents(cost)]
  return got === null || paid === null ? null : new Decimal(got).minus(paid).toFixed(2)
}

const FORM_8949: readonly ExportColumn<Gain>[] = [
  text('Part', ({ part }) => (part.term === 'short' ? 'I (short-term)' : 'II (long-term)')),
  text('(a) Description of property', ({ row, part }) => `${part.quantity} ${row.asset}`),
  text('(b) Date acquired', ({ part, date }) => (part.opened === null ? null : date(part.opened))),
  text('(c) Date sold or disposed of', ({ row, date }) => date(row.time)),
  number('(d) Proceeds', ({ part }) => cents(part.proceeds)),
  number('(e) Cost or other basis', ({ part }) => cents(part.cost)),
  text('(f) Code(s) from instructions', () => null),
  number('(g) Amount of adjustment', () => null),
  number('(h) Gain or (loss)', ({ part }) => gainInCents(part)),
]

const shown = (amount: string | null): string | null => (amount === null ? null : tidy(amount))

const koinly = (currency: string): readonly ExportColumn<Gain>[] => [
  text('Date Sold', ({ row }) => formatTime(row.time).replace('T', ' ').replace('Z', ' UTC')),
  text('Date Acquired', ({ part }) =>
    part.opened === null ? null : formatTime(part.opened).replace('T', ' ').replace('Z', ' UTC'),
  ),
  text('Asset', ({ row }) => row.asset),
  number('Amount', ({ part }) => part.quantity),
  number(`Cost (${currency.toUpperCase()})`, ({ part }) => shown(part.cost)),
  number(`Proceeds (${currency.toUpperCase()})`, ({ part }) => shown(part.proceeds)),
  number('Gain / loss', ({ part }) => tidyGain(part.proceeds, part.cost)),
  text('Notes', ({ row, part }) => (part.undocumented ? `${row.kind}, cost basis missing` : row.kind)),
  text('Wallet Name', ({ row }) => row.wallet),
  text('Holding period', ({ part }) => (part.term === 'short' ? 'Short term' : 'Long term')),
]

/** `MM/DD/YYYY`, the day in a time zone. */
function dateIn(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return (ms) => format.format(ms)
}
