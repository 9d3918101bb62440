import type { AssetId, Quote } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import type { Month } from '#core/month.ts'
import { decodeChunk, encodeChunk } from './chunk-blob.ts'
import { int, text, type Table } from './row.ts'

export const chunkTable: Table<Chunk> = {
  name: 'chunks',
  key: ['asset', 'quote', 'provider', 'month'],
  columns: {
    asset: (chunk) => chunk.asset,
    quote: (chunk) => chunk.quote,
    provider: (chunk) => chunk.provider,
    month: (chunk) => chunk.month,
    revision: (chunk) => chunk.revision,
    data: encodeChunk,
  },
  read: (row) => ({
    asset: text(row['asset']) as AssetId,
    quote: text(row['quote']) as Quote,
    provider: text(row['provider']),
    month: text(row['month']) as Month,
    revision: int(row['revision']),
    ...decodeChunk(text(row['month']) as Month, row['data'] as Uint8Array),
  }),
}
