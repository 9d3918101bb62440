import type { ReactNode } from 'react'
import { stamp, zoneName } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { HIDDEN, Share } from '../../ui/Figure.tsx'
import { PnlFigure } from './Figures.tsx'
import { Grid, type GridColumn } from './Grid.tsx'
import { useNarrow } from './use-narrow.ts'
import { tokenNote, type Level, type Pnl, type Token } from './rows.ts'
import { figureOf, MEASURES, measureName, type Measure, type Series } from './table.ts'

type Props = {
  readonly pnl: Pnl
  readonly level: Level
  readonly marks: readonly number[]
  readonly series: readonly Series[]
  /** Null is the whole. */
  readonly onOpen: (row: number, asset: string | null) => void
  readonly onBack: () => void
}

/** Hours down, tokens across: one figure of each. */
export function ByToken(props: Props & { readonly measure: Measure }) {
  const { pnl, level, marks, series, measure, onOpen, onBack } = props
  const { zone, privacy } = useSettings()
  const narrow = useNarrow()
  // The whole comes first where it has the figure: it must not be out of sight.
  const shown = [...series.slice(-1), ...series.slice(0, -1)].filter(
    (one) => figureOf(one, measure, 0, marks) !== undefined,
  )
  const columns: GridColumn[] = [
    hourColumn(pnl, zone, narrow),
    ...shown.map(({ asset, symbol }) => ({ id: asset ?? ' total', header: symbol, width: 138 })),
  ]
  const figure = (row: number, one: Series | undefined, what: Measure): ReactNode =>
    one === undefined ? null : <PnlFigure {...{ pnl, marks, row }} series={one} measure={what} />
  const last = marks.length - 1
  const footer = measure === 'step' ? 'pnl' : measure
  return (
    <Grid
      label={`${measureName(measure, level)} by hour and token`}
      view={`${measure} ${pnl.from} ${pnl.to} ${level}`}
      columns={columns}
      count={marks.length}
      cell={(row, column) =>
        column === 0 ? stampOf(pnl, marks[row], zone, narrow) : figure(row, shown[column - 1], measure)
      }
      footer={(column) =>
        column === 0 ? (narrow ? 'the range' : FOOTERS[footer]) : figure(last, shown[column - 1], footer)
      }
      plain={(row, column) => plainOf(pnl, marks, row, shown[column - 1], measure, privacy)}
      onOpen={(row, column) => onOpen(row, shown[column - 1]?.asset ?? null)}
      onBack={onBack}
    />
  )
}

const FOOTERS: Readonly<Record<Exclude<Measure, 'step'>, string>> = {
  ...{ pnl: 'made in the range', percent: 'in the range', value: 'at the end' },
  ...{ mark: 'at the end', quantity: 'at the end' },
}

const WIDTHS: Readonly<Record<Measure, number>> = {
  ...{ step: 120, pnl: 120, percent: 100, value: 150, mark: 150, quantity: 130 },
}
const ORDER: readonly Measure[] = ['quantity', 'mark', 'value', 'step', 'pnl', 'percent']

/** Every figure of every token, hour by hour, as the command prints them. */
export function EveryFigure({ pnl, level, marks, series, onOpen, onBack }: Props) {
  const { zone, privacy } = useSettings()
  const narrow = useNarrow()
  const columns: GridColumn[] = [
    hourColumn(pnl, zone, narrow),
    { id: 'token', header: 'token', width: 90, left: true },
    ...ORDER.map((measure) => ({ id: measure, header: measureName(measure, level), width: WIDTHS[measure] })),
    { id: 'note', header: <span className="hidden">note</span>, width: 170, left: true },
  ]
  const at = (line: number) => ({ row: Math.floor(line / series.length), one: series[line % series.length] })
  const content = (row: number, one: Series | undefined, column: number): ReactNode => {
    const measure = ORDER[column - 2]
    if (one === undefined) return null
    if (column === 1) return one.symbol
    if (measure === undefined) return noteOf(pnl, one, marks[row] ?? 0)
    return <PnlFigure {...{ pnl, marks, row, measure }} series={one} />
  }
  const last = marks.length - 1
  const whole = series.at(-1)
  return (
    <Grid
      label="Every figure by hour and token"
      view={`all ${pnl.from} ${pnl.to} ${level}`}
      columns={columns}
      count={marks.length * series.length}
      isStrong={(line) => at(line).one?.asset === null}
      cell={(line, column) => {
        const { row, one } = at(line)
        return column === 0 ? stampOf(pnl, marks[row], zone, narrow) : content(row, one, column)
      }}
      footer={(column) =>
        column === 0 ? 'the range' : ORDER[column - 2] === 'step' ? null : content(last, whole, column)
      }
      plain={(line, column) => {
        const { row, one } = at(line)
        if (column === 1) return one?.symbol ?? ''
        return plainOf(pnl, marks, row, column === 0 ? undefined : one, ORDER[column - 2], privacy)
      }}
      onOpen={(line) => onOpen(at(line).row, at(line).one?.asset ?? null)}
      onBack={onBack}
    />
  )
}

function noteOf(pnl: Pnl, { asset }: Series, index: number): ReactNode {
  if (asset !== null) {
    const token: Token | undefined = pnl.tokens.find((one) => one.asset === asset)
    return <span className="soft small">{token === undefined ? '' : tokenNote(token, index)}</span>
  }
  const [value = 0, count = 0] = [pnl.total.coverage[index], pnl.total.coverageByCount[index]]
  if (value === 1 && count === 1) return null
  return (
    <span className="soft small">
      <Share value={value === 1 ? count : value} /> {value === 1 ? 'of tokens priced' : 'priced'}
    </span>
  )
}

function hourColumn(pnl: Pnl, zone: string | null, narrow: boolean): GridColumn {
  return { id: 'hour', header: `hour (${zoneName(pnl.to, zone)})`, width: narrow ? 116 : 164 }
}

/** Where there is little room the year is left to the heading. */
function stampOf(pnl: Pnl, index: number | undefined, zone: string | null, narrow: boolean): string {
  const text = index === undefined ? '' : stamp(pnl.hours[index] ?? pnl.to, zone)
  return narrow ? text.slice(5) : text
}

/** What the clipboard gets: every digit, the time as it is stored, and nothing that is hidden. */
function plainOf(
  pnl: Pnl,
  marks: readonly number[],
  row: number,
  one: Series | undefined,
  measure: Measure | undefined,
  privacy: boolean,
): string {
  if (one === undefined) return pnl.hours[marks[row] ?? 0] ?? ''
  if (measure === undefined) return ''
  const isPublic = measure === 'percent' || measure === 'mark'
  if (privacy && !isPublic) return HIDDEN
  return figureOf(one, measure, row, marks) ?? ''
}

export const isMeasure = (text: string | null): text is Measure =>
  MEASURES.some((measure) => measure === text)
