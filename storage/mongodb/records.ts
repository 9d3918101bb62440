import type { RecordCondition, RecordStore, StoredRecord } from '#pipeline/ports.ts'
import { recordTable } from '../rows/records.ts'
import { toRow } from '../rows/row.ts'
import type { Server } from './connect.ts'
import { documentOf, fromDocument, grouped, idOf, plain, upsert, type Document } from './documents.ts'
import { withHeads } from './guard.ts'
import type { Head, Heads } from './head.ts'
import { collectionOf } from './schema.ts'

/** Which version of an owner's records stands; it commits all that was written for it. */
export type RecordHead = Head & { readonly owner: string; readonly version: number }
type Content = Omit<RecordHead, keyof Head>
/** A record with the versions in which it stands: from `since` on and before `until`. */
export type RecordDocument = Document & { readonly since: number; readonly until: number | null }
type Change = Parameters<RecordStore['writeRecords']>[0]
type Key = Pick<StoredRecord, 'owner' | 'kind' | 'key'>

export const recordHeads = (server: Server): Heads<RecordHead> => ({
  collection: collectionOf<RecordHead>(server, 'record_heads'),
  empty: (id) => ({ owner: decodeURIComponent(id), version: 0 }),
})
const recordCollection = (server: Server) => collectionOf<RecordDocument>(server, 'records')

/** What finds the records that stand in a version. */
export const recordsIn = ({ owner, version }: Content) => ({
  owner,
  since: { $lte: version },
  $or: [{ until: null }, { until: { $gt: version } }],
})

export function recordStore(server: Server): RecordStore {
  return {
    async records({ owner, kind, from, to }) {
      const key = {
        ...(from === undefined ? {} : { $gte: plain(from) }),
        ...(to === undefined ? {} : { $lt: plain(to) }),
      }
      const more = { kind: plain(kind), ...(Object.keys(key).length === 0 ? {} : { key }) }
      const found = await standing(server, owner, more)
      return found.map((document) => fromDocument(server, recordTable, document))
    },
    async writeRecords(change) {
      await write(server, [], change)
    },
    writeRecordsIf: (when, change) => write(server, when, change),
  }
}

/** @returns false where a condition does not stand */
async function write(server: Server, when: readonly RecordCondition[], change: Change): Promise<boolean> {
  const every: Key[] = [...change.put, ...(change.drop ?? []), ...when]
  const owners = grouped<Key, string>(every, ({ owner }) => idOf(owner))
  if (owners.size === 0) return true
  const documents = change.put.map((record) => documentOf(recordTable, toRow(recordTable, record)))
  return withHeads(server, recordHeads(server), [...owners.keys()], async ({ heads, check }) => {
    const next = new Map<string, Content>()
    for (const [id, keys] of owners) {
      const head = heads.get(id) ?? { owner: (keys[0] as Key).owner, version: 0 }
      if (!(await stand(server, head, when))) return { next: new Map(), result: false }
      await clearLeftovers(server, head, check)
      const own = documents.filter((each) => each['owner'] === head.owner)
      if (await writeNext(server, head, own, dropped(change, head.owner), check))
        next.set(id, { owner: head.owner, version: head.version + 1 })
    }
    const afterwards = () => clearOld(server, [...next.values()])
    return { next, result: true, afterwards }
  })
}

async function stand(server: Server, head: Content, when: readonly RecordCondition[]): Promise<boolean> {
  const own = when.filter(({ owner }) => owner === head.owner)
  if (own.length === 0) return true
  const ids = own.map(({ owner, kind, key }) => idOf(owner, kind, key))
  const present = await presentOf(server, head, ids)
  return own.every(({ value }, at) => {
    const found = present.get(ids[at] as string)
    return (found === undefined ? null : text(found, 'value')) === value
  })
}

/** Records that stand, as of one version: what a writer put away meanwhile is asked for again. */
async function standing(server: Server, owner: string, more: object): Promise<RecordDocument[]> {
  const heads = recordHeads(server).collection
  const id = idOf(owner)
  for (let head = await heads.findOne({ _id: id }); head !== null;) {
    const found = recordCollection(server).find({ ...recordsIn(head), ...more } as never)
    const documents = (await found.sort({ key: 1 }).toArray()) as RecordDocument[]
    const now = await heads.findOne({ _id: id })
    if (now === null || now.version === head.version) return documents
    head = now
  }
  return []
}

const dropped = ({ drop = [] }: Change, owner: string): string[] =>
  drop.filter((each) => each.owner === owner).map((each) => idOf(each.owner, each.kind, each.key))

/** @returns false when nothing differs */
async function writeNext(
  server: Server,
  head: Content,
  put: readonly Document[],
  drop: readonly string[],
  check: () => void,
): Promise<boolean> {
  const version = head.version + 1
  const wanted = new Map(put.map((document) => [document._id, document]))
  const present = await presentOf(server, head, [...drop, ...wanted.keys()])
  const differing = [...wanted.values()].filter(
    ({ _id, checksum }) => present.get(_id)?.checksum !== checksum,
  )
  const going = [...new Set([...drop.filter((id) => !wanted.has(id)), ...differing.map(({ _id }) => _id)])]
    .map((id) => present.get(id))
    .filter((document) => document !== undefined)
  const coming = differing.map((document) => ({
    ...document,
    _id: `${document._id}|${idOf(version)}`,
    since: version,
    until: null,
  }))
  if (going.length + coming.length === 0) return false
  await upsert(
    server,
    recordCollection(server) as never,
    [...going.map((document) => ({ ...document, until: version })), ...coming],
    check,
  )
  return true
}

/** Records that stand, by owner, kind and key. */
async function presentOf(
  server: Server,
  head: Content,
  ids: readonly string[],
): Promise<Map<string, RecordDocument>> {
  const keys = grouped(ids, (id) => id.split('|')[1] as string)
  const present = new Map<string, RecordDocument>()
  for (const [kind, own] of keys) {
    const key = { $in: own.map((id) => decodeURIComponent(id.split('|')[2] as string)) }
    const where = { ...recordsIn(head), kind: decodeURIComponent(kind), key }
    const found = recordCollection(server).find(where as never)
    for await (const document of found as AsyncIterable<RecordDocument>)
      present.set(idOf(head.owner, text(document, 'kind'), text(document, 'key')), document)
  }
  return present
}

const text = (document: Document, name: string): string => document[name] as string

/** What a write that did not finish left, and what one that did had no time to put away. */
async function clearLeftovers(
  server: Server,
  head: Content & { readonly dirty?: true },
  check: () => void,
): Promise<void> {
  if (head.dirty !== true) return
  const records = recordCollection(server)
  const { owner, version } = head
  check()
  await records.deleteMany({ owner, since: { $gt: version } })
  await records.updateMany({ owner, until: { $gt: version } }, { $set: { until: null } })
  await clearOld(server, [head])
}

async function clearOld(server: Server, heads: readonly Content[]): Promise<void> {
  for (const { owner, version } of heads)
    await recordCollection(server).deleteMany({ owner, until: { $lte: version } })
}
