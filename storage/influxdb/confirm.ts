import type { Chunk, ChunkKey } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import { emptyChunk } from '#core/merge.ts'
import { monthEnd, monthStart } from '#core/month.ts'
import { fluxRows, writeLines } from './calls.ts'
import { CANDLE, candleLines, differingHours, presentHours } from './candle-points.ts'
import { chunkId, readChunks, spanFlux, spansOf, type Span } from './candle-read.ts'
import type { Connection } from './connection.ts'
import { deletePoints } from './delete-points.ts'
import { readTag } from './lines.ts'

/** How often what lies there is put right before giving up. */
const ROUNDS = 3

/** Chunks that one query sums: it answers with a number for each. */
const SUMS_A_QUERY = 600

/**
 * Makes sure that what lies there is what was to be written: the revisions of hours are summed on the
 * server, and a chunk that differs is read back and put right.
 * @param troubled whether a batch was sent more than once: then every chunk is read back, value by value
 * @throws TidemarkError INTEGRITY when it is not right after three rounds
 */
export async function confirm(
  connection: Connection,
  chunks: readonly Chunk[],
  troubled: boolean,
): Promise<void> {
  let doubtful = troubled ? chunks : await unlike(connection, chunks)
  for (let round = 0; doubtful.length > 0 && round < ROUNDS; round++) {
    await mend(connection, doubtful)
    doubtful = await unlike(connection, doubtful)
  }
  const [first] = doubtful
  if (first !== undefined) throw unwritten(doubtful.length, first, connection.options.bucket)
}

/**
 * Those whose hours do not sum to the revisions that they were written with. Each is at least 1, so that an hour which
 * is not there, or still the one before, is seen.
 */
async function unlike(connection: Connection, chunks: readonly Chunk[]): Promise<Chunk[]> {
  const spans = await Promise.all(spansOf(chunks, SUMS_A_QUERY).map((span) => sums(connection, span)))
  const found = new Map(spans.flatMap((span) => [...span]))
  return chunks.filter((chunk) => {
    const expected = chunk.changed.reduce((sum, revision) => sum + revision, 0)
    return (found.get(chunkId(chunk)) ?? 0) !== expected
  })
}

/** Summed where they lie: InfluxDB hands such a window down to its storage, and no value travels. */
async function sums(connection: Connection, span: Span): Promise<Map<string, number>> {
  const script = [
    spanFlux(connection.options.bucket, span),
    '|> filter(fn: (r) => r._field == "changed")',
    '|> aggregateWindow(every: 1mo, fn: sum, createEmpty: false, timeSrc: "_start")',
    '|> keep(columns: ["_time", "_value", "asset"])',
  ].join('\n')
  const { quote, provider } = span
  const rows = await fluxRows(connection, 'a look at what was written', script)
  return new Map(
    rows.map(({ _time: time = '', _value: sum, asset = '' }) => {
      const key = { asset: readTag(asset), month: time.slice(0, 7), quote, provider }
      return [chunkId(key as ChunkKey), Number(sum)]
    }),
  )
}

/** Reads chunks back and writes again what is not there as it should be. */
async function mend(connection: Connection, chunks: readonly Chunk[]): Promise<void> {
  const found = await readChunks(connection, chunks)
  const lines: string[] = []
  for (const chunk of chunks) {
    const there = found.get(chunkId(chunk)) ?? emptyChunk(chunk)
    const present = new Set(presentHours(chunk))
    const strangers = presentHours(there).some((hour) => !present.has(hour))
    if (strangers) await removeChunk(connection, chunk)
    lines.push(...candleLines(chunk, strangers ? [...present] : differingHours(there, chunk)))
  }
  await writeLines(connection, connection.options.bucket, lines)
}

/** Takes all points of a chunk away. */
export async function removeChunk(connection: Connection, key: ChunkKey): Promise<void> {
  const { asset, quote, provider, month } = key
  const [from, to] = [monthStart(month), monthEnd(month)]
  await deletePoints(connection, { measurement: CANDLE, tags: { asset, quote, provider }, from, to })
}

function unwritten(count: number, first: ChunkKey, bucket: string): TidemarkError {
  const { asset, quote, provider, month } = first
  return new TidemarkError('INTEGRITY', {
    message:
      `Bucket "${bucket}" does not hold what was written to it, also after ${ROUNDS} tries: ` +
      `${count} month${count === 1 ? '' : 's'}, the first of ${asset} in ${quote} by ${provider}, ${month}.`,
    fix: 'See that nothing else writes to this bucket and that it keeps everything (tidemark doctor), then run the same command again.',
  })
}
