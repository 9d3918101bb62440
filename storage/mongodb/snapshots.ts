import type { SnapshotStore } from '#pipeline/ports.ts'
import { snapshotTable } from '../rows/snapshots.ts'
import type { Server } from './connect.ts'
import { fromDocument, plain, putAll, toDocument } from './documents.ts'
import { collectionOf } from './schema.ts'

/** Each snapshot is stored whole; a call that was cut off leaves some of its own, and is good to be made again. */
export function snapshotStore(server: Server): SnapshotStore {
  const collection = collectionOf(server, 'snapshots')
  return {
    async writeSnapshots(snapshots) {
      const documents = snapshots.map((snapshot) => toDocument(snapshotTable, snapshot))
      return putAll(server, collection, documents)
    },
    async snapshots({ owner, portfolio, from, to }) {
      const where = { owner: plain(owner), portfolio: plain(portfolio), time: { $gte: from, $lt: to } }
      const found = await collection.find(where).sort({ time: 1 }).toArray()
      return found.map((document) => fromDocument(server, snapshotTable, document))
    },
  }
}
