import type { AssetId } from '#core/asset.ts'
import { HOUR_MS } from '#core/hour.ts'
import { MISSING } from '#core/quality.ts'
import type { Gap, Suspect } from '#core/sample.ts'
import { countHours, within, without, type HourRun } from '../../plan/runs.ts'
import { MarkLoader } from '../../pnl/marks.ts'
import type { Context } from './context.ts'
import { marksRun } from './state.ts'
import type { Held, SeriesWant } from './wants.ts'

/** Gaps and suspects of the series of a run at one moment; what changed is the difference of two. */
export type Census = {
  /** Hours inside those the run is about, by asset, quote and provider. */
  readonly gaps: ReadonlyMap<string, readonly HourRun[]>
  readonly suspects: ReadonlyMap<string, Suspect>
}

/** Counts gaps inside the hours of the run, and all suspects, of the series wanted. */
export async function census(
  wants: readonly SeriesWant[],
  hours: (want: SeriesWant) => readonly HourRun[],
  { io }: Pick<Context, 'io'>,
): Promise<Census> {
  const gaps = new Map<string, HourRun[]>()
  const suspects = new Map<string, Suspect>()
  for (const want of wants) {
    const { asset, quote } = want
    const span = hours(want)
    for (const gap of await io.store.gaps({ asset, quote })) {
      // A disputed hour has a price.
      if (gap.reason === 'disputed') continue
      const key = keyOf(gap)
      gaps.set(key, [...(gaps.get(key) ?? []), ...within([gap], span)])
    }
    for (const suspect of await io.store.suspects({ asset, quote }))
      suspects.set(`${keyOf(suspect)}|${suspect.time}`, suspect)
  }
  return { gaps, suspects }
}

const keyOf = ({ asset, quote, provider }: Gap | Suspect): string => `${asset}|${quote}|${provider}`

/** Hours of gaps that a run found, filled and left. */
export function gapChange(before: Census, after: Census): { found: number; filled: number; left: number } {
  const change = { found: 0, filled: 0, left: 0 }
  for (const key of new Set([...before.gaps.keys(), ...after.gaps.keys()])) {
    const was = before.gaps.get(key) ?? []
    const is = after.gaps.get(key) ?? []
    change.found += countHours(without(is, was))
    change.filled += countHours(without(was, is))
    change.left += countHours(without(is, []))
  }
  return change
}

/** Suspects that a run found, that later samples released, that it keeps out of its candles, that are undecided. */
export function suspectChange(
  before: Census,
  after: Census,
): { found: number; released: number; rejected: number; left: number } {
  const change = { found: 0, released: 0, rejected: 0, left: 0 }
  for (const [key, suspect] of after.suspects) {
    const was = before.suspects.get(key)
    if (was === undefined) change.found++
    if (was === undefined && isOpen(suspect)) change.rejected++
    if (suspect.state === 'released' && was?.state !== 'released') change.released++
    if (isOpen(suspect)) change.left++
  }
  return change
}

const isOpen = ({ state }: Suspect): boolean => state === 'pending' || state === 'held'

/** Held assets without a mark at some hours of the range from when they are held, with how many hours. */
export async function missingMarks(
  held: readonly Held[],
  { io, quote, range }: Context,
): Promise<{ asset: AssetId; hours: number }[]> {
  const missing: { asset: AssetId; hours: number }[] = []
  const loader = new MarkLoader(io.store, quote, io.marks)
  for (const { asset, since } of held) {
    // One asset at a time: a year of a thousand of them would not fit into memory.
    const { from, to } = marksRun(range.from, range.to)
    const marks = (await loader.load([asset], from, to)).of(asset)
    let hours = 0
    for (let index = 0; index < marks.quality.length; index++)
      if (marks.quality[index] === MISSING && from + index * HOUR_MS >= (since ?? from)) hours++
    if (hours > 0) missing.push({ asset, hours })
  }
  return missing
}
