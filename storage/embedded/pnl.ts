import type { Month } from '#core/month.ts'
import type { PnlStore } from '#pipeline/ports.ts'
import { batchTable, pnlMonthTable } from '../rows/pnl.ts'
import { text } from '../rows/row.ts'
import type { Db } from './db.ts'

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
