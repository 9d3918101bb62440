/** Called for each row of a table with its cells, which stand as its `columns` do. */
export type RowReader = (cells: readonly string[]) => void

/** What an answer of 200 can end in: a table that tells why there is no more. */
export class FluxFailure extends Error {
  override readonly name = 'FluxFailure'
}

/**
 * Reads the CSV that Flux answers with (without annotations), as it arrives.
 * @param table called with the column names of each table; gives the reader of its rows
 * @throws FluxFailure for a table of errors, wherever it stands in the answer
 */
export async function readFluxCsv(
  bytes: AsyncIterable<Uint8Array>,
  table: (columns: readonly string[]) => RowReader,
): Promise<void> {
  const decoder = new TextDecoder()
  const reader = new TableReader(table)
  let rest = ''
  for await (const chunk of bytes) rest = reader.take(rest + decoder.decode(chunk, { stream: true }))
  rest = reader.take(rest + decoder.decode())
  if (rest !== '') reader.line(rest)
}

class TableReader {
  private readonly table: (columns: readonly string[]) => RowReader
  private row: RowReader | null = null
  /** Beginning of a row with a line break inside of quotes. */
  private open = ''

  constructor(table: (columns: readonly string[]) => RowReader) {
    this.table = table
  }

  /** Takes all whole lines of a text and gives back what is left. */
  take(text: string): string {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.line(text.slice(from, end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end))
      from = end + 1
    }
    return text.slice(from)
  }

  line(line: string): void {
    const whole = this.open === '' ? line : `${this.open}\n${line}`
    if (whole.includes('"') && quotes(whole) % 2 === 1) {
      this.open = whole
      return
    }
    this.open = ''
    if (whole === '') {
      this.row = null // an empty line ends a table
      return
    }
    const cells = cellsOf(whole)
    if (this.row !== null) this.row(cells)
    else this.row = isErrorTable(cells) ? fail(cells.indexOf('error')) : this.table(cells)
  }
}

const isErrorTable = (columns: readonly string[]): boolean =>
  columns[0] === 'error' || (columns[0] === '' && columns[1] === 'error')

const fail =
  (at: number): RowReader =>
  (cells) => {
    throw new FluxFailure(cells[at] ?? 'an error without words')
  }

const quotes = (text: string): number => text.split('"').length - 1

function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const cells: string[] = []
  const pattern = /"((?:[^"]|"")*)"(?:,|$)|([^,]*)(?:,|$)/gy
  while (pattern.lastIndex < line.length) {
    const [text, quoted, plain] = pattern.exec(line) as RegExpExecArray
    cells.push(quoted === undefined ? (plain as string) : quoted.replaceAll('""', '"'))
    if (pattern.lastIndex === line.length && text.endsWith(',')) cells.push('')
  }
  return cells
}
