import type { RecordCondition, RecordStore, StoredRecord } from '#pipeline/ports.ts'

/** Whose the records of accounts are: the server's. No account and no `--owner` can have this name. */
const SERVER = ':server'

/** What is kept for signing in, by what it is. Sessions end by themselves, so no copy of a store is compared by them. */
export const KINDS = {
  register: 'auth:register',
  user: 'auth:user',
  token: 'auth:token',
  share: 'auth:share',
  session: 'passing:session',
} as const
type Kind = (typeof KINDS)[keyof typeof KINDS]

/** A record as it was read: what a write on the condition that it still stands needs. */
export type Found<T> = { readonly value: T; readonly stands: RecordCondition }

const recordOf = (kind: Kind, key: string, value: unknown): StoredRecord => ({
  owner: SERVER,
  kind,
  key,
  value: JSON.stringify(value),
})

export const put = recordOf
export const drop = (kind: Kind, key: string) => ({ owner: SERVER, kind, key })
export const absent = (kind: Kind, key: string): RecordCondition => ({ ...drop(kind, key), value: null })

export async function findRecord<T>(store: RecordStore, kind: Kind, key: string): Promise<Found<T> | null> {
  const [record] = await store.records({ owner: SERVER, kind, from: key, to: `${key}\u0000` })
  return record === undefined ? null : foundOf<T>(record)
}

export async function listRecords<T>(store: RecordStore, kind: Kind): Promise<Found<T>[]> {
  return (await store.records({ owner: SERVER, kind })).map((record) => foundOf<T>(record))
}

const foundOf = <T>(record: StoredRecord): Found<T> => ({
  value: JSON.parse(record.value) as T,
  stands: record,
})
