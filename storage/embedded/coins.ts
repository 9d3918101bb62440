import type { Token } from '#core/coin.ts'
import type { CoinStore } from '#pipeline/ports.ts'
import { coinTable, metaTable, tokenTable } from '../rows/coins.ts'
import type { Table } from '../rows/row.ts'
import type { Db } from './db.ts'
import { jsonList } from './sql.ts'

export function coinStore(db: Db): CoinStore {
  return {
    async writeCoins(coins, readAt) {
      return db.write('writeCoins', () => {
        const counts = replaceAll(db, coinTable, coins, ({ asset }) => asset)
        noteTime(db, 'coins_read_at', readAt)
        return counts
      })
    },
    async coins() {
      return db.read(() => ({
        coins: db.all(coinTable, 'ORDER BY rank IS NULL, rank, asset'),
        readAt: timeOf(db, 'coins_read_at'),
      }))
    },
    async writeTokens(tokens, readAt) {
      db.write('writeTokens', () => {
        replaceAll(db, tokenTable, tokens, (token) => tokenKey(token))
        noteTime(db, 'tokens_read_at', readAt)
      })
    },
    async tokens(filter = {}) {
      const assets = jsonList(filter.assets ?? [])
      const byAsset =
        filter.assets === undefined ? '' : ' AND asset IN (SELECT value FROM json_each(@assets))'
      const byChain = filter.chain === undefined ? '' : ' AND chain = @chain'
      const tail = `WHERE TRUE${byAsset}${byChain} ORDER BY asset, chain, contract`
      return db.read(() => ({
        tokens: db.all(tokenTable, tail, { assets, chain: filter.chain ?? '' }),
        readAt: timeOf(db, 'tokens_read_at'),
      }))
    },
  }
}

const tokenKey = ({ asset, chain, contract }: Token): string => JSON.stringify([asset, chain, contract])

/** Makes a table hold exactly the values given; of two with one key the later stands. */
function replaceAll<T>(db: Db, table: Table<T>, values: readonly T[], id: (value: T) => string) {
  const counts = { added: 0, changed: 0, unchanged: 0 }
  const wanted = new Map(values.map((value) => [id(value), value]))
  for (const present of db.all(table, '')) {
    if (wanted.has(id(present))) continue
    db.remove(
      table,
      Object.fromEntries(table.key.map((name) => [name, table.columns[name]?.(present) ?? null])),
    )
  }
  for (const value of wanted.values()) counts[db.put(table, value)]++
  return counts
}

function noteTime(db: Db, key: string, time: number): void {
  db.put(metaTable, { key, value: String(time) })
}

function timeOf(db: Db, key: string): number | null {
  const entry = db.get(metaTable, { key })
  return entry === null ? null : Number(entry.value)
}
