import type { AssetId, Quote } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { emptyChunk } from '#core/merge.ts'
import { text, type Row } from '../rows/row.ts'
import type { ChunkChange, ChunkData } from './chunk-data.ts'
import { chunkHash } from './chunks.ts'
import type { Server } from './connect.ts'
import { grouped } from './documents.ts'
import { withHeads } from './guard.ts'
import { clearIntents, noteIntents } from './intents.ts'
import {
  emptySeries,
  sealed,
  seriesHeads,
  seriesId,
  type ChunkHead,
  type SeriesContent,
} from './series-head.ts'

/** Puts chunks as they are, revisions and all, in the place of those of the same keys. */
export async function putChunks(server: Server, data: ChunkData, chunks: readonly Chunk[]): Promise<void> {
  const bySeries = grouped(chunks, seriesId)
  await withHeads(server, seriesHeads(server), [...bySeries.keys()], async ({ heads, fence, check }) => {
    const changes: ChunkChange[] = []
    const next = new Map<string, SeriesContent>()
    for (const [id, own] of bySeries) {
      const head = heads.get(id) ?? emptySeries(id)
      const known = new Map(head.chunks.map((chunk) => [`${chunk.provider} ${chunk.month}`, chunk]))
      for (const after of own) {
        const { provider, month, revision } = after
        const present = known.get(`${provider} ${month}`)
        const slot = 1 - (present?.slot ?? 1)
        const before = present === undefined ? null : await data.found(after, present.revision)
        changes.push({ before: before ?? emptyChunk(after), after, slot, fence: fence(id) })
        known.set(`${provider} ${month}`, { provider, month, revision, hash: chunkHash(after), slot })
      }
      next.set(id, sealed({ ...head, chunks: [...known.values()] satisfies ChunkHead[] }))
    }
    check()
    await noteIntents(server, data, changes)
    await data.write(changes)
    return { next, result: undefined, afterwards: () => clearIntents(server, data, changes) }
  })
}

export const putSuspects = (server: Server, rows: readonly Row[]): Promise<void> =>
  putRows(server, rows, 'suspects', 'time')

export const putGaps = (server: Server, rows: readonly Row[]): Promise<void> =>
  putRows(server, rows, 'gaps', 'from_hour')

async function putRows(
  server: Server,
  rows: readonly Row[],
  list: 'suspects' | 'gaps',
  time: string,
): Promise<void> {
  const key = (row: Row) => `${text(row['provider'])} ${String(row[time])}`
  const bySeries = grouped(rows, (row) =>
    seriesId({ asset: text(row['asset']) as AssetId, quote: text(row['quote']) as Quote }),
  )
  await withHeads(server, seriesHeads(server), [...bySeries.keys()], async ({ heads, check }) => {
    check()
    const next = new Map<string, SeriesContent>()
    for (const [id, own] of bySeries) {
      const head = heads.get(id) ?? emptySeries(id)
      const known = new Map([...head[list], ...own].map((row) => [key(row), row]))
      next.set(id, sealed({ ...head, [list]: [...known.values()] }))
    }
    return { next, result: undefined }
  })
}
