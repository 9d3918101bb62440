import type { LedgerStore } from '#pipeline/ports.ts'
import { balanceTable, portfolioTable } from '../rows/portfolios.ts'
import type { Db } from './db.ts'
import { jsonList } from './sql.ts'

type PortfolioStore = Pick<
  LedgerStore,
  | 'writePortfolio'
  | 'portfolio'
  | 'portfolios'
  | 'portfolioPage'
  | 'writeBalances'
  | 'replaceBalances'
  | 'balances'
>

const OF_SCOPE =
  'WHERE owner = @owner AND wallet = @wallet AND chain = @chain AND source = @source AND time > @after'

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
    async replaceBalances(scope, balances) {
      return db.write('replaceBalances', () => {
        const counts = { added: 0, changed: 0, unchanged: 0, removed: 0 }
        const given = new Set(balances.map(({ asset, time }) => `${time} ${asset}`))
        for (const { owner, wallet, chain, asset, time } of db.all(balanceTable, OF_SCOPE, scope)) {
          if (given.has(`${time} ${asset}`)) continue
          db.remove(balanceTable, { owner, wallet, chain, asset, time })
          counts.removed++
        }
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
