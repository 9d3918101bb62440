import { createReadStream } from 'node:fs'
import { CsvError, Parser } from 'csv-parse'
import { TidemarkError } from '#core/errors.ts'

/** One record: its fields, and the line it begins on (the first line of the file is 1). */
export type CsvRow = { readonly line: number; readonly fields: readonly string[] }

/** Text of a file, in pieces of any size, or its path. */
export type CsvInput = string | AsyncIterable<string | Buffer>

// Sixteen fields of 64 KB; above it, it is not a table that is being read.
const MAX_RECORD = 1_200_000
const PIECE = 262_144

/** What stopped the reading of a file, with its line. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault'
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/**
 * Reads comma-separated records in bounded memory, in pieces: a byte order mark, CRLF and quotes as RFC 4180 has
 * them; empty lines are passed over.
 * @throws CsvFault where the file cannot be taken apart any further; everything before it has been given
 * @throws TidemarkError FILE_INVALID when there is no such file
 */
export async function* csvRows(input: CsvInput): AsyncGenerator<CsvRow[]> {
  let rows: CsvRow[] = []
  let twice = 0
  const parser = new Parser({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: MAX_RECORD,
    on_record: (fields: string[], { lines }) => {
      // The parser counts the line it ends on, and a CRLF inside of quotes as two.
      const breaks = fields.reduce((sum, field) => sum + lineBreaks(field), 0)
      const characters = breaks === 0 ? 0 : fields.join().replace(/[^\r\n]/g, '').length
      rows.push({ line: lines - twice - characters, fields })
      twice += characters - breaks
      return null
    },
  })
  parser.on('error', () => undefined)
  const take = () => {
    const taken = rows
    rows = []
    return taken
  }
  for await (const piece of pieces(input)) {
    const error = await new Promise<unknown>((done) => parser.write(piece, done))
    if (rows.length > 0) yield take()
    if (error) throw faultOf(error, twice)
  }
  const error = await new Promise<unknown>((done) => parser.end(done))
  if (rows.length > 0) yield take()
  if (error) throw faultOf(error, twice)
}

function lineBreaks(field: string): number {
  return field.includes('\n') || field.includes('\r') ? (field.match(/\r\n|\r|\n/g)?.length ?? 0) : 0
}

async function* pieces(input: CsvInput): AsyncGenerator<Buffer> {
  for await (const chunk of typeof input === 'string' ? fileChunks(input) : input) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE)
  }
}

async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new TidemarkError('FILE_INVALID', {
      message: `The file ${path} cannot be read (${code}).`,
      fix: 'Check the path and the rights of the file.',
      cause: error,
    })
  }
}

const WORDS: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote (") that was opened before the end of the file is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote: write a quote inside of quotes twice ("")',
  INVALID_OPENING_QUOTE:
    'a quote (") stands inside a field: put the whole field in quotes, that quote twice ("")',
  CSV_MAX_RECORD_SIZE: 'this row is larger than 1 MB: a quote (") is probably not closed',
}

function faultOf(error: unknown, twice: number): Error {
  if (!(error instanceof CsvError)) return error instanceof Error ? error : new Error(String(error))
  const lines = (error as unknown as { lines?: number }).lines ?? 0
  return new CsvFault(lines - twice, WORDS[error.code] ?? error.code)
}
