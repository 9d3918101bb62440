import { byBytes, type AssetId } from '#core/asset.ts'
import type { Month } from '#core/month.ts'
import type { FlowQuery, LedgerStore } from '#pipeline/ports.ts'
import { currentFlows } from '../rows/flows.ts'
import { int, text, type Row } from '../rows/row.ts'
import { readBooks } from './books.ts'
import type { Server } from './connect.ts'
import { fromDocument, plain } from './documents.ts'
import { flowCollection, standingIn } from './flow-documents.ts'
import { importFlows } from './flow-import.ts'

type FlowStore = Pick<LedgerStore, 'importFlows' | 'flows' | 'flowCount' | 'flowAssets' | 'spanningTx'>

export function flowStore(server: Server): FlowStore {
  const flows = flowCollection(server)
  return {
    importFlows: (change) => importFlows(server, change),
    async flows(query) {
      const where = await whereOf(server, query)
      if (where === null || query.limit === 0) return []
      const direction = query.newestFirst === true ? -1 : 1
      const book = query.books.length === 1 ? {} : { book: direction }
      const found = flows.find(where as never).sort({ time: direction, id: direction, ...book } as never)
      const page = found.skip(query.offset ?? 0).limit(query.limit ?? 0)
      return (await page.toArray()).map((document) => fromDocument(server, currentFlows, document))
    },
    async flowCount(query) {
      const where = await whereOf(server, query)
      return where === null ? 0 : flows.countDocuments(where)
    },
    async flowAssets(owner, books) {
      const first = new Map<string, number>()
      const note = (asset: string, time: number) => first.set(asset, Math.min(time, first.get(asset) ?? time))
      for await (const row of rowsOf(server, { owner, books }, [
        'asset',
        'fee_asset',
        'price_currency',
        'time',
      ])) {
        const time = int(row['time'])
        note(text(row['asset']), time)
        if (row['fee_asset'] !== null) note(text(row['fee_asset']), time)
        if (row['price_currency'] !== null) note(`fiat:${text(row['price_currency'])}`, time)
      }
      return [...first]
        .map(([asset, time]) => ({ asset: asset as AssetId, first: time }))
        .sort((a, b) => byBytes(a.asset, b.asset))
    },
    async spanningTx(owner, books) {
      const spanning: { tx: string; months: Month[] }[] = []
      let [tx, months] = ['', new Set<Month>()]
      const end = () => {
        if (months.size > 1) spanning.push({ tx, months: [...months].sort() })
      }
      // In the order of an index, so that only one transaction is held at a time.
      for await (const row of rowsOf(server, { owner, books }, ['tx', 'month'], { tx: { $gte: '' } }, 'tx')) {
        if (row['tx'] !== tx) {
          end()
          months = new Set()
        }
        tx = text(row['tx'])
        months.add(text(row['month']) as Month)
      }
      end()
      return spanning
    },
  }
}

async function* rowsOf(
  server: Server,
  query: FlowQuery,
  columns: readonly string[],
  more: object = {},
  order?: string,
): AsyncGenerator<Row> {
  const where = await whereOf(server, query)
  if (where === null) return
  const projection = { _id: 0, ...Object.fromEntries(columns.map((name) => [name, 1])) }
  const found = flowCollection(server).find({ ...where, ...more } as never, {
    projection,
    timeoutMode: 'iteration',
  })
  yield* (order === undefined ? found : found.sort({ [order]: 1 })) as AsyncIterable<Row>
}

async function whereOf(server: Server, query: FlowQuery) {
  const { owner, books, asset, kind, after, until, tx, ids } = query
  const standing = standingIn(plain(owner), await readBooks(server, owner, books))
  if (standing === null) return null
  const time = {
    ...(after === undefined ? {} : { $gt: after }),
    ...(until === undefined ? {} : { $lte: until }),
  }
  return {
    ...standing,
    ...(asset === undefined ? {} : { asset: plain(asset) }),
    ...(kind === undefined ? {} : { kind: plain(kind) }),
    ...(Object.keys(time).length === 0 ? {} : { time }),
    ...(tx === undefined ? {} : { tx: { $in: tx.map(plain) } }),
    ...(ids === undefined ? {} : { id: { $in: ids.map(plain) } }),
  }
}
