import type { LedgerStore } from '#pipeline/ports.ts'
import { balanceTable, portfolioTable } from '../rows/portfolios.ts'
import type { Server } from './connect.ts'
import { byIds, fromDocument, idOf, plain, sameDocument, toDocument, upsert } from './documents.ts'
import { collectionOf } from './schema.ts'

type PortfolioStore = Pick<
  LedgerStore,
  'writePortfolio' | 'portfolio' | 'portfolios' | 'writeBalances' | 'balances'
>

export function portfolioStore(server: Server): PortfolioStore {
  const portfolios = collectionOf(server, 'portfolios')
  const balances = collectionOf(server, 'balances')
  return {
    async writePortfolio(portfolio) {
      await upsert(portfolios, [toDocument(portfolioTable, portfolio)])
    },
    async portfolio(owner, name) {
      const document = await portfolios.findOne({ _id: idOf(owner, name) })
      return document === null ? null : fromDocument(server, portfolioTable, document)
    },
    async portfolios(owner) {
      const found = await portfolios
        .find({ owner: plain(owner) })
        .sort({ name: 1 })
        .toArray()
      return found.map((document) => fromDocument(server, portfolioTable, document))
    },
    async writeBalances(rows) {
      // Of two with one key the later stands.
      const wanted = new Map(rows.map((row) => toDocument(balanceTable, row)).map((each) => [each._id, each]))
      const present = await byIds(server, balances, [...wanted.keys()])
      const fresh = [...wanted.values()].filter(({ _id }) => !present.has(_id))
      const differing = [...wanted.values()].filter((each) => !sameDocument(present.get(each._id), each))
      await upsert(balances, differing)
      const changed = differing.length - fresh.length
      return { added: fresh.length, changed, unchanged: rows.length - differing.length }
    },
    async balances(owner, wallets) {
      const where = { owner: plain(owner), wallet: { $in: wallets.map(plain) } }
      const order = { wallet: 1, chain: 1, asset: 1, time: 1 } as const
      const found = await balances.find(where).sort(order).toArray()
      return found.map((document) => fromDocument(server, balanceTable, document))
    },
  }
}
