import { CANDLE_COLUMNS, emptyColumns, type CandleRun, type Chunk, type ChunkKey } from './candle.ts'
import { HOUR_MS } from './hour.ts'
import { monthLength, monthStart } from './month.ts'
import { recordOf } from './record-of.ts'

/** Hours of a merge by what became of them. */
export type MergeCounts = { added: number; changed: number; unchanged: number }

export function emptyChunk(key: ChunkKey): Chunk {
  const length = monthLength(key.month)
  const { asset, quote, provider, month } = key
  return {
    asset,
    quote,
    provider,
    month,
    revision: 0,
    columns: emptyColumns(length),
    changed: new Float64Array(length),
  }
}

/**
 * Puts the candles of one answer into a chunk. An hour is replaced by an answer that covers at least as much of it,
 * so the order of arrival does not matter; an answer without samples never replaces samples (a degraded run does not
 * overwrite better data). Nothing is mutated; when no value changes, the same chunk comes back.
 */
export function mergeRun(chunk: Chunk, run: CandleRun): { chunk: Chunk; counts: MergeCounts } {
  const counts: MergeCounts = { added: 0, changed: 0, unchanged: 0 }
  const start = monthStart(chunk.month)
  const offset = (run.from - start) / HOUR_MS
  const length = chunk.changed.length
  const runLength = run.columns.count.length
  const begin = Math.max(0, offset)
  const end = Math.min(length, offset + runLength)
  let next: Chunk | null = null
  for (let hour = begin; hour < end; hour++) {
    const at = hour - offset
    const incoming = run.columns.count[at] as number
    if (Number.isNaN(incoming)) continue
    const covered = chunk.columns.covered[hour] as number
    const present = chunk.columns.count[hour] as number
    const known = !Number.isNaN(present)
    if (known && ((run.columns.covered[at] as number) < covered || (incoming === 0 && present > 0))) {
      counts.unchanged++
      continue
    }
    const current: Chunk = next ?? chunk
    if (CANDLE_COLUMNS.every((name) => Object.is(current.columns[name][hour], run.columns[name][at]))) {
      counts.unchanged++
      continue
    }
    next ??= copyOf(chunk)
    for (const name of CANDLE_COLUMNS) next.columns[name][hour] = run.columns[name][at] as number
    next.changed[hour] = next.revision
    if (known && present > 0) counts.changed++
    else counts.added++
  }
  return { chunk: next ?? chunk, counts }
}

function copyOf(chunk: Chunk): Chunk {
  const columns = recordOf(CANDLE_COLUMNS, (name) => chunk.columns[name].slice())
  return { ...chunk, revision: chunk.revision + 1, columns, changed: chunk.changed.slice() }
}
