import type { StoredRecord } from '#pipeline/ports.ts'
import { text, type Row, type Table } from './row.ts'

export const recordTable: Table<StoredRecord> = {
  name: 'records',
  key: ['owner', 'kind', 'key'],
  columns: {
    owner: (record) => record.owner,
    kind: (record) => record.kind,
    key: (record) => record.key,
    value: (record) => record.value,
  },
  read: (row) => ({
    owner: text(row['owner']),
    kind: text(row['kind']),
    key: text(row['key']),
    value: text(row['value']),
  }),
}

/** What belongs to nobody can be read again; a time of reading, and what ends by itself, is no content. */
export const isContentRecord = (row: Row): boolean =>
  row['owner'] !== '' && !/^(?:read|passing):/.test(text(row['kind']))
