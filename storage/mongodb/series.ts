import { setTimeout as sleep } from 'node:timers/promises'
import { byBytes, type AssetId, type Quote } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Month } from '#core/month.ts'
import type { ChunkQuery, ChunkRevision, GapStore, SeriesReader } from '#pipeline/ports.ts'
import { gapTable, suspectTable } from '../rows/gaps.ts'
import type { ChunkData, ChunkRef } from './chunk-data.ts'
import { inChunkOrder } from './chunks.ts'
import type { Server } from './connect.ts'
import { grouped, plain } from './documents.ts'
import { openIntents } from './intents.ts'
import { checkSeries, readHeads, refOf, seriesHeads, seriesId, type SeriesHead } from './series-head.ts'

/** How often a reader looks again when writers were faster than it. */
const READS = 8
const PAUSE_MS = 20

type Readers = SeriesReader & Pick<GapStore, 'gaps' | 'suspects'>

/** Reading of series: which chunks, revisions, suspects and gaps there are is answered by the heads alone. */
export function seriesStore(server: Server, data: ChunkData): Readers {
  return {
    chunks: (query) => readChunks(server, data, query),
    async revisions(assets, quote) {
      return (await revisionsOf(server, assets, quote)).sort(
        (a, b) => byBytes(a.asset, b.asset) || byBytes(a.provider, b.provider) || byBytes(a.month, b.month),
      )
    },
    async monthRevisions(assets, quote) {
      const all = await revisionsOf(server, assets, quote)
      all.sort(
        (a, b) => byBytes(a.month, b.month) || byBytes(a.asset, b.asset) || byBytes(a.provider, b.provider),
      )
      const months = grouped(all, ({ month }) => month)
      return [...months].map(([month, some]) => ({
        month,
        revisions: some.map(({ asset, provider, revision }) => `${asset}|${provider}:${revision}`).join(';'),
      }))
    },
    async series() {
      const heads = await allHeads(server, {})
      return heads
        .filter(({ chunks }) => chunks.length > 0)
        .map(({ asset, quote, chunks }) => {
          const months = chunks.map(({ month }) => month).sort()
          return { asset, quote, from: months[0] as Month, to: months.at(-1) as Month }
        })
    },
    async gaps(filter = {}) {
      const heads = await allHeads(server, filter)
      return heads.flatMap(({ gaps }) => gaps.map((row) => gapTable.read(row)))
    },
    async suspects({ provider, states, ...filter } = {}) {
      const heads = await allHeads(server, filter)
      const all = heads.flatMap(({ suspects }) => suspects.map((row) => suspectTable.read(row)))
      return all.filter(
        (each) =>
          (provider === undefined || each.provider === provider) && (states?.includes(each.state) ?? true),
      )
    },
  }
}

async function revisionsOf(
  server: Server,
  assets: readonly AssetId[],
  quote: Quote,
): Promise<ChunkRevision[]> {
  const heads = await readHeads(server, [...new Set(assets)], quote)
  return [...heads.values()].flatMap(({ asset, chunks }) =>
    chunks.map(({ provider, month, revision }) => ({ asset, provider, month, revision })),
  )
}

/** Heads ordered by asset and quote. */
export async function allHeads(
  server: Server,
  filter: { asset?: AssetId; quote?: Quote },
): Promise<SeriesHead[]> {
  const { asset, quote } = filter
  if (asset !== undefined && quote !== undefined)
    return [...(await readHeads(server, [asset], quote)).values()]
  const where = {
    ...(asset === undefined ? {} : { asset: plain(asset) }),
    ...(quote === undefined ? {} : { quote: plain(quote) }),
  }
  const found = await seriesHeads(server)
    .collection.find(where as never)
    .toArray()
  const heads = (found as SeriesHead[]).map((head) => checkSeries(server, head))
  return heads.sort((a, b) => byBytes(a.asset, b.asset) || byBytes(a.quote, b.quote))
}

/**
 * Chunks as their heads tell of them. Where a writer came in between, the heads are read again: a chunk is of the
 * revision of its head or is not given out.
 */
export async function readChunks(server: Server, data: ChunkData, query: ChunkQuery): Promise<Chunk[]> {
  let open = [...new Set(query.assets)]
  const chunks: Chunk[] = []
  for (let attempt = 0; attempt < READS; attempt++) {
    const heads = await readHeads(server, open, query.quote)
    const refs = [...heads.values()].flatMap((head) => refsOf(head, query))
    const found = await data.read(refs)
    const moved = await movedSeries(server, data, refs, found)
    refs.forEach((ref, at) => {
      const chunk = found[at] ?? null
      if (chunk !== null && !moved.has(ref.asset)) chunks.push(chunk)
    })
    open = open.filter((asset) => moved.has(asset))
    if (open.length === 0) return chunks.sort(inChunkOrder)
    await sleep(PAUSE_MS * 2 ** attempt)
  }
  throw unfinishedError(server, open)
}

function refsOf(head: SeriesHead, { from, to }: ChunkQuery): ChunkRef[] {
  return head.chunks.filter(({ month }) => month >= from && month <= to).map((chunk) => refOf(head, chunk))
}

/** Assets of which a writer may have changed something while they were read. */
async function movedSeries(
  server: Server,
  data: ChunkData,
  refs: readonly ChunkRef[],
  found: readonly (Chunk | null)[],
): Promise<Set<AssetId>> {
  const moved = new Set(refs.filter((_ref, at) => found[at] === null).map(({ asset }) => asset))
  if (!data.inPlace || refs.length === 0) return moved
  const quote = refs[0]?.quote as Quote
  const [written, heads] = await Promise.all([
    openIntents(server),
    readHeads(server, [...new Set(refs.map(({ asset }) => asset))], quote),
  ])
  for (const { asset, provider, month, revision } of refs) {
    const id = seriesId({ asset, quote })
    const present = heads
      .get(id)
      ?.chunks.find((chunk) => chunk.provider === provider && chunk.month === month)
    if (written.has(id) || present?.revision !== revision) moved.add(asset)
  }
  return moved
}

function unfinishedError(server: Server, assets: readonly AssetId[]): TidemarkError {
  return new TidemarkError('STORE_UNAVAILABLE', {
    message: `The prices of ${assets.slice(0, 5).join(', ')} in ${server.label} are being written, or their writer died in the middle.`,
    fix: 'Run "tidemark ingest", which mends what was left, or wait until the other command has ended.',
  })
}
