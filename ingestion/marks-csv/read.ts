import type { AssetId } from '#core/asset.ts'
import { quoted } from '#core/reading.ts'
import { readTime } from '#core/time.ts'
import { readDecimalText } from '../csv/decimal-text.ts'
import { FileFaults } from '../csv/faults.ts'
import { readHeader } from '../csv/header.ts'
import { CsvFault, csvRows, type CsvInput, type CsvRow } from '../csv/rows.ts'
import { readAssetAsIs } from '../flows-csv/field.ts'

/** A price of an asset from a moment on, in the base currency. */
export type MarkRow = {
  /** Milliseconds since 1970, whole seconds. */
  readonly time: number
  readonly asset: AssetId
  /** Exact decimal as plain text, 0 or more. */
  readonly price: string
}

const COLUMNS = ['time', 'asset', 'price'] as const
type Column = (typeof COLUMNS)[number]

/**
 * Reads marks for a calculation that touches no store: `time,asset,price`, rows in any order, asset ids as they stand.
 * @param file names the file in faults
 * @throws TidemarkError INPUT_INVALID with the first hundred faults, each with line and field, and their count
 */
export async function readMarks(input: CsvInput, file: string | null): Promise<MarkRow[]> {
  const faults = new FileFaults(file)
  const marks: MarkRow[] = []
  let columns: readonly Column[] | null = null
  try {
    for await (const rows of csvRows(input)) {
      for (const row of rows) {
        if (columns === null) {
          columns = headerOf(row, faults)
          continue
        }
        const mark = row.fields.every((field) => field.trim() === '') ? null : markOf(columns, row, faults)
        if (mark !== null) marks.push(mark)
      }
    }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error
    faults.add(error.line, null, error.message)
  }
  if (columns === null) faults.add(1, null, 'the file is empty: its first line has to be time,asset,price')
  if (faults.count > 0) throw faults.error('INPUT_INVALID', 'the file')
  return marks
}

function headerOf({ fields }: CsvRow, faults: FileFaults): readonly Column[] {
  const header = readHeader<Column>(fields, COLUMNS, COLUMNS)
  for (const fault of header.faults) faults.add(1, null, fault)
  // Rows under a header that is not understood would each be a fault more.
  if (header.faults.length > 0) throw faults.error('INPUT_INVALID', 'the file')
  return header.columns
}

function markOf(columns: readonly Column[], { fields, line }: CsvRow, faults: FileFaults): MarkRow | null {
  const before = faults.count
  if (fields.length !== columns.length) {
    faults.add(line, null, `has ${fields.length} fields, the header ${columns.length}`)
    return null
  }
  const text = (column: Column) => (fields[columns.indexOf(column)] ?? '').trim()
  const time = readTime(text('time'))
  if (time.fault !== null) faults.add(line, 'time', time.fault)
  if (text('asset') === '') faults.add(line, 'asset', 'is empty')
  const price = readDecimalText(text('price'))
  if (price.fault !== null) faults.add(line, 'price', price.fault)
  else if (price.value.startsWith('-'))
    faults.add(line, 'price', `${quoted(text('price'))} is negative: take out rows without a price`)
  if (faults.count > before) return null
  const asset = readAssetAsIs(text('asset')).value as AssetId
  return { time: time.value as number, asset, price: price.value as string }
}
