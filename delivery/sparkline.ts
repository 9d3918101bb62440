const BARS = '▁▂▃▄▅▆▇█'
const NOTHING = '·'

/**
 * A series as one line of bars, at most `width` of them. Each bar is the last value of its stretch, so that the line
 * ends where the series ends; a stretch without any value is a dot.
 */
export function sparkline(values: ArrayLike<number>, width: number): string {
  const count = Math.min(width, values.length)
  const picked = Array.from({ length: count }, (_, at) =>
    lastOf(values, Math.floor((at * values.length) / count), Math.floor(((at + 1) * values.length) / count)),
  )
  const known = picked.filter((value) => Number.isFinite(value))
  const low = Math.min(...known)
  const high = Math.max(...known)
  return picked.map((value) => barOf(value, low, high)).join('')
}

function lastOf(values: ArrayLike<number>, from: number, to: number): number {
  for (let at = to - 1; at >= from; at--) {
    const value = values[at] as number
    if (Number.isFinite(value)) return value
  }
  return NaN
}

function barOf(value: number, low: number, high: number): string {
  if (Number.isNaN(value)) return NOTHING
  // A flat line is drawn in the middle; halves keep the difference finite.
  const share = high === low ? 0.5 : (value / 2 - low / 2) / (high / 2 - low / 2)
  return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))] as string
}
