import type { LedgerStore } from '#pipeline/ports.ts'
import { balanceTable, portfolioTable } from '../rows/portfolios.ts'
import type { Db } from './db.ts'
import { jsonList } from './sql.ts'

type PortfolioStore = Pick<
  LedgerStore,
  'writePortfolio' | 'portfolio' | 'portfolios' | 'portfolioPage' | 'writeBalances' | 'balances'
>

export function portfolioStore(db: Db): PortfolioStore {
  return {
    async writePortfolio(portfolio) {
      db.write('writePortfolio', () => db.put(portfolioTable, portfolio))
    },
    async portfolio(owner, name) {
      return db.read(() => db.get(portfolioTable, { owner, name }))
    },
    async portfolios(owner) {
      return db.read(() => db.all(portfolioTable, 'WHERE owner = @owner ORDER BY name', { owner }))
    },
    async portfolioPage({ after, limit }) {
      const tail = `${after === null ? '' : 'WHERE (owner, name) > (@owner, @name)'} ORDER BY owner, name LIMIT @limit`
      return db.read(() => db.page(portfolioTable, tail, { ...after, limit }))
    },
    async writeBalances(balances) {
      return db.write('writeBalances', () => {
        const counts = { added: 0, changed: 0, unchanged: 0 }
        for (const balance of balances) counts[db.put(balanceTable, balance)]++
        return counts
      })
    },
    async balances(owner, wallets) {
      const tail = `WHERE owner = @owner AND wallet IN (SELECT value FROM json_each(@wallets))
        ORDER BY wallet, chain, asset, time`
      return db.read(() => db.all(balanceTable, tail, { owner, wallets: jsonList(wallets) }))
    },
  }
}
