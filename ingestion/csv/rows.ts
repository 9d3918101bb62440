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
 * Takes each record as soon as it is parsed. A stream hands records on one by one, which for a million of them takes
 * longer than parsing, and its way to tell their lines counts a line break inside of quotes twice.
 */
class RowParser extends Parser {
  private rows: CsvRow[] = []
  /** Line that the next record begins on. */
  line = 1

  constructor(delimiter: string) {
    super({
      bom: true,
      delimiter,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: MAX_RECORD,
    })
  }

  override push(fields: string[] | null): boolean {
    if (fields === null) return super.push(null)
    if (fields.length > 1 || fields[0] !== '') this.rows.push({ line: this.line, fields })
    this.line += 1
    for (const field of fields) this.line += lineBreaks(field)
    return true
  }

  takeRows(): CsvRow[] {
    const taken = this.rows
    this.rows = []
    return taken
  }
}

function lineBreaks(field: string): number {
  return field.includes('\n') || field.includes('\r') ? (field.match(/\r\n|\r|\n/g)?.length ?? 0) : 0
}

/**
 * Reads records, comma-separated unless told otherwise, in bounded memory, in pieces: a byte order mark, CRLF and quotes as RFC 4180 has
 * them; empty lines are passed over.
 * @throws CsvFault where the file cannot be taken apart any further; everything before it has been given
 * @throws TidemarkError INPUT_INVALID when there is no such file
 */
export async function* csvRows(input: CsvInput, delimiter = ','): AsyncGenerator<CsvRow[]> {
  const parser = new RowParser(delimiter)
  parser.on('error', () => undefined)
  for await (const piece of pieces(input)) {
    const error = await new Promise<unknown>((done) => parser.write(piece, done))
    yield parser.takeRows()
    if (error) throw faultOf(error, parser.line)
  }
  const error = await new Promise<unknown>((done) => parser.end(done))
  yield parser.takeRows()
  if (error) throw faultOf(error, parser.line)
}

async function* pieces(input: CsvInput): AsyncGenerator<Buffer> {
  for await (const chunk of typeof input === 'string' ? fileChunks(input) : input) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE)
  }
}

/** The bytes of a file. @throws TidemarkError INPUT_INVALID when there is no such file */
export async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new TidemarkError('INPUT_INVALID', {
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

function faultOf(error: unknown, line: number): Error {
  if (error instanceof CsvError) return new CsvFault(line, WORDS[error.code] ?? error.code)
  return error instanceof Error ? error : new Error(String(error))
}
