import { CANDLE_COLUMNS } from '#core/candle.ts'
import { fluxText, fluxTime } from './calls.ts'
import { CANDLE } from './candle-points.ts'
import { tagValue } from './lines.ts'
import type { Step } from './downsample.ts'

/** Buckets by resolution: INFLUX_BUCKET itself, and those beside it. */
export const bucketOf = (bucket: string, step: Step | 'hourly'): string =>
  step === 'hourly' ? bucket : `${bucket}-${step}`

/** What each resolution is made of. */
export const SOURCE = { daily: 'hourly', weekly: 'daily' } as const

// Flux counts its weeks from the epoch, a Thursday; three days earlier is a Monday.
const EVERY = { daily: 'every: 1d', weekly: 'every: 1w, offset: -3d' } as const

/** What a task looks at again each time, so that late and corrected hours reach days and weeks by themselves. */
export const LOOK_BACK = { daily: { days: 3 }, weekly: { weeks: 3 } } as const

/** Bits of `state` that say that a price is absent: the first five columns. */
const PRICE_BITS = 2 ** CANDLE_COLUMNS.indexOf('count')

const FIELDS = ['open', 'high', 'low', 'close', 'mean', 'count', 'changed', 'state'] as const

/** The series and time that a script is about; times at borders of windows. */
export type Extent = {
  readonly from: number
  readonly to: number
  readonly quote: string
  readonly provider: string
  readonly assets: readonly string[]
}

/** Makes the candles of days or weeks of some series anew. Answers with how many it wrote. */
export function extentScript(bucket: string, step: Step, extent: Extent): string {
  const assets = extent.assets.map((asset) => `r.asset == ${fluxText(tagValue(asset))}`).join(' or ')
  const series =
    `r.quote == ${fluxText(tagValue(extent.quote))} and r.provider == ${fluxText(tagValue(extent.provider))} ` +
    `and (${assets})`
  const range = `start: ${fluxTime(extent.from)}, stop: ${fluxTime(extent.to)}`
  return script(bucket, step, range, ` and ${series}`)
}

/** The name of the task that keeps a resolution up to date. */
export const taskName = (bucket: string, step: Step): string => `tidemark ${bucketOf(bucket, step)}`

/** The task: every hour, the windows of the last days or weeks. */
export function taskScript(bucket: string, step: Step): string {
  const name = fluxText(taskName(bucket, step))
  // Weeks are made of days, so their task comes after.
  const offset = step === 'daily' ? '10m' : '20m'
  const start =
    step === 'daily'
      ? `date.sub(from: today(), d: ${LOOK_BACK.daily.days}d)`
      : `date.sub(from: date.sub(from: today(), d: duration(v: (date.weekDay(t: today()) + 6) % 7 * 86400000000000)), d: ${LOOK_BACK.weekly.weeks}w)`
  return [
    'import "date"',
    '',
    `option task = {name: ${name}, every: 1h, offset: ${offset}}`,
    '',
    script(bucket, step, `start: ${start}`, ''),
  ].join('\n')
}

/**
 * Missing hours are no rows, and hours without a sample or a price do not count. The mean is that of the samples.
 * `changed` is the sum of the revisions of all hours, by which a window that is behind its hours is known.
 */
function script(bucket: string, step: Step, range: string, series: string): string {
  const fields = FIELDS.filter((name) => step === 'daily' || name !== 'state')
  const named = fields.map((name) => `r._field == "${name}"`).join(' or ')
  const counts = step === 'daily' ? `r.count > 0.0 and r.state % ${PRICE_BITS} == 0` : 'r.count > 0.0'
  return `all = from(bucket: ${fluxText(bucketOf(bucket, SOURCE[step]))})
  |> range(${range})
  |> filter(fn: (r) => r._measurement == "${CANDLE}"${series} and (${named}))
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> group(columns: ["asset", "provider", "quote"])
  |> sort(columns: ["_time"])

counted = all
  |> filter(fn: (r) => ${counts})
  |> map(fn: (r) => ({r with weighted: r.mean * r.count}))
  |> window(${EVERY[step]})

field = (tables=<-, name, fn) => tables
  |> fn(column: name)
  |> keep(columns: ["_start", "asset", "provider", "quote", name])
  |> duplicate(column: name, as: "_value")
  |> drop(columns: [name])
  |> set(key: "_field", value: name)

union(
  tables: [
    counted |> field(name: "open", fn: first),
    counted |> field(name: "high", fn: max),
    counted |> field(name: "low", fn: min),
    counted |> field(name: "close", fn: last),
    counted |> field(name: "weighted", fn: sum),
    counted |> field(name: "count", fn: sum),
    all |> window(${EVERY[step]}) |> field(name: "changed", fn: sum),
  ],
)
  |> rename(columns: {_start: "_time"})
  |> group(columns: ["asset", "provider", "quote"])
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> filter(fn: (r) => exists r.count)
  |> map(fn: (r) => ({r with mean: r.weighted / r.count, _measurement: "${CANDLE}"}))
  |> to(
    bucket: ${fluxText(bucketOf(bucket, step))},
    tagColumns: ["asset", "provider", "quote"],
    fieldFn: (r) => ({open: r.open, high: r.high, low: r.low, close: r.close, mean: r.mean, count: r.count, changed: r.changed}),
  )
  |> keep(columns: ["count"])
  |> count(column: "count")
`
}
