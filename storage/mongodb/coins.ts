import { byBytes } from '#core/asset.ts'
import type { CoinStore } from '#pipeline/ports.ts'
import { coinTable, metaTable, tokenTable } from '../rows/coins.ts'
import type { Table } from '../rows/row.ts'
import type { Server } from './connect.ts'
import {
  fromDocument,
  insertFresh,
  plain,
  removeIds,
  toDocument,
  upsert,
  type Document,
} from './documents.ts'
import { withHeads } from './guard.ts'
import { rowContent, rowHeads } from './row-head.ts'
import { collectionOf, type CollectionName } from './schema.ts'

type Key = 'coins_read_at' | 'tokens_read_at'

/** Lists of coins and tokens. A list whose writing was cut off holds old and new rows until it is read again. */
export function coinStore(server: Server): CoinStore {
  return {
    async writeCoins(coins, readAt) {
      return replaceAll(server, 'coins', coinTable, coins, 'coins_read_at', readAt)
    },
    async coins() {
      const documents = await collectionOf(server, 'coins').find({}).toArray()
      const coins = documents.map((document) => fromDocument(server, coinTable, document))
      const rank = (value: number | null) => value ?? Infinity
      coins.sort(
        (a, b) =>
          (rank(a.rank) === rank(b.rank) ? 0 : rank(a.rank) - rank(b.rank)) || byBytes(a.asset, b.asset),
      )
      return { coins, readAt: await timeOf(server, 'coins_read_at') }
    },
    async writeTokens(tokens, readAt) {
      await replaceAll(server, 'tokens', tokenTable, tokens, 'tokens_read_at', readAt)
    },
    async tokens({ assets, chain } = {}) {
      const where = {
        ...(assets === undefined ? {} : { asset: { $in: assets.map(plain) } }),
        ...(chain === undefined ? {} : { chain: plain(chain) }),
      }
      const documents = await collectionOf(server, 'tokens').find(where).toArray()
      const tokens = documents.map((document) => fromDocument(server, tokenTable, document))
      tokens.sort(
        (a, b) => byBytes(a.asset, b.asset) || byBytes(a.chain, b.chain) || byBytes(a.contract, b.contract),
      )
      return { tokens, readAt: await timeOf(server, 'tokens_read_at') }
    },
  }
}

/** Makes a collection hold exactly the values given; of two with one key the later stands. */
async function replaceAll<T>(
  server: Server,
  name: CollectionName,
  table: Table<T>,
  values: readonly T[],
  key: Key,
  readAt: number,
) {
  const wanted = new Map(
    values.map((value) => toDocument(table, value)).map((document) => [document._id, document]),
  )
  const collection = collectionOf(server, name)
  const heads = rowHeads(server, 'meta', metaTable, { key, value: '0' })
  return withHeads(server, heads, [key], async ({ check }) => {
    const present = new Map<string, Document>()
    for await (const document of collection.find({})) present.set(document._id, document)
    const fresh = [...wanted.values()].filter(({ _id }) => !present.has(_id))
    const changed = [...wanted.values()].filter((document) => {
      const found = present.get(document._id)
      return found !== undefined && found.checksum !== document.checksum
    })
    await insertFresh(server, collection, fresh, check)
    await upsert(server, collection, changed, check)
    await removeIds(
      server,
      collection,
      [...present.keys()].filter((id) => !wanted.has(id)),
    )
    const unchanged = wanted.size - fresh.length - changed.length
    const result = { added: fresh.length, changed: changed.length, unchanged }
    return { next: new Map([[key, rowContent(metaTable, { key, value: String(readAt) })]]), result }
  })
}

async function timeOf(server: Server, key: Key): Promise<number | null> {
  const document = await collectionOf(server, 'meta').findOne({ _id: key })
  return document === null ? null : Number(fromDocument(server, metaTable, document).value)
}
