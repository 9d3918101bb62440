import { byBytes, type AssetId, type Quote } from '#core/asset.ts'
import type { CandleRun, Chunk, ChunkKey } from '#core/candle.ts'
import { addHours } from '#core/hour.ts'
import { emptyChunk, mergeRun, type MergeCounts } from '#core/merge.ts'
import { monthsBetween, type Month } from '#core/month.ts'
import type { ChunkQuery, ChunkRevision, PriceWrite, PriceWriter, SeriesReader } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import { replaceGaps, replaceSuspects } from './gaps.ts'
import { chunkTable } from '../rows/chunks.ts'
import { int, text, toRow } from '../rows/row.ts'
import { replaceSql } from './sql.ts'

export function seriesStore(db: Db): SeriesReader & PriceWriter {
  return {
    async chunks(query) {
      return db.read(() => inOrder(query.assets).flatMap((asset) => chunksOf(db, query, asset)))
    },
    async revisions(assets, quote) {
      return db.read(() => revisionsOf(db, inOrder(assets), quote))
    },
    async monthRevisions(assets, quote) {
      const rows = db.read(() => db.arrays(MONTH_REVISIONS, { quote, assets: JSON.stringify(assets) }))
      return rows.map(([month, revisions]) => ({ month: text(month) as Month, revisions: text(revisions) }))
    },
    async series() {
      const rows = db.read(() => db.prepare(SERIES).all({}))
      return rows.map((row) => ({
        asset: text(row['asset']) as AssetId,
        quote: text(row['quote']) as Quote,
        from: text(row['first']) as Month,
        to: text(row['last']) as Month,
      }))
    },
    async writePrices(writes) {
      return db.write('writePrices', () => writePrices(db, writes))
    },
    async writeGaps(gaps) {
      db.write('writeGaps', () => replaceGaps(db, [], gaps))
    },
  }
}

const SERIES = `SELECT asset, quote, min(month) AS first, max(month) AS last FROM chunks
  GROUP BY asset, quote ORDER BY asset, quote`

const inOrder = (assets: readonly AssetId[]): AssetId[] => [...new Set(assets)].sort(byBytes)

function chunksOf(db: Db, { quote, from, to }: ChunkQuery, asset: AssetId): Chunk[] {
  return db.all(chunkTable, CHUNKS_OF_ASSET, { asset, quote, from, to })
}

// Left to itself, SQLite goes through all assets of the months, once for each asset.
const CHUNKS_OF_ASSET = `INDEXED BY chunks_by_revision
  WHERE asset = @asset AND quote = @quote AND month BETWEEN @from AND @to ORDER BY provider, month`

/** Answered from the index alone; as arrays, since a store of many assets has many months. */
function revisionsOf(db: Db, assets: readonly AssetId[], quote: Quote): ChunkRevision[] {
  const rows = db.arrays(REVISIONS, { quote, assets: JSON.stringify(assets) })
  return rows.map(([asset, provider, month, revision]) => ({
    asset: text(asset) as AssetId,
    provider: text(provider),
    month: text(month) as Month,
    revision: int(revision),
  }))
}

// Put together by SQLite, in the order of an index: a store of many assets has many months, and a row for each costs
// more than the text.
const MONTH_REVISIONS = `SELECT month, group_concat(asset || '|' || provider || ':' || revision, ';') FROM (
    SELECT month, asset, provider, revision FROM chunks INDEXED BY chunks_by_month
    WHERE quote = @quote AND asset IN (SELECT value FROM json_each(@assets)) ORDER BY month, asset, provider
  ) GROUP BY month ORDER BY month`

const REVISIONS = `SELECT asset, provider, month, revision FROM chunks INDEXED BY chunks_by_revision
  WHERE quote = @quote AND asset IN (SELECT value FROM json_each(@assets)) ORDER BY asset, provider, month`

function writePrices(db: Db, writes: readonly PriceWrite[]): MergeCounts[] {
  return writes.map(({ run, suspects, gaps }) => {
    const counts = mergeIntoStore(db, run)
    const hours = { ...keyOf(run), from: run.from, to: runEnd(run) }
    replaceSuspects(db, hours, suspects)
    replaceGaps(db, [hours], gaps)
    return counts
  })
}

function mergeIntoStore(db: Db, run: CandleRun): MergeCounts {
  const total: MergeCounts = { added: 0, changed: 0, unchanged: 0 }
  const end = runEnd(run)
  if (end === run.from) return total
  for (const month of monthsBetween(run.from, end - 1)) {
    const key: ChunkKey = { ...keyOf(run), month }
    const present = db.get(chunkTable, key) ?? emptyChunk(key)
    const { chunk, counts } = mergeRun(present, run)
    if (chunk.revision !== present.revision) db.prepare(replaceSql(chunkTable)).run(toRow(chunkTable, chunk))
    total.added += counts.added
    total.changed += counts.changed
    total.unchanged += counts.unchanged
  }
  return total
}

const keyOf = ({ asset, quote, provider }: CandleRun) => ({ asset, quote, provider })
const runEnd = (run: CandleRun) => addHours(run.from, run.columns.count.length)
