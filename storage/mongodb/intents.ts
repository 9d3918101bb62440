import type { ChunkKey } from '#core/candle.ts'
import type { ChunkChange, ChunkData } from './chunk-data.ts'
import { chunkHash } from './chunks.ts'
import type { Server } from './connect.ts'
import { byIds, grouped, perMessage, pieces, removeIds } from './documents.ts'
import { withHeads } from './guard.ts'
import { collectionOf } from './schema.ts'
import {
  emptySeries,
  sealed,
  seriesHeads,
  seriesId,
  type ChunkHead,
  type SeriesContent,
  type SeriesHead,
} from './series-head.ts'

/** Chunks of one series that are about to be overwritten in place; gone again when the head tells of what is there. */
type Intent = {
  readonly _id: string
  readonly chunks: readonly (Pick<ChunkKey, 'provider' | 'month'> & { readonly revision: number })[]
}

const intents = (server: Server) => collectionOf<Intent>(server, 'intents')

/** Ids of the series in which a write is under way, or was when its writer died. */
export async function openIntents(server: Server): Promise<Set<string>> {
  const found = await intents(server).find({}).toArray()
  return new Set(found.map(({ _id }) => _id))
}

export async function noteIntents(
  server: Server,
  data: ChunkData,
  changes: readonly ChunkChange[],
): Promise<void> {
  if (!data.inPlace) return
  const bySeries = grouped(changes, ({ after }) => seriesId(after))
  const operations = [...bySeries].map(([_id, own]) => {
    const chunks = own.map(({ after: { provider, month, revision } }) => ({ provider, month, revision }))
    return { replaceOne: { filter: { _id }, replacement: { chunks }, upsert: true } }
  })
  for (const some of pieces(operations, perMessage(server)))
    await intents(server).bulkWrite(some, { ordered: false })
}

export async function clearIntents(
  server: Server,
  data: ChunkData,
  changes: readonly ChunkChange[],
): Promise<void> {
  if (!data.inPlace) return
  await removeIds(server, intents(server), [...new Set(changes.map(({ after }) => seriesId(after)))])
}

/** Heads as they are to be after writers that died in the middle: they tell of what lies there. */
export async function repaired(
  server: Server,
  data: ChunkData,
  heads: ReadonlyMap<string, SeriesHead>,
): Promise<ReadonlyMap<string, SeriesHead>> {
  if (!data.inPlace) return heads
  const left = await byIds(server, intents(server), [...heads.keys()])
  const next = new Map(heads)
  for (const [id, intent] of left) {
    const head = heads.get(id)
    if (head !== undefined) next.set(id, { ...head, ...(await retold(data, head, intent)) })
  }
  return next
}

/** Mends every series whose writer died. To be called when the store is opened for writing. */
export async function repairAll(server: Server, data: ChunkData): Promise<void> {
  if (!data.inPlace) return
  for (const id of await openIntents(server)) {
    await withHeads(server, seriesHeads(server), [id], async ({ heads, check }) => {
      const intent = (await byIds(server, intents(server), [id])).get(id)
      if (intent === undefined) return { next: new Map(), result: undefined }
      check()
      const next = await retold(data, heads.get(id) ?? emptySeries(id), intent)
      const afterwards = () => removeIds(server, intents(server), [id])
      return { next: new Map([[id, next]]), result: undefined, afterwards }
    })
  }
}

async function retold(
  data: ChunkData,
  { asset, quote, ...head }: SeriesContent,
  intent: Intent,
): Promise<SeriesContent> {
  const touched = new Set(intent.chunks.map((chunk) => keyOf(chunk)))
  const kept = head.chunks.filter((chunk) => !touched.has(keyOf(chunk)))
  const found: ChunkHead[] = []
  for (const { provider, month, revision } of intent.chunks) {
    const chunk = await data.found({ asset, quote, provider, month }, revision)
    if (chunk !== null)
      found.push({ provider, month, revision: chunk.revision, hash: chunkHash(chunk), slot: 0 })
  }
  const { suspects, gaps } = head
  return sealed({ asset, quote, suspects, gaps, chunks: [...kept, ...found] })
}

const keyOf = ({ provider, month }: Pick<ChunkKey, 'provider' | 'month'>): string => `${provider} ${month}`
