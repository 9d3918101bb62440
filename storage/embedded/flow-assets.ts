import type { AssetId } from '#core/asset.ts'
import type { FlowAsset } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import type { SqlValue } from './checksum.ts'
import { int, text } from './table.ts'

/**
 * Every asset that current flows touch. The index is skipped through, one seek for each asset, fee asset and currency
 * that there is, so that a ledger of a million flows is asked as quickly as one of a hundred.
 */
export function flowAssetsOf(db: Db, owner: string, books: readonly string[]): FlowAsset[] {
  const first = new Map<string, number>()
  const note = (asset: SqlValue, time: number) => {
    const known = first.get(text(asset))
    if (known === undefined || time < known) first.set(text(asset), time)
  }
  for (const book of books) {
    const scope = { owner, book }
    for (const asset of values(db, 'asset', '', scope)) {
      for (const fee of values(db, 'fee_asset', OF_ASSET, { ...scope, asset })) {
        for (const currency of values(db, 'price_currency', OF_FEE, { ...scope, asset, fee })) {
          const time = int(db.prepare(FIRST).get({ ...scope, asset, fee, currency })?.['time'])
          note(asset, time)
          if (fee !== null) note(fee, time)
          if (currency !== null) note(`fiat:${text(currency)}`, time)
        }
      }
    }
  }
  return [...first]
    .map(([asset, time]) => ({ asset: asset as AssetId, first: time }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.asset), Buffer.from(b.asset)))
}

const CURRENT =
  'FROM flows INDEXED BY flows_by_asset WHERE owner = @owner AND book = @book AND retired IS NULL'
const OF_ASSET = 'AND asset = @asset'
const OF_FEE = `${OF_ASSET} AND fee_asset IS @fee`
const FIRST = `SELECT min(time) AS time ${CURRENT} ${OF_FEE} AND price_currency IS @currency`

/** The distinct values of a column of the index within what stands before it, null first. */
function* values(
  db: Db,
  column: 'asset' | 'fee_asset' | 'price_currency',
  within: string,
  scope: Readonly<Record<string, SqlValue>>,
): Iterable<SqlValue> {
  const none = db.prepare(`SELECT 1 AS found ${CURRENT} ${within} AND ${column} IS NULL LIMIT 1`)
  if (column !== 'asset' && none.get(scope) !== undefined) yield null
  const next = db.prepare(`SELECT min(${column}) AS value ${CURRENT} ${within} AND ${column} > @after`)
  let after = ''
  for (;;) {
    const row = next.get({ ...scope, after })
    if (row === undefined || row['value'] === null) return
    after = text(row['value'])
    yield after
  }
}
