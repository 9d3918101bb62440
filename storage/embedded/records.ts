import type { RecordStore } from '#pipeline/ports.ts'
import { recordTable } from '../rows/records.ts'
import type { Db } from './db.ts'

export function recordStore(db: Db): RecordStore {
  return {
    async records({ owner, kind, from, to }) {
      const terms = ['owner = @owner', 'kind = @kind']
      if (from !== undefined) terms.push('key >= @from')
      if (to !== undefined) terms.push('key < @to')
      const tail = `WHERE ${terms.join(' AND ')} ORDER BY key`
      return db.read(() => db.page(recordTable, tail, { owner, kind, from: from ?? '', to: to ?? '' }))
    },
    async writeRecords({ put, drop = [] }) {
      db.write('writeRecords', () => {
        for (const { owner, kind, key } of drop) db.remove(recordTable, { owner, kind, key })
        for (const record of put) db.put(recordTable, record)
      })
    },
  }
}
