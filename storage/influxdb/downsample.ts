import type { Chunk } from '#core/candle.ts'
import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import { monthStart } from '#core/month.ts'
import { Sum } from '#core/sum.ts'

/** Resolutions beside the hourly one. Days and ISO weeks (from Monday) are those of UTC. */
export type Step = 'daily' | 'weekly'
export const STEPS: readonly Step[] = ['daily', 'weekly']

/** The candle of a day or week, by the start of it. `mean` is that of its samples, `count` how many they were. */
export type WindowCandle = {
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly mean: number
  readonly count: number
}

/** Milliseconds from the epoch, a Thursday, to the first Monday. */
const MONDAY = 4 * DAY_MS
const WEEK_MS = 7 * DAY_MS

/** Start of the day or week that a moment falls in. @param time milliseconds since 1970 */
export function windowStart(time: number, step: Step): number {
  const [length, shift] = step === 'daily' ? [DAY_MS, 0] : [WEEK_MS, MONDAY]
  return Math.floor((time - shift) / length) * length + shift
}

/** Start of the window after the one that a moment falls in. */
export const windowEnd = (time: number, step: Step): number =>
  windowStart(time, step) + (step === 'daily' ? DAY_MS : WEEK_MS)

/**
 * Candles of days or weeks from the hourly ones of a series: what the tasks in InfluxDB are to come to. Hours without
 * samples, or never asked for, do not count; a window without any is left out.
 * @param chunks of one series, ascending
 */
export function windowsOf(chunks: readonly Chunk[], step: Step): WindowCandle[] {
  const windows: Gathering[] = []
  for (const chunk of chunks) {
    const start = monthStart(chunk.month)
    for (let hour = 0; hour < chunk.changed.length; hour++) {
      if (!((chunk.columns.count[hour] as number) > 0) || hasGap(chunk, hour)) continue
      const time = windowStart(start + hour * HOUR_MS, step)
      const last = windows.at(-1)
      if (last?.time === time) last.add(chunk, hour)
      else windows.push(new Gathering(time, chunk, hour))
    }
  }
  return windows.map((window) => window.candle())
}

const PRICES = ['open', 'high', 'low', 'close', 'mean'] as const
const hasGap = ({ columns }: Chunk, hour: number): boolean =>
  PRICES.some((name) => Number.isNaN(columns[name][hour]))

class Gathering {
  readonly time: number
  private readonly open: number
  private high: number
  private low: number
  private close = NaN
  private readonly weighted = new Sum()
  private count = 0

  constructor(time: number, chunk: Chunk, hour: number) {
    this.time = time
    this.open = chunk.columns.open[hour] as number
    this.high = chunk.columns.high[hour] as number
    this.low = chunk.columns.low[hour] as number
    this.add(chunk, hour)
  }

  add({ columns }: Chunk, hour: number): void {
    const count = columns.count[hour] as number
    this.high = Math.max(this.high, columns.high[hour] as number)
    this.low = Math.min(this.low, columns.low[hour] as number)
    this.close = columns.close[hour] as number
    this.weighted.add((columns.mean[hour] as number) * count)
    this.count += count
  }

  candle(): WindowCandle {
    const { time, open, high, low, close, count } = this
    return { time, open, high, low, close, mean: this.weighted.value / count, count }
  }
}
