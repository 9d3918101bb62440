import { byBytes, type AssetId, type Quote } from '#core/asset.ts'
import type { ChunkKey } from '#core/candle.ts'
import type { Month } from '#core/month.ts'
import type { Gap, Suspect } from '#core/sample.ts'
import { rowSum } from '../rows/checksum.ts'
import { gapTable, suspectTable } from '../rows/gaps.ts'
import { toRow, type Row } from '../rows/row.ts'
import type { ChunkRef } from './chunk-data.ts'
import type { Server } from './connect.ts'
import { byIds, documentOf, idOf } from './documents.ts'
import { damagedError } from './errors.ts'
import type { Place } from './place.ts'
import type { Head, Heads } from './head.ts'
import { collectionOf } from './schema.ts'

/** What a head tells of one chunk: which revision stands, where it lies, and the hash of its bytes. */
export type ChunkHead = {
  readonly provider: string
  readonly month: Month
  readonly revision: number
  readonly hash: string
  readonly slot: number
}

/**
 * All that stands of one asset in one quote currency but the columns themselves. Chunks are ordered by provider and
 * month, suspects and gaps (rows with the columns of their tables) by provider and time.
 */
export type SeriesContent = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly chunks: readonly ChunkHead[]
  readonly suspects: readonly Row[]
  readonly gaps: readonly Row[]
  readonly checksum: number
}
export type SeriesHead = Head & SeriesContent

export const seriesId = ({ asset, quote }: Pick<ChunkKey, 'asset' | 'quote'>): string => idOf(asset, quote)

export function seriesHeads(server: Server): Heads<SeriesHead> {
  return {
    collection: collectionOf<SeriesHead>(server, 'series'),
    empty: (id) => emptySeries(id),
  }
}

/** The heads of assets in a quote currency, by their ids, each checked. */
export async function readHeads(
  server: Server,
  assets: readonly AssetId[],
  quote: Quote,
): Promise<Map<string, SeriesHead>> {
  const ids = assets.map((asset) => seriesId({ asset, quote }))
  const found = await byIds(server, seriesHeads(server).collection, ids)
  for (const head of found.values()) checkSeries(server, head)
  return found
}

export function emptySeries(id: string): SeriesContent {
  const [asset, quote] = id.split('|').map(decodeURIComponent) as [AssetId, Quote]
  return sealed({ asset, quote, chunks: [], suspects: [], gaps: [] })
}

/** A content in its canonical order, with its checksum. */
export function sealed(content: Omit<SeriesContent, 'checksum'>): SeriesContent {
  const { asset, quote } = content
  const chunks = [...content.chunks].sort(
    (a, b) => byBytes(a.provider, b.provider) || byBytes(a.month, b.month),
  )
  const suspects = inTime(content.suspects, 'time')
  const gaps = inTime(content.gaps, 'from_hour')
  return { asset, quote, chunks, suspects, gaps, checksum: sumOf({ asset, quote, chunks, suspects, gaps }) }
}

export const isSoundSeries = (head: SeriesContent): boolean => sumOf(head) === head.checksum

export function checkSeries(place: Place, head: SeriesHead): SeriesHead {
  if (!isSoundSeries(head))
    throw damagedError(place, `the head of the series ${head._id} does not match its checksum`)
  return head
}

/** A row that can stand in a head. @throws TidemarkError INPUT_INVALID */
export function suspectRow(suspect: Suspect): Row {
  return checkedRow(suspectTable, toRow(suspectTable, suspect))
}
export function gapRow(gap: Gap): Row {
  return checkedRow(gapTable, toRow(gapTable, gap))
}

export function refOf({ asset, quote }: Pick<SeriesContent, 'asset' | 'quote'>, chunk: ChunkHead): ChunkRef {
  const { provider, month, revision, slot } = chunk
  return { asset, quote, provider, month, revision, slot }
}

function checkedRow(table: typeof suspectTable | typeof gapTable, row: Row): Row {
  documentOf(table, row)
  return row
}

/** Over a text of what counts, so that fields in another order are the same. */
function sumOf({ asset, quote, chunks, suspects, gaps }: Omit<SeriesContent, 'checksum'>): number {
  const plain = [
    chunks.map(({ provider, month, revision, hash, slot }) => [provider, month, revision, hash, slot]),
    suspects.map((row) => Object.keys(suspectTable.columns).map((name) => row[name])),
    gaps.map((row) => Object.keys(gapTable.columns).map((name) => row[name])),
  ]
  return rowSum([asset, quote, JSON.stringify(plain)])
}

function inTime(rows: readonly Row[], column: string): Row[] {
  return [...rows].sort(
    (a, b) => byBytes(String(a['provider']), String(b['provider'])) || Number(a[column]) - Number(b[column]),
  )
}
