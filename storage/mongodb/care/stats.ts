import type { StoreCare } from '#pipeline/ports.ts'
import type { Server } from '../connect.ts'
import { COLLECTIONS, collectionOf, type CollectionName } from '../schema.ts'
import { seriesHeads, type SeriesHead } from '../series-head.ts'

type Stats = Awaited<ReturnType<StoreCare['stats']>>

/** Documents and bytes on the server's disk of each collection, with its indexes; of chunks, those that stand. */
export async function serverStats(server: Server): Promise<Stats> {
  const stats: Stats = {}
  for (const name of Object.keys(COLLECTIONS) as CollectionName[]) stats[name] = await sizeOf(server, name)
  let chunks = 0
  for await (const head of seriesHeads(server).collection.find({}, { timeoutMode: 'iteration' }))
    chunks += (head as SeriesHead).chunks.length
  stats['chunks'] = { rows: chunks, bytes: stats['chunks']?.bytes ?? 0 }
  return stats
}

async function sizeOf(server: Server, name: CollectionName): Promise<{ rows: number; bytes: number }> {
  const found = await collectionOf(server, name)
    .aggregate([{ $collStats: { storageStats: {} } }])
    .toArray()
  const rows = await collectionOf(server, name).countDocuments({})
  // A cluster answers with one document for each of its parts.
  const bytes = found.map((each) => {
    const sizes = (each as { storageStats?: Record<string, number> }).storageStats ?? {}
    return (sizes['storageSize'] ?? 0) + (sizes['totalIndexSize'] ?? 0)
  })
  return { rows, bytes: bytes.reduce((sum, one) => sum + one, 0) }
}
