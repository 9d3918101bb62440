import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns, type CandleRun } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { emptyMarks, type MarkSeries } from '#pnl/marks/marks.ts'
import { OK } from '#core/quality.ts'

export const USD = 'usd' as Quote
export const assetName = (index: number): AssetId => `coin-${String(index).padStart(4, '0')}` as AssetId

/** A small fast generator of numbers in [0, 1) (mulberry32), so that every run has the same data. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A random walk of hourly prices. */
export function walk(length: number, seed: number): Float64Array {
  const random = randomOf(seed)
  const prices = new Float64Array(length)
  let price = 10 + random() * 1000
  for (let index = 0; index < length; index++) {
    price *= 1 + (random() - 0.5) * 0.02
    prices[index] = price
  }
  return prices
}

export function marksFrom(from: Hour, prices: Float64Array): MarkSeries {
  const marks = emptyMarks(from, (from + prices.length * HOUR_MS) as Hour, ['bench'])
  marks.price.set(prices)
  marks.quality.fill(OK)
  marks.source.fill(0)
  marks.age.fill(0)
  return marks
}

/** Candles with one sample an hour, two minutes after it. */
export function candleRun(asset: AssetId, from: Hour, prices: Float64Array): CandleRun {
  const columns = emptyColumns(prices.length)
  for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) columns[name].set(prices)
  columns.count.fill(1)
  columns.first.fill(120_000)
  columns.last.fill(120_000)
  columns.covered.fill(HOUR_MS)
  return { asset, quote: USD, provider: 'coingecko', from, columns }
}

/** A folder that is gone when the work is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
