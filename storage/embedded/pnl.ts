import type { AssetId, Quote } from '#core/asset.ts'
import type { Month } from '#core/month.ts'
import type { Batch, PnlMonth, PnlStore } from '#pipeline/ports.ts'
import { decodeDoubles, encodeDoubles } from './chunk-blob.ts'
import type { Db } from './db.ts'
import { text, type Table } from './table.ts'

export const pnlMonthTable: Table<PnlMonth> = {
  name: 'pnl_months',
  key: ['owner', 'portfolio', 'quote', 'month'],
  columns: {
    owner: (month) => month.owner,
    portfolio: (month) => month.portfolio,
    quote: (month) => month.quote,
    month: (month) => month.month,
    key: (month) => month.key,
    states: (month) => month.states,
  },
  read: (row) => ({
    owner: text(row['owner']),
    portfolio: text(row['portfolio']),
    quote: text(row['quote']) as Quote,
    month: text(row['month']) as Month,
    key: text(row['key']),
    states: text(row['states']),
  }),
}

export const batchTable: Table<Batch> = {
  name: 'batches',
  key: ['owner', 'portfolio', 'quote', 'month', 'asset', 'wallet', 'chain'],
  columns: {
    owner: (batch) => batch.owner,
    portfolio: (batch) => batch.portfolio,
    quote: (batch) => batch.quote,
    month: (batch) => batch.month,
    asset: (batch) => batch.asset,
    wallet: (batch) => batch.wallet,
    chain: (batch) => batch.chain,
    fingerprint: (batch) => batch.fingerprint,
    steps: (batch) => batch.steps,
    data: (batch) => encodeDoubles([batch.data], batch.data.length),
  },
  read: (row) => ({
    owner: text(row['owner']),
    portfolio: text(row['portfolio']),
    quote: text(row['quote']) as Quote,
    month: text(row['month']) as Month,
    asset: text(row['asset']) as AssetId,
    wallet: text(row['wallet']),
    chain: text(row['chain']),
    fingerprint: text(row['fingerprint']),
    steps: text(row['steps']),
    data: decodeDoubles(row['data'] as Uint8Array),
  }),
}

const OF_PORTFOLIO = 'WHERE owner = @owner AND portfolio = @portfolio AND quote = @quote'

const PNL_KEYS = `SELECT month, key FROM pnl_months ${OF_PORTFOLIO} ORDER BY month`

export function pnlStore(db: Db): PnlStore {
  return {
    async pnlKeys(owner, portfolio, quote) {
      const rows = db.read(() => db.prepare(PNL_KEYS).all({ owner, portfolio, quote }))
      return rows.map((row) => ({ month: text(row['month']) as Month, key: text(row['key']) }))
    },
    async pnlMonth(owner, portfolio, quote, month) {
      return db.read(() => db.get(pnlMonthTable, { owner, portfolio, quote, month }))
    },
    async batches(owner, portfolio, quote, from, to) {
      const tail = `${OF_PORTFOLIO} AND month BETWEEN @from AND @to ORDER BY month, asset, wallet, chain`
      return db.read(() => db.all(batchTable, tail, { owner, portfolio, quote, from, to }))
    },
    async writePnl({ months, batches, droppedBatches, droppedMonths }) {
      db.write('writePnl', () => {
        // What goes, goes first: a batch that is dropped and given in one call stays as given.
        for (const { owner, portfolio, quote, month, asset, wallet, chain } of droppedBatches)
          db.remove(batchTable, { owner, portfolio, quote, month, asset, wallet, chain })
        for (const { owner, portfolio, quote, month } of droppedMonths)
          db.remove(pnlMonthTable, { owner, portfolio, quote, month })
        for (const batch of batches) db.put(batchTable, batch)
        for (const month of months) db.put(pnlMonthTable, month)
      })
    },
  }
}
