import picocolors from 'picocolors'
import { truncate, widthOf } from './text.ts'

/** Colours of a terminal, or none of them. */
export type Paint = ReturnType<typeof picocolors.createColors>

export function paint(colour: boolean): Paint {
  return picocolors.createColors(colour)
}

export type Column = {
  readonly head: string
  readonly align: 'left' | 'right'
  /** A text that is never cut either: a time, a name that is all there is. */
  readonly whole?: boolean
}

/** A cell: its text, which is what is measured and cut, and how it is coloured after that. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string }

export type TableOptions = {
  /** Columns of the terminal; null where nothing needs to be cut. */
  readonly width: number | null
  readonly colour: boolean
}

const GAP = 2
const LEAST = 6

/**
 * A table without borders. Where it is wider than the terminal, its texts are cut, the longest first; numbers never
 * are, since a number without its end is another number.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const widths = fit(columns, rows, options.width)
  const { dim } = paint(options.colour)
  const heads = columns.map(({ head }): Cell => ({ text: head, paint: dim }))
  return [heads, ...rows]
    .map((row) => row.map((cell, at) => padded(cell, columns[at]?.align ?? 'left', widths[at] as number)))
    .map((cells) => cells.join(' '.repeat(GAP)).trimEnd())
    .join('\n')
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

/** A cell cut and filled to its column; colour codes have no width and come last. */
function padded(cell: Cell, align: Column['align'], width: number): string {
  const text = truncate(textOf(cell), width)
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  const shown = typeof cell === 'string' ? text : cell.paint(text)
  return align === 'left' ? shown + space : space + shown
}

/** Widths of the columns: as wide as their cells, and the texts among them cut until all of it fits. */
function fit(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number | null): number[] {
  const widths = columns.map(({ head }, at) =>
    rows.reduce((most, row) => Math.max(most, widthOf(textOf(row[at] ?? ''))), widthOf(head)),
  )
  if (width === null) return widths
  let over = widths.reduce((sum, each) => sum + each + GAP, -GAP) - width
  while (over > 0) {
    const texts = widths.map((each, at) => (columns[at]?.align === 'left' && !columns[at].whole ? each : 0))
    const widest = Math.max(...texts)
    if (widest <= LEAST) break
    widths[texts.indexOf(widest)] = widest - 1
    over--
  }
  return widths
}
