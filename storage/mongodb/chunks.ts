import { createHash } from 'node:crypto'
import { byBytes } from '#core/asset.ts'
import type { Chunk, ChunkKey } from '#core/candle.ts'
import { chunkTable } from '../rows/chunks.ts'
import { encodeChunk } from '../rows/chunk-blob.ts'
import type { ChunkChange, ChunkData, ChunkRef } from './chunk-data.ts'
import type { Server } from './connect.ts'
import {
  byIds,
  fromDocument,
  idOf,
  perMessage,
  pieces,
  toDocument,
  type Document,
  type Documents,
} from './documents.ts'
import { isDuplicate, overtakenError } from './errors.ts'
import { collectionOf } from './schema.ts'

/** About 7 MB. */
const CHUNKS_PER_MESSAGE = 100

/**
 * Chunks as documents, two places for each: the next revision goes where the one before the present lies, so that what
 * a head tells of is never overwritten before another stands in its stead.
 */
export function documentChunks(server: Server): ChunkData {
  const collection = collectionOf(server, 'chunks')
  return {
    inPlace: false,
    async read(refs) {
      const found = await byIds(server, collection, refs.map(placeOf))
      return refs.map((ref) => {
        const document = found.get(placeOf(ref))
        return document?.['revision'] === ref.revision ? fromDocument(server, chunkTable, document) : null
      })
    },
    async found(key, revision) {
      const found = await byIds(
        server,
        collection,
        [0, 1].map((slot) => placeOf({ ...key, slot })),
      )
      const documents = [...found.values()].sort((a, b) => Number(b['revision']) - Number(a['revision']))
      const document = documents.find((each) => each['revision'] === revision) ?? documents[0]
      return document === undefined ? null : fromDocument(server, chunkTable, document)
    },
    async write(changes) {
      for (const some of pieces(changes, Math.min(CHUNKS_PER_MESSAGE, perMessage(server))))
        await writeSome(server, collection, some)
    },
  }
}

/** SHA-256 of a chunk's bytes, by which `verify` compares a head with what lies there. */
export function chunkHash(chunk: Chunk): string {
  return createHash('sha256').update(encodeChunk(chunk)).digest('hex')
}

export const placeOf = ({ asset, quote, provider, month, slot }: ChunkKey & Pick<ChunkRef, 'slot'>): string =>
  idOf(asset, quote, provider, month, slot)

export const inChunkOrder = (a: ChunkKey, b: ChunkKey): number =>
  byBytes(a.asset, b.asset) ||
  byBytes(a.quote, b.quote) ||
  byBytes(a.provider, b.provider) ||
  byBytes(a.month, b.month)

async function writeSome(
  server: Server,
  collection: Documents,
  changes: readonly ChunkChange[],
): Promise<void> {
  const operations = changes.map((change) => {
    const replacement: Document & { fence: number } = {
      ...toDocument(chunkTable, change.after),
      _id: placeOf({ ...change.after, slot: change.slot }),
      fence: change.fence,
    }
    return { replaceOne: { filter: filterOf(server, replacement), replacement, upsert: true } }
  })
  await collection.bulkWrite(operations as never, { ordered: false }).catch((error: unknown) => {
    throw isDuplicate(error) ? overtakenError(server) : error
  })
}

/** What a later hold wrote is found by no filter of an earlier one, whose insert then meets it. */
function filterOf(server: Server, { _id, fence }: { _id: string; fence: number }) {
  return server.atomic ? { _id, fence: { $lte: fence } } : { _id }
}
