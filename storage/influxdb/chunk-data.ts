import type { Chunk, ChunkKey } from '#core/candle.ts'
import { HOUR_MS } from '#core/hour.ts'
import { monthStart } from '#core/month.ts'
import type { ChunkChange, ChunkData } from '../mongodb/chunk-data.ts'
import type { InfluxOptions } from '../mongodb/open.ts'
import { candleLines, differingHours, presentHours } from './candle-points.ts'
import { chunkId, readChunks } from './candle-read.ts'
import { connect, type Connection, type Patience } from './connection.ts'
import { confirm, removeChunk } from './confirm.ts'
import { writeLines } from './calls.ts'
import { influxPublication, type InfluxPublication } from './publication.ts'
import { beyondTasks, downsample } from './downsampling.ts'

export type InfluxChunkData = ChunkData & {
  /** What dashboards read beside the candles. */
  readonly publication: InfluxPublication
  /** What lies in each bucket, in candles and bytes. */
  stats(): Promise<Record<string, { rows: number; bytes: number }>>
  /** Brings days and weeks up to date that were written and lie further back than the tasks look; then lets go. */
  close(): Promise<void>
}

/** Chunks of candles as points of InfluxDB, one an hour (docs/decisions/0012). */
export function createInfluxChunkData(options: InfluxOptions, patience?: Partial<Patience>): InfluxChunkData {
  const connection = connect(options, patience)
  const written = new Map<string, ChunkKey>()
  return {
    inPlace: true,
    publication: influxPublication(connection),
    async read(refs) {
      const found = await readChunks(connection, refs)
      return refs.map((ref) => {
        const chunk = found.get(chunkId(ref))
        return chunk?.revision === ref.revision ? chunk : null
      })
    },
    async found(key) {
      return (await readChunks(connection, [key])).get(chunkId(key)) ?? null
    },
    async write(changes) {
      await write(connection, changes)
      for (const { after } of late(changes, Date.now())) {
        const { asset, quote, provider, month } = after // not the columns, which may be many
        written.set(chunkId(after), { asset, quote, provider, month })
      }
    },
    stats: async () => (await import('./stats.ts')).influxStats(connection),
    async close() {
      // They can be made at any time: what fails here is told by `doctor` as being behind, and made by `init`.
      await downsample(connection, [...written.values()]).catch(() => undefined)
      connection.close()
    },
  }
}

/** Changes of hours that the tasks no longer look at. */
function late(changes: readonly ChunkChange[], now: number): ChunkChange[] {
  return changes.filter(({ before, after }) => {
    const [first] = differingHours(before, after)
    return first !== undefined && monthStart(after.month) + first * HOUR_MS < beyondTasks(now)
  })
}

async function write(connection: Connection, changes: readonly ChunkChange[]): Promise<void> {
  const { bucket } = connection.options
  // A point is never taken back by another one: where an hour is to go, all go, and those that stay come again.
  const fewer = changes.filter(({ before, after }) => losesHours(before, after))
  for (const { before } of fewer) await removeChunk(connection, before)
  const whole = new Set<ChunkChange>(fewer)
  const { troubled } = await writeLines(connection, bucket, linesOf(changes, whole))
  await confirm(
    connection,
    changes.map(({ after }) => after),
    troubled,
  )
}

function losesHours(before: Chunk, after: Chunk): boolean {
  const stays = new Set(presentHours(after))
  return presentHours(before).some((hour) => !stays.has(hour))
}

function* linesOf(changes: readonly ChunkChange[], whole: ReadonlySet<ChunkChange>): Generator<string> {
  for (const change of changes) {
    const { before, after } = change
    const hours =
      whole.has(change) || before.revision === 0 ? presentHours(after) : differingHours(before, after)
    yield* candleLines(after, hours)
  }
}
