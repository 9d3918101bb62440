import type { LedgerStore, PortfolioKey } from '#pipeline/ports.ts'
import { balanceTable, portfolioTable } from '../rows/portfolios.ts'
import type { Server } from './connect.ts'
import { fromDocument, idOf, plain, putAll, removeIds, toDocument, upsert } from './documents.ts'
import { collectionOf } from './schema.ts'

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

export function portfolioStore(server: Server): PortfolioStore {
  const portfolios = collectionOf(server, 'portfolios')
  const balances = collectionOf(server, 'balances')
  return {
    async writePortfolio(portfolio) {
      await upsert(server, portfolios, [toDocument(portfolioTable, portfolio)])
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
    async portfolioPage({ after, limit }) {
      if (limit <= 0) return []
      const found = await portfolios.find(behind(after)).sort({ owner: 1, name: 1 }).limit(limit).toArray()
      return found.map((document) => fromDocument(server, portfolioTable, document))
    },
    async writeBalances(rows) {
      return putAll(
        server,
        balances,
        rows.map((row) => toDocument(balanceTable, row)),
      )
    },
    async replaceBalances({ owner, wallet, chain, source, after }, rows) {
      const given = rows.map((row) => toDocument(balanceTable, row))
      const kept = new Set(given.map(({ _id }) => _id))
      const of = { owner: plain(owner), wallet: plain(wallet), chain: plain(chain), source: plain(source) }
      const found = await balances.find({ ...of, time: { $gt: after } }, { projection: { _id: 1 } }).toArray()
      const gone = found.map(({ _id }) => _id).filter((id) => !kept.has(id))
      // Those that come are there before others go: who looks in between finds a balance too many, never none.
      const counts = await putAll(server, balances, given)
      await removeIds(server, balances, gone)
      return { ...counts, removed: gone.length }
    },
    async balances(owner, wallets) {
      const where = { owner: plain(owner), wallet: { $in: wallets.map(plain) } }
      const order = { wallet: 1, chain: 1, asset: 1, time: 1 } as const
      const found = await balances.find(where).sort(order).toArray()
      return found.map((document) => fromDocument(server, balanceTable, document))
    },
  }
}

function behind(key: PortfolioKey | null) {
  if (key === null) return {}
  const [owner, name] = [plain(key.owner), plain(key.name)]
  return { $or: [{ owner: { $gt: owner } }, { owner, name: { $gt: name } }] }
}
