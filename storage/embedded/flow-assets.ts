import type { AssetId } from '#core/asset.ts'
import type { FlowAsset } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import { int, text } from '../rows/row.ts'

/**
 * Every asset that current flows touch. Indexes are skipped through, one seek for each asset, fee asset and currency
 * that there is, so that a ledger of a million flows is asked as quickly as one of a hundred.
 */
export function flowAssetsOf(db: Db, owner: string, books: readonly string[]): FlowAsset[] {
  const first = new Map<string, number>()
  const note = (asset: string, time: number) => first.set(asset, Math.min(time, first.get(asset) ?? time))
  for (const book of books) {
    for (const [asset, time] of skipThrough(db, 'asset', 'flows_by_asset', owner, book)) note(asset, time)
    for (const [asset, time] of skipThrough(db, 'fee_asset', 'flows_by_fee', owner, book)) note(asset, time)
    for (const [currency, time] of skipThrough(db, 'price_currency', 'flows_by_currency', owner, book)) {
      note(`fiat:${currency}`, time)
    }
  }
  return [...first]
    .map(([asset, time]) => ({ asset: asset as AssetId, first: time }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.asset), Buffer.from(b.asset)))
}

/** The distinct values of a column, each with its first time. */
function* skipThrough(
  db: Db,
  column: string,
  index: string,
  owner: string,
  book: string,
): Iterable<[value: string, first: number]> {
  const next = db.prepare(`SELECT ${column} AS value, time FROM flows INDEXED BY ${index}
    WHERE owner = @owner AND book = @book AND ${column} > @after AND ${column} IS NOT NULL AND retired IS NULL
    ORDER BY ${column}, time LIMIT 1`)
  let after = ''
  for (;;) {
    const row = next.get({ owner, book, after })
    if (row === undefined) return
    after = text(row['value'])
    yield [after, int(row['time'])]
  }
}
