import type { ChunkKey } from '#core/candle.ts'
import { HOUR_MS } from '#core/hour.ts'
import { monthEnd, monthStart, monthsBetween, type Month } from '#core/month.ts'
import type { AssetId, Quote } from '#core/asset.ts'
import { fluxRows, fluxText, fluxTime } from './calls.ts'
import { CANDLE } from './candle-points.ts'
import { spansOf } from './candle-read.ts'
import type { Connection } from './connection.ts'
import { STEPS, windowEnd, windowStart, type Step } from './downsample.ts'
import { SOURCE, bucketOf, extentScript } from './downsample-flux.ts'
import { readTag } from './lines.ts'

/** Chunks that one script takes: it computes in the memory of the server. */
const CHUNKS_A_SCRIPT = 24

/** Makes the days and weeks anew that some months of candles have a part in. */
export async function downsample(connection: Connection, keys: readonly ChunkKey[]): Promise<void> {
  for (const step of STEPS) await Promise.all(spansOf(keys, CHUNKS_A_SCRIPT).map((span) => one(span, step)))

  async function one(span: ReturnType<typeof spansOf>[number], step: Step): Promise<void> {
    const from = windowStart(monthStart(span.from), step)
    const to = windowEnd(monthEnd(span.to) - HOUR_MS, step)
    const script = extentScript(connection.options.bucket, step, { ...span, from, to })
    await fluxRows(connection, `the ${step} candles`, script)
  }
}

/** The newest hour before which the tasks no longer look: windows that are older are ours to keep up to date. */
export const beyondTasks = (now: number): number => windowStart(now, 'daily') - 2 * 24 * HOUR_MS

/**
 * Months with days or weeks that are behind their hours, between two moments: candles that came or were corrected after
 * the tasks had looked, or before there were tasks. Sums are taken where the points lie; no candle travels.
 */
export async function behind(connection: Connection, from: number, to: number): Promise<ChunkKey[]> {
  const found = new Map<string, ChunkKey>()
  const first = await oldest(connection)
  if (first === null) return []
  const months = monthsBetween(Math.max(first, from), to)
  for (const month of months) {
    for (const step of STEPS) {
      const begun = windowStart(monthStart(month), step)
      // A week belongs to the month that it begins in; what began before the first month has no other.
      const start = begun === monthStart(month) || month === months[0] ? begun : windowEnd(begun, step)
      for (const key of await behindIn(connection, step, month, start)) found.set(JSON.stringify(key), key)
    }
  }
  return [...found.values()]
}

async function behindIn(connection: Connection, step: Step, month: Month, from: number): Promise<ChunkKey[]> {
  const to = windowEnd(monthEnd(month) - HOUR_MS, step)
  const [hours, windows] = await Promise.all([
    sums(connection, SOURCE[step], step, from, to),
    sums(connection, step, step, from, to),
  ])
  const keys = new Map<string, ChunkKey>()
  for (const [place, sum] of hours) {
    const there = windows.get(place)
    if (sum.count > 0 && there?.changed !== sum.changed) keys.set(sum.series, { ...sum.key, month })
  }
  return [...keys.values()]
}

type Sums = { readonly series: string; readonly key: Omit<ChunkKey, 'month'>; count: number; changed: number }

/** Sums of `count` and `changed` by window and series. */
async function sums(
  connection: Connection,
  source: Step | 'hourly',
  step: Step,
  from: number,
  to: number,
): Promise<Map<string, Sums>> {
  const every = step === 'daily' ? 'every: 1d' : 'every: 1w, offset: -3d'
  const script = [
    `from(bucket: ${fluxText(bucketOf(connection.options.bucket, source))})`,
    `|> range(start: ${fluxTime(from)}, stop: ${fluxTime(to)})`,
    `|> filter(fn: (r) => r._measurement == "${CANDLE}" and (r._field == "count" or r._field == "changed"))`,
    `|> aggregateWindow(${every}, fn: sum, createEmpty: false, timeSrc: "_start")`,
    '|> keep(columns: ["_time", "_field", "_value", "asset", "provider", "quote"])',
  ].join('\n')
  const found = new Map<string, Sums>()
  for (const row of await fluxRows(connection, `the sums of ${source} candles`, script)) {
    const { asset = '', quote = '', provider = '', _time: time = '' } = row
    const series = JSON.stringify([asset, quote, provider])
    const place = `${time}|${series}`
    const key = {
      asset: readTag(asset) as AssetId,
      quote: readTag(quote) as Quote,
      provider: readTag(provider),
    }
    const known = found.get(place) ?? { series, key, count: 0, changed: 0 }
    found.set(place, known)
    known[row['_field'] === 'count' ? 'count' : 'changed'] = Number(row['_value'])
  }
  return found
}

/** The hour of the first candle; null where there is none. */
async function oldest(connection: Connection): Promise<number | null> {
  const script = [
    `from(bucket: ${fluxText(connection.options.bucket)})`,
    '|> range(start: 2009-01-01T00:00:00Z)',
    `|> filter(fn: (r) => r._measurement == "${CANDLE}" and r._field == "changed")`,
    '|> first()',
    '|> keep(columns: ["_time"])',
    '|> group()',
    '|> sort(columns: ["_time"])',
    '|> limit(n: 1)',
  ].join('\n')
  const [row] = await fluxRows(connection, 'the first candle', script)
  return row === undefined ? null : Date.parse(row['_time'] ?? '')
}
