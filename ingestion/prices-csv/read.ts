import { isFiatCode, parseAsset, type AssetId, type Quote } from '#core/asset.ts'
import { quoted } from '#core/reading.ts'
import { readTime } from '#core/time.ts'
import { readDecimalText } from '../csv/decimal-text.ts'
import { FileFaults } from '../csv/faults.ts'
import { readHeader } from '../csv/header.ts'
import { CsvFault, csvRows, type CsvInput } from '../csv/rows.ts'

/** A price entered by hand: over the counter, of a vesting token, of anything that no provider lists. */
export type ManualPrice = {
  readonly asset: AssetId
  readonly quote: Quote
  /** Milliseconds since 1970. */
  readonly time: number
  /** Exact decimal as plain text, above 0. */
  readonly price: string
}

export type PricesPlace = {
  readonly file: string | null
  readonly quote: Quote
  readonly now: number
}

const COLUMNS = ['time', 'asset', 'price', 'quote'] as const
type Column = (typeof COLUMNS)[number]
const REQUIRED = ['time', 'asset', 'price'] as const

/**
 * Reads prices entered by hand: `time,asset,price` and, where it is another currency than the place's, `quote`.
 * They are few (one person's), so they are handed back whole, when all of them are known to be right.
 * @param place `file` names the file in faults; a time more than a day after `now` is refused
 * @throws TidemarkError INPUT_INVALID with the first hundred faults, each with line and field, and their count
 */
export async function readPrices(input: CsvInput, place: PricesPlace): Promise<ManualPrice[]> {
  const faults = new FileFaults(place.file)
  const prices: ManualPrice[] = []
  let columns: readonly Column[] | null = null
  try {
    for await (const rows of csvRows(input)) {
      for (const { line, fields } of rows) {
        if (columns === null) {
          const header = readHeader<Column>(fields, COLUMNS, REQUIRED)
          columns = header.columns
          for (const fault of header.faults) faults.add(line, null, fault)
          if (header.faults.length > 0) throw faults.error('INPUT_INVALID', 'the file')
        } else {
          const price = priceOf(columns, fields, line, place, faults)
          if (price !== null) prices.push(price)
        }
      }
    }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error
    faults.add(error.line, null, error.message)
  }
  if (columns === null) faults.add(1, null, 'the file is empty: its first line has to be time,asset,price')
  if (faults.count > 0) throw faults.error('INPUT_INVALID', 'the file')
  return prices
}

function priceOf(
  columns: readonly Column[],
  fields: readonly string[],
  line: number,
  { quote: base, now }: PricesPlace,
  faults: FileFaults,
): ManualPrice | null {
  const before = faults.count
  if (fields.length !== columns.length) {
    faults.add(line, null, `has ${fields.length} fields, the header ${columns.length}`)
    return null
  }
  const text = (column: Column) => (fields[columns.indexOf(column)] ?? '').trim()
  const time = readTime(text('time'), now)
  if (time.fault !== null) faults.add(line, 'time', time.fault)
  const asset = parseAsset(text('asset'))
  if (asset === null) {
    faults.add(line, 'asset', `${quoted(text('asset'))} is no asset: use a CoinGecko id such as bitcoin`)
  }
  const price = readDecimalText(text('price'))
  if (price.fault !== null) faults.add(line, 'price', price.fault)
  else if (price.value === '0' || price.value.startsWith('-')) {
    faults.add(line, 'price', `${quoted(text('price'))} is not above 0: take out rows without a price`)
  }
  const quote = text('quote').toLowerCase()
  if (quote !== '' && !(quote.length <= 8 && (isFiatCode(quote) || quote === 'btc' || quote === 'eth'))) {
    faults.add(line, 'quote', `${quoted(quote)} is no currency: use an ISO code such as usd, or btc or eth`)
  }
  if (faults.count > before) return null
  return {
    asset: asset as AssetId,
    quote: quote === '' ? base : (quote as Quote),
    time: time.value as number,
    price: price.value as string,
  }
}
