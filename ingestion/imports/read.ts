import { TidemarkError } from '#core/errors.ts'
import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { FileFaults } from '../csv/faults.ts'
import { CsvFault, csvRows, fileChunks, type CsvInput, type CsvRow } from '../csv/rows.ts'
import { Ordinals } from '../flows-csv/ordinals.ts'
import { readFlows } from '../flows-csv/read.ts'
import { flowOfRow, readFlowRow, type FlowRow } from '../flows-csv/row.ts'
import type { Format } from './format.ts'
import { FORMATS } from './formats/list.ts'
import { recognise, type Found } from './head.ts'
import { readJson, type JsonTable } from './json.ts'
import { NumberReader } from './number.ts'
import { peek } from './peek.ts'
import { ImportReport } from './report.ts'
import { AssetBook } from './symbols.ts'
import { Table } from './table.ts'
import { timeReader } from './time.ts'

export type ImportOptions = {
  /** `auto`, `flows`, or the name of a format. */
  readonly format: string
  /** A format of the user's own, which is then the only one. */
  readonly mapping: Format | null
  /** Symbol to asset id, before those of the format. */
  readonly assets: Readonly<Record<string, string>>
  /** The asset of a symbol in the store's lists; null where there is none or more than one. */
  readonly known: (symbol: string) => AssetId | null
  /** Wallet of rows that name none; null is what the format says. */
  readonly wallet: string | null
  /** IANA name of the zone of times without one; null is what the format says. */
  readonly zone: string | null
  /** Goes on past rows that are not understood, which are then left out. */
  readonly skipBad: boolean
  readonly base: string
  /** Told how many bytes have been read. */
  readonly onBytes?: (bytes: number) => void
}
export type FlowsPlace = {
  readonly owner: string
  readonly book: string
  readonly source: string
  readonly file: string | null
  readonly now: number
}
/** A file that was recognised; its flows are read once. */
export type OpenedImport = {
  /** Name of the format, `flows` for our own. */
  readonly format: string
  readonly title: string
  readonly report: ImportReport
  readonly flows: (place: FlowsPlace) => AsyncGenerator<Flow[]>
}

const PIECE = 5_000

/**
 * Recognises a file of flows, our own or somebody else's. Its rows are read when its flows are asked for, in pieces of
 * 5,000 and bounded memory: the legs of an exchange find each other by their `tx`, so no row waits for another.
 * @throws TidemarkError INPUT_INVALID where it is of no format that is known, or not of the one that was named
 */
export async function openImport(input: CsvInput, options: ImportOptions): Promise<OpenedImport> {
  const { head, rest } = await peek(
    counted(typeof input === 'string' ? fileChunks(input) : input, options.onBytes),
  )
  const formats = formatsFor(options)
  const found = options.format === 'flows' ? ({ kind: 'flows' } as const) : recognise(head, formats)
  const report = new ImportReport()
  if (found.kind === 'flows') return ownFormat(rest, options, report)
  if (found.kind === 'json') {
    const table = await readJson(rest, formats)
    return opened(table.format, options, report, (format, reader) => jsonPieces(table, format, reader))
  }
  if (found.kind !== 'table') throw unknownError(found, options)
  return opened(found.format, options, report, (_, reader) => tablePieces(rest, found, reader))
}

function formatsFor({ format, mapping }: ImportOptions): readonly Format[] {
  if (mapping !== null) return [mapping]
  if (format === 'auto' || format === 'flows') return FORMATS
  return FORMATS.filter(({ name }) => name === format || name === `${format}-old`)
}

async function* counted(
  input: AsyncIterable<string | Buffer>,
  onBytes: ImportOptions['onBytes'],
): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of input) {
    const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    bytes += buffer.length
    onBytes?.(bytes)
    yield buffer
  }
}

function ownFormat(input: AsyncIterable<Buffer>, options: ImportOptions, report: ImportReport): OpenedImport {
  async function* flows(place: FlowsPlace): AsyncGenerator<Flow[]> {
    for await (const piece of readFlows(input, {
      ...place,
      ...(options.wallet === null ? {} : { wallet: options.wallet }),
    })) {
      report.rows += piece.length
      yield piece
    }
  }
  return { format: 'flows', title: 'flows.csv', report, flows }
}

type Pieces = (format: Format, reader: RowReader) => AsyncGenerator<Flow[]>

function opened(format: Format, options: ImportOptions, report: ImportReport, pieces: Pieces): OpenedImport {
  async function* flows(place: FlowsPlace): AsyncGenerator<Flow[]> {
    const faults = new FileFaults(place.file)
    const reader = new RowReader(format, options, place, report, faults)
    let piece: Flow[] = []
    for await (const rows of pieces(format, reader)) {
      if (faults.count > 0 && !options.skipBad) continue
      piece.push(...rows)
      if (piece.length < PIECE) continue
      yield piece
      piece = []
    }
    report.faults = faults.texts
    report.faulty = faults.count
    report.unknown = reader.unknown
    if (faults.count > 0 && !options.skipBad) throw notUnderstood(faults)
    if (piece.length > 0) yield piece
  }
  return { format: format.name, title: format.title, report, flows }
}

function notUnderstood(faults: FileFaults): TidemarkError {
  const { message, faults: texts } = faults.error('INPUT_INVALID', 'the file')
  return new TidemarkError('INPUT_INVALID', {
    message,
    faults: texts,
    fix: 'Correct these rows, say what they are in a mapping (--mapping), or leave them out with --skip-bad.',
  })
}

async function* tablePieces(
  input: AsyncIterable<Buffer>,
  { delimiter, line: headerLine }: Extract<Found, { kind: 'table' }>,
  reader: RowReader,
): AsyncGenerator<Flow[]> {
  try {
    for await (const rows of csvRows(input, delimiter)) {
      const piece: Flow[] = []
      for (const row of rows) {
        if (row.line > headerLine) reader.read(row, piece)
        else if (row.line === headerLine) reader.begin(row.fields, delimiter)
      }
      yield piece
    }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error
    reader.broken(error)
  }
}

async function* jsonPieces(table: JsonTable, _format: Format, reader: RowReader): AsyncGenerator<Flow[]> {
  reader.begin(table.header, ',')
  for (let at = 0; at < table.rows.length; at += PIECE) {
    const piece: Flow[] = []
    for (const [nth, fields] of table.rows.slice(at, at + PIECE).entries())
      reader.read({ line: at + nth + 1, fields }, piece)
    yield piece
  }
}

/** Makes flows of the rows of one file. */
class RowReader {
  private readonly format: Format
  private readonly options: ImportOptions
  private readonly place: FlowsPlace
  private readonly report: ImportReport
  private readonly faults: FileFaults
  private readonly assets: AssetBook
  private readonly ordinals = new Ordinals()
  private table: Table | null = null
  private width = 0
  /** Line of the row that is being read. */
  private line = 0
  private readonly complain = (field: string, text: string): null => {
    this.faults.add(this.line, field, text)
    return null
  }

  constructor(
    format: Format,
    options: ImportOptions,
    place: FlowsPlace,
    report: ImportReport,
    faults: FileFaults,
  ) {
    this.format = format
    this.options = options
    this.place = place
    this.report = report
    this.faults = faults
    const own = { ...format.assets, ...options.assets }
    this.assets = new AssetBook({ own, known: options.known, cut: format.cutSymbol })
  }

  get unknown(): ReadonlyMap<string, number> {
    return this.assets.unknown
  }

  begin(header: readonly string[], delimiter: string): void {
    const { format, options, place } = this
    const times = format.timeFormat ?? 'iso'
    this.width = header.length
    this.table = new Table({
      format,
      header,
      numbers: new NumberReader(format.numbers ?? 'auto', delimiter),
      assets: this.assets,
      time: timeReader(
        typeof times === 'string' ? [times] : times,
        options.zone ?? format.zone ?? 'UTC',
        place.now,
      ),
      base: options.base,
      wallet: options.wallet ?? format.defaultWallet ?? '',
    })
  }

  /** What stopped the reading of the file: nothing after it is known, whatever is left out. */
  broken({ line, message }: CsvFault): never {
    this.faults.add(line, null, message)
    throw this.faults.error('INPUT_INVALID', 'the file')
  }

  read({ line, fields }: CsvRow, into: Flow[]): void {
    if (this.table === null || fields.every((field) => field.trim() === '')) return
    this.report.rows++
    if (fields.length < this.width) {
      this.faults.add(
        line,
        null,
        `has ${fields.length === 1 ? '1 field' : `${fields.length} fields`}, the header ${this.width}: is the file cut off, or a quote (") not closed?`,
      )
      return
    }
    if (fields.length > this.width && fields.slice(this.width).some((field) => field.trim() !== '')) {
      this.faults.add(
        line,
        null,
        `has ${fields.length} fields, the header ${this.width}: is there a separator inside a number or text?`,
      )
      return
    }
    this.line = line
    const understood = this.table.read(fields, this.complain)
    if (understood === null) return
    if ('pass' in understood) this.report.pass(understood.pass, line)
    else {
      if (understood.unread !== null) {
        this.report.notUnderstood(understood.unread.column, understood.unread.word)
      }
      this.flowsOf(understood.flows, line, into)
    }
  }

  /** All flows of a row, or none of them: half an exchange would be a wrong one. */
  private flowsOf(rows: readonly Parameters<typeof readFlowRow>[0][], line: number, into: Flow[]): void {
    const understood: FlowRow[] = []
    for (const fields of rows) {
      const row = readFlowRow(fields, this.place.now, this.complain)
      if (row !== null) understood.push(row)
    }
    if (understood.length < rows.length) return
    for (const row of understood) into.push(flowOfRow(this.place, line, row, this.ordinals))
  }
}

function unknownError(
  found: Exclude<Found, { kind: 'table' | 'flows' | 'json' }>,
  options: ImportOptions,
): TidemarkError {
  if (found.kind === 'binary') {
    return new TidemarkError('INPUT_INVALID', {
      message: `This file is ${found.what}, not CSV or JSON.`,
      fix: 'Save or unpack it as CSV in UTF-8, and import that.',
    })
  }
  const wanted = options.mapping?.header ?? formatsFor(options)[0]?.header ?? []
  const named = options.mapping !== null || options.format !== 'auto'
  return new TidemarkError('INPUT_INVALID', {
    message: named
      ? `This file is not of that format: its columns would include ${wanted.join(', ')}; found ${found.fields.join(', ').slice(0, 500)}.`
      : `The columns of this file are of no format that is known: ${found.fields.join(', ').slice(0, 500)}.`,
    fix: named
      ? 'Leave --format out to have the file recognised, or correct "header" in the mapping.'
      : `Known are flows.csv and ${FORMATS.map(({ name }) => name).join(', ')}; for anything else write a mapping (docs/import.md) and give it with --mapping.`,
  })
}
