import type { Quality } from '../ui/Figure.tsx'
import { pixels } from '../format/decimal.ts'

const HOUR = 3_600_000

/** A series as it is sent; arrays run parallel. */
export type Series = {
  readonly time: readonly string[]
  readonly value: readonly (string | null)[]
  readonly quality: readonly Quality[]
  /** Part of the value that has a price. */
  readonly coverage?: readonly number[]
}
type Point = [at: number, value: number | null]

/**
 * The same line three times: whole, for what lies below it and for the crosshair; where both ends are known; and where
 * one end is carried over or in part without a price, which is drawn dashed. A gap is a gap in each.
 */
export function linesOf(series: Series): {
  readonly all: readonly Point[]
  readonly sure: readonly Point[]
  readonly unsure: readonly Point[]
} {
  const all = series.time.map((time, index): Point => [Date.parse(time), pixels(series.value[index])])
  return {
    all,
    sure: pieces(all, (index) => isSure(series, index) && isSure(series, index - 1)),
    unsure: pieces(all, (index) => !isSure(series, index) || !isSure(series, index - 1)),
  }
}

function isSure({ quality, coverage }: Series, index: number): boolean {
  const known = quality[index] === 'ok' || quality[index] === 'estimated'
  return known && (coverage?.[index] ?? 1) >= 1
}

/** The pieces of a line whose ends pass, with a gap between them. */
function pieces(all: readonly Point[], passes: (end: number) => boolean): Point[] {
  const found: Point[] = []
  for (let index = 1; index < all.length; index++) {
    const [before, point] = [all[index - 1], all[index]]
    if (before === undefined || point === undefined || !passes(index)) continue
    if (found.at(-1)?.[0] !== before[0]) found.push([before[0], null], before)
    found.push(point)
  }
  return found
}

/** Where a series has a quality, from the first to the last hour of each stretch, half an hour around them. */
export function stretchesOf({ time, quality }: Series, wanted: Quality): [from: number, to: number][] {
  const found: [number, number][] = []
  time.forEach((text, index) => {
    if (quality[index] !== wanted) return
    const at = Date.parse(text)
    const last = found.at(-1)
    if (last !== undefined && index > 0 && quality[index - 1] === wanted) last[1] = at + HOUR / 2
    else found.push([at - HOUR / 2, at + HOUR / 2])
  })
  return found
}

/** The place in an ascending list that is nearest to `at`; -1 in an empty one. */
export function nearest(ascending: readonly number[], at: number): number {
  let [low, high] = [0, ascending.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) < at) low = middle + 1
    else high = middle
  }
  const before = ascending[low - 1]
  const here = ascending[low]
  if (here === undefined) return -1
  return before !== undefined && at - before <= here - at ? low - 1 : low
}

/** The first place in an ascending list that is at `at` or after it: of the ends of bars, the bar that it lies in. */
export function firstFrom(ascending: readonly number[], at: number): number {
  const place = nearest(ascending, at)
  return (ascending[place] ?? at) < at ? place + 1 : place
}

/** The middle of the stretch of `span` hours that ends at `time`: the first and last may end early, and stand in line. */
export function middleOf(time: string, span: number): number {
  const size = span * HOUR
  return (Math.ceil(Date.parse(time) / size) - 0.5) * size
}
