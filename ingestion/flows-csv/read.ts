import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import { FileFaults } from '../csv/faults.ts'
import { readHeader } from '../csv/header.ts'
import { CsvFault, csvRows, type CsvInput, type CsvRow } from '../csv/rows.ts'
import { FLOW_COLUMNS, REQUIRED_FLOW_COLUMNS, type FlowColumn, type FlowFields } from './columns.ts'
import { Ordinals } from './ordinals.ts'
import { flowOfRow, readFlowRow } from './row.ts'

export type FlowsPlace = {
  readonly owner: string
  readonly book: string
  readonly source: string
  /** Path of the file, by which faults and the flows name it; null for a stream without one. */
  readonly file: string | null
  readonly now: number
  /** Takes asset ids and wallet names as they stand, known or not: for a calculation that touches no store. */
  readonly asIs?: boolean
  /** Wallet of rows that name none. */
  readonly wallet?: string
}

const PIECE = 5_000

/**
 * Reads a flows file in pieces of 5,000 rows and bounded memory (some 40 bytes a row, to number equal rows).
 * Nothing may be applied before the last piece came: a fault in the last line is thrown after all the others.
 * @throws TidemarkError FLOWS_INVALID with the first hundred faults, each with line and field, and their count
 */
export async function* readFlows(input: CsvInput, place: FlowsPlace): AsyncGenerator<Flow[]> {
  const faults = new FileFaults(place.file)
  let piece: Flow[] = []
  try {
    const reader = new FlowReader(place, faults)
    for await (const rows of csvRows(input)) {
      for (const row of rows) {
        const flow = reader.read(row)
        if (flow === null || faults.count > 0) continue
        piece.push(flow)
        if (piece.length < PIECE) continue
        yield piece
        piece = []
      }
      if (reader.hopeless) break
    }
    if (!reader.started)
      faults.add(1, null, 'the file is empty: its first line has to be time,asset,quantity,kind')
  } catch (error) {
    throwUnlessFault(error)
    faults.add(error.line, null, error.message)
  }
  if (faults.count > 0) throw faults.error('FLOWS_INVALID', 'the file')
  if (piece.length > 0) yield piece
}

function throwUnlessFault(error: unknown): asserts error is CsvFault {
  if (error instanceof CsvFault) return
  if (error instanceof TidemarkError && error.code === 'INPUT_INVALID') {
    throw new TidemarkError('FLOWS_INVALID', { message: error.message, fix: error.fix, cause: error })
  }
  throw error
}

/** Makes flows of records, and numbers those that are equal. */
class FlowReader {
  private columns: readonly FlowColumn[] | null = null
  private readonly ordinals = new Ordinals()
  private readonly place: FlowsPlace
  private readonly faults: FileFaults
  /** Whether the header is such that no row can be read. */
  hopeless = false

  constructor(place: FlowsPlace, faults: FileFaults) {
    this.place = place
    this.faults = faults
  }

  get started(): boolean {
    return this.columns !== null
  }

  read({ line, fields }: CsvRow): Flow | null {
    if (this.columns === null) {
      this.readHeader(line, fields)
      return null
    }
    if (this.hopeless || fields.every((field) => field.trim() === '')) return null
    if (fields.length !== this.columns.length) {
      this.faults.add(line, null, lengthFault(fields.length, this.columns.length))
      return null
    }
    const named: Partial<Record<FlowColumn, string>> = {}
    for (let at = 0; at < fields.length; at++) named[this.columns[at] as FlowColumn] = fields[at] as string
    return this.flowOf(named, line)
  }

  private flowOf(fields: FlowFields, line: number): Flow | null {
    if (this.place.wallet !== undefined && !fields.wallet?.trim())
      fields = { ...fields, wallet: this.place.wallet }
    const complain = (field: FlowColumn, fault: string) => this.faults.add(line, field, fault)
    const row = readFlowRow(fields, this.place.now, complain, this.place.asIs)
    return row === null ? null : flowOfRow(this.place, line, row, this.ordinals)
  }

  private readHeader(line: number, fields: readonly string[]): void {
    const { columns, faults } = readHeader(fields, FLOW_COLUMNS, REQUIRED_FLOW_COLUMNS)
    this.columns = columns
    this.hopeless = faults.length > 0
    for (const fault of faults) this.faults.add(line, null, fault)
  }
}

function lengthFault(found: number, needed: number): string {
  const why =
    found > needed
      ? 'is there a comma inside a number or text? Write decimals with a point, and put text with commas in quotes'
      : 'write a comma for each field that is empty'
  return `has ${found} ${found === 1 ? 'field' : 'fields'}, the header ${needed}: ${why}`
}
