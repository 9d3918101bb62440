import { TidemarkError } from '#core/errors.ts'
import { defuse } from '#core/spreadsheet.ts'
import { stringify } from 'csv-stringify/sync'

/**
 * A column of an export: what it is called, and its text in a row, null where there is none. Numbers are plain
 * decimal text, which a spreadsheet reads as a number; texts are kept from being read as formulas.
 */
export type ExportColumn<Row> = {
  readonly name: string
  readonly kind: 'text' | 'number'
  readonly of: (row: Row) => string | null
}

type Rows<Row> = AsyncIterable<Row> | Iterable<Row>

const NUMBER = /^-?\d+(\.\d+)?$/
const PIECE = 1_000

/** The rows as CSV (RFC 4180, line feeds), header first, in pieces. @throws INTERNAL for a number that is none */
export async function* csvChunks<Row>(
  columns: readonly ExportColumn<Row>[],
  rows: Rows<Row>,
): AsyncGenerator<string> {
  yield csvLines([columns.map(({ name }) => name)])
  for await (const piece of inPieces(rows)) {
    yield csvLines(piece.map((row) => columns.map((column) => csvCell(column, row))))
  }
}

function csvLines(records: readonly (readonly string[])[]): string {
  return stringify(records as string[][], { quoted_match: NEEDS_QUOTES })
}

// Beside what CSV itself needs, an apostrophe in front: some readers cut it off where it is not in quotes.
const NEEDS_QUOTES = /^'|[\r\n\t\0]/

function csvCell<Row>(column: ExportColumn<Row>, row: Row): string {
  const text = cell(column, row)
  if (text === null) return ''
  return column.kind === 'number' ? text : defuse(text)
}

/** The rows as one JSON document, `{"schemaVersion":1,"what":…,"rows":[…]}`, in pieces. What is missing is null. */
export async function* jsonChunks<Row>(
  what: string,
  columns: readonly ExportColumn<Row>[],
  rows: Rows<Row>,
): AsyncGenerator<string> {
  yield `{"schemaVersion":1,"what":${JSON.stringify(what)},"rows":[`
  let before = '\n'
  for await (const piece of inPieces(rows)) {
    const texts = piece.map((row) =>
      JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, cell(column, row)]))),
    )
    yield `${before}${texts.join(',\n')}`
    before = ',\n'
  }
  yield '\n]}\n'
}

function cell<Row>(column: ExportColumn<Row>, row: Row): string | null {
  const text = column.of(row)
  if (text === null || column.kind === 'text' || NUMBER.test(text)) return text
  throw new TidemarkError('INTERNAL', {
    message: `The column "${column.name}" of the export holds a text where a number belongs.`,
    fix: 'This is a fault of tidemark: report it, and export another format meanwhile.',
  })
}

async function* inPieces<Row>(rows: Rows<Row>): AsyncGenerator<Row[]> {
  let piece: Row[] = []
  for await (const row of rows) {
    piece.push(row)
    if (piece.length < PIECE) continue
    yield piece
    piece = []
  }
  if (piece.length > 0) yield piece
}
