import type { RecordCondition, RecordStore } from '#pipeline/ports.ts'
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
    async writeRecords(change) {
      db.write('writeRecords', () => apply(db, change))
    },
    async writeRecordsIf(when, change) {
      return db.write('writeRecords', () => {
        if (!when.every((each) => stands(db, each))) return false
        apply(db, change)
        return true
      })
    },
  }
}

function apply(db: Db, { put, drop = [] }: Parameters<RecordStore['writeRecords']>[0]): void {
  for (const { owner, kind, key } of drop) db.remove(recordTable, { owner, kind, key })
  for (const record of put) db.put(recordTable, record)
}

function stands(db: Db, { owner, kind, key, value }: RecordCondition): boolean {
  const tail = 'WHERE owner = @owner AND kind = @kind AND key = @key'
  return (db.page(recordTable, tail, { owner, kind, key })[0]?.value ?? null) === value
}
