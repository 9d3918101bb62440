import type { Month } from '#core/month.ts'
import type { PnlMonth, PnlStore } from '#pipeline/ports.ts'
import { batchTable, pnlMonthTable } from '../rows/pnl.ts'
import { text } from '../rows/row.ts'
import type { Server } from './connect.ts'
import { byIds, fromDocument, grouped, idOf, plain, removeIds, toDocument, upsert } from './documents.ts'
import { withHeads } from './guard.ts'
import type { Head, Heads } from './head.ts'
import { collectionOf } from './schema.ts'

type Change = Parameters<PnlStore['writePnl']>[0]
type Place = Pick<PnlMonth, 'owner' | 'portfolio' | 'quote'>

export function pnlStore(server: Server): PnlStore {
  const months = collectionOf(server, 'pnl_months')
  const batches = collectionOf(server, 'batches')
  const ofPortfolio = (owner: string, portfolio: string, quote: string) => ({
    owner: plain(owner),
    portfolio: plain(portfolio),
    quote: plain(quote),
  })
  return {
    async pnlKeys(owner, portfolio, quote) {
      // Without their states, which are most of them, and so without their checksums.
      const found = await months
        .find(ofPortfolio(owner, portfolio, quote), { projection: { month: 1, key: 1 } })
        .sort({ month: 1 })
        .toArray()
      return found.map((document) => ({
        month: text(document['month'] as string) as Month,
        key: text(document['key'] as string),
      }))
    },
    async pnlMonth(owner, portfolio, quote, month) {
      const document = await months.findOne({ _id: idOf(owner, portfolio, quote, month) })
      return document === null ? null : fromDocument(server, pnlMonthTable, document)
    },
    async batches(owner, portfolio, quote, from, to) {
      const where = { ...ofPortfolio(owner, portfolio, quote), month: { $gte: plain(from), $lte: plain(to) } }
      const order = { month: 1, asset: 1, wallet: 1, chain: 1 } as const
      const found = await batches.find(where).sort(order).toArray()
      return found.map((document) => fromDocument(server, batchTable, document))
    },
    async writePnl(change) {
      const places = grouped(placesOf(change), (place) => idOf(place.owner, place.portfolio, place.quote))
      const heads: Heads<Head> = { collection: collectionOf<Head>(server, 'pnl_heads'), empty: () => ({}) }
      await withHeads(server, heads, [...places.keys()], async ({ check }) => {
        await writeUnder(server, change, check)
        return { next: new Map([...places.keys()].map((id) => [id, {}])), result: undefined }
      })
    },
  }
}

/**
 * There is no transaction over the batches of a month and the month itself. The months concerned are taken out first
 * and put in last: who is cut off in between leaves months missing, and those are computed again.
 */
async function writeUnder(server: Server, change: Change, check: () => void): Promise<void> {
  const months = collectionOf(server, 'pnl_months')
  const batches = collectionOf(server, 'batches')
  const given = new Map(
    change.months.map((month) => toDocument(pnlMonthTable, month)).map((each) => [each._id, each]),
  )
  const written = new Map(
    change.batches.map((batch) => toDocument(batchTable, batch)).map((each) => [each._id, each]),
  )
  const dropped = change.droppedBatches.map((key) => idOf(...batchKey(key))).filter((id) => !written.has(id))
  const droppedMonths = new Set(change.droppedMonths.map(monthId))
  const concerned = new Set([...given.keys(), ...placesOf(change).map(monthId)])
  const present = await byIds(server, months, [...concerned])
  check()
  await removeIds(server, months, [...present.keys()])
  check()
  await removeIds(server, batches, dropped)
  await upsert(server, batches, [...written.values()], check)
  // A month of which only a batch changed stays as it was.
  const kept = [...present.values()].filter(({ _id }) => !given.has(_id) && !droppedMonths.has(_id))
  await upsert(server, months, [...kept, ...given.values()], check)
}

const monthId = ({ owner, portfolio, quote, month }: Place & Pick<PnlMonth, 'month'>): string =>
  idOf(owner, portfolio, quote, month)

const batchKey = (key: Change['droppedBatches'][number]): string[] => {
  const { owner, portfolio, quote, month, asset, wallet, chain } = key
  return [owner, portfolio, quote, month, asset, wallet, chain]
}

const placesOf = ({ months, batches, droppedBatches, droppedMonths }: Change) => [
  ...months,
  ...batches,
  ...droppedBatches,
  ...droppedMonths,
]
