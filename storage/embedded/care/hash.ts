import { createHash, type Hash } from 'node:crypto'
import type { Month } from '#core/month.ts'
import type { RowValue } from '../../rows/checksum.ts'
import { candleBytes } from '../../rows/chunk-blob.ts'
import type { Db } from '../db.ts'

/**
 * What counts, and in which order. Left out is what tells how the content came about and not what it is: revisions and
 * fingerprints (they count writes), times of reading and trying, places on this machine, runs, leases, usage.
 */
const PARTS = [
  ['chunks', 'asset, quote, provider, month, data', 'asset, quote, provider, month', ''],
  ['suspects', 'asset, quote, provider, time, price, reason, state', 'asset, quote, provider, time', ''],
  [
    'gaps',
    'asset, quote, provider, from_hour, to_hour, reason, message',
    'asset, quote, provider, from_hour',
    '',
  ],
  ['coins', 'asset, symbol, name, rank, price, market_cap, volume, quote, updated', 'asset', ''],
  ['tokens', 'asset, chain, contract, decimals, symbol', 'asset, chain, contract', ''],
  ['portfolios', 'owner, name, base_currency, wallets, holdings', 'owner, name', ''],
  [
    'flows',
    'owner, book, time, id, source, asset, quantity, kind, unit_price, price_currency, fee, fee_asset, ' +
      'wallet, chain, tx, log_index, from_address, to_address, lot, note, ordinal',
    'owner, book, time, id',
    'WHERE retired IS NULL',
  ],
  // How far it reaches is a time of reading.
  ['flow_coverage', 'owner, book, from_time', 'owner, book, from_time', ''],
  [
    'balances',
    'owner, wallet, chain, asset, time, quantity, source',
    'owner, wallet, chain, asset, time',
    '',
  ],
  ['pnl_months', 'owner, portfolio, quote, month, states', 'owner, portfolio, quote, month', ''],
  [
    'batches',
    'owner, portfolio, quote, month, asset, wallet, chain, steps, data',
    'owner, portfolio, quote, month, asset, wallet, chain',
    '',
  ],
] as const

/** SHA-256, as hex, over the content of a store in a canonical order; equal for equal content in any two files. */
export function contentHash(db: Db): string {
  return db.read(() => {
    const hash = createHash('sha256')
    for (const [table, columns, order, where] of PARTS) {
      hash.update(`${table}\n`)
      const rows = db.sqlite.prepare(`SELECT ${columns} FROM ${table} ${where} ORDER BY ${order}`).raw()
      for (const row of rows.iterate()) addRow(hash, table, row as RowValue[])
    }
    return hash.digest('hex')
  })
}

function addRow(hash: Hash, table: string, row: readonly RowValue[]): void {
  const last = row.at(-1)
  if (!(last instanceof Uint8Array)) {
    hash.update(`${JSON.stringify(row)}\n`)
    return
  }
  const data = table === 'chunks' ? last.subarray(0, candleBytes(row[3] as Month)) : last
  hash.update(`${JSON.stringify([...row.slice(0, -1), data.length])}\n`).update(data)
}
