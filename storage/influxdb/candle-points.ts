import { CANDLE_COLUMNS, type Chunk, type ChunkKey } from '#core/candle.ts'
import { HOUR_MS } from '#core/hour.ts'
import { monthStart } from '#core/month.ts'
import { floatText, tagText } from './lines.ts'

/** Measurement of the hourly candles. One point is one hour of one asset, quote and provider. */
export const CANDLE = 'candle'

/** Every field of a candle's point. Fields of one point are merged over writes, so each write gives them all. */
export const CANDLE_FIELDS = [...CANDLE_COLUMNS, 'changed', 'state'] as const

/** Places of the hours that hold something: asked for once, with or without an answer. */
export function presentHours(chunk: Chunk): number[] {
  const hours: number[] = []
  for (let hour = 0; hour < chunk.changed.length; hour++) if (isPresent(chunk, hour)) hours.push(hour)
  return hours
}

function isPresent({ changed, columns }: Chunk, hour: number): boolean {
  return changed[hour] !== 0 || CANDLE_COLUMNS.some((name) => !Number.isNaN(columns[name][hour]))
}

/** Places of the hours that are not bit for bit what they were. */
export function differingHours(before: Chunk, after: Chunk): number[] {
  const hours: number[] = []
  for (let hour = 0; hour < after.changed.length; hour++) {
    const same =
      before.changed[hour] === after.changed[hour] &&
      CANDLE_COLUMNS.every((name) => Object.is(before.columns[name][hour], after.columns[name][hour]))
    if (!same) hours.push(hour)
  }
  return hours
}

/** Points of some hours of a chunk, one a line, with time in seconds. */
export function candleLines(chunk: Chunk, hours: readonly number[]): string[] {
  const head = `${CANDLE},${seriesTags(chunk)} `
  const names = CANDLE_COLUMNS.map((name, at) => `${at === 0 ? head : ','}${name}=`)
  const columns = CANDLE_COLUMNS.map((name) => chunk.columns[name])
  const start = monthStart(chunk.month)
  return hours.map((hour) => {
    let [line, state, before, text] = ['', 0, NaN, '']
    for (let at = 0; at < columns.length; at++) {
      const value = (columns[at] as Float64Array)[hour] as number
      // Prices of one hour are often the same double, and its text is what costs here.
      if (value !== before || value === 0) text = Number.isNaN(value) ? '0' : floatText(value)
      if (Number.isNaN(value)) state |= 1 << at
      before = value
      line += (names[at] as string) + text
    }
    const time = (start + hour * HOUR_MS) / 1000
    return `${line},changed=${chunk.changed[hour] as number},state=${state}i ${time}`
  })
}

function seriesTags({ asset, quote, provider }: ChunkKey): string {
  // In the order of their names, which saves the server from sorting them.
  return `asset=${tagText(asset)},provider=${tagText(provider)},quote=${tagText(quote)}`
}
