import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import type { Hour } from '#core/hour.ts'
import type { Gap, GapReason, Suspect, SuspectState } from '#core/sample.ts'
import { int, text, type Table } from './row.ts'

type SeriesKey = { readonly asset: AssetId; readonly quote: Quote; readonly provider: ProviderId }
/** Hours of one series, half-open. */
export type SeriesHours = SeriesKey & { readonly from: Hour; readonly to: Hour }

export const gapTable: Table<Gap> = {
  name: 'gaps',
  key: ['asset', 'quote', 'provider', 'from_hour'],
  columns: {
    asset: (gap) => gap.asset,
    quote: (gap) => gap.quote,
    provider: (gap) => gap.provider,
    from_hour: (gap) => gap.from,
    to_hour: (gap) => gap.to,
    reason: (gap) => gap.reason,
    message: (gap) => gap.message,
    seen: (gap) => gap.seen,
    tried: (gap) => gap.tried,
    tries: (gap) => gap.tries,
  },
  read: (row) => ({
    asset: text(row['asset']) as AssetId,
    quote: text(row['quote']) as Quote,
    provider: text(row['provider']),
    from: int(row['from_hour']) as Hour,
    to: int(row['to_hour']) as Hour,
    reason: text(row['reason']) as GapReason,
    message: text(row['message']),
    seen: int(row['seen']),
    tried: int(row['tried']),
    tries: int(row['tries']),
  }),
}

export const suspectTable: Table<Suspect> = {
  name: 'suspects',
  key: ['asset', 'quote', 'provider', 'time'],
  columns: {
    asset: (suspect) => suspect.asset,
    quote: (suspect) => suspect.quote,
    provider: (suspect) => suspect.provider,
    time: (suspect) => suspect.time,
    price: (suspect) => suspect.price,
    reason: (suspect) => suspect.reason,
    state: (suspect) => suspect.state,
  },
  read: (row) => ({
    asset: text(row['asset']) as AssetId,
    quote: text(row['quote']) as Quote,
    provider: text(row['provider']),
    time: int(row['time']),
    price: text(row['price']),
    reason: text(row['reason']),
    state: text(row['state']) as SuspectState,
  }),
}

/**
 * Suspects of one series after an answer for `hours` gave `given`: those inside the hours become those given; what was
 * decided by hand stays as decided.
 */
export function nextSuspects(
  present: readonly Suspect[],
  hours: SeriesHours,
  given: readonly Suspect[],
): Suspect[] {
  const inside = ({ time }: Suspect) => time >= hours.from && time < hours.to
  const kept = new Map(present.filter((old) => byHand(old) || !inside(old)).map((old) => [old.time, old]))
  for (const suspect of given) {
    const found = kept.get(suspect.time)
    if (found === undefined || !byHand(found)) kept.set(suspect.time, suspect)
  }
  return [...kept.values()].sort((a, b) => a.time - b.time)
}

/** Gaps of one series after the hours of `cuts` were taken out and `added` put in, each in the place of what it overlaps. */
export function nextGaps(
  present: readonly Gap[],
  cuts: readonly SeriesHours[],
  added: readonly Gap[],
): readonly Gap[] {
  let next = present
  for (const cut of cuts) next = cutGaps(next, cut.from, cut.to)
  for (const gap of added) next = gap.from < gap.to ? [...cutGaps(next, gap.from, gap.to), gap] : next
  return [...next].sort((a, b) => a.from - b.from)
}

/** What is left of gaps outside [from, to). */
export function cutGaps(gaps: readonly Gap[], from: Hour, to: Hour): Gap[] {
  return gaps.flatMap((gap) => {
    if (gap.to <= from || gap.from >= to) return [gap]
    const before = gap.from < from ? [{ ...gap, to: from }] : []
    const after = gap.to > to ? [{ ...gap, from: to }] : []
    return [...before, ...after]
  })
}

/** Cuts and gaps by the series that they belong to. */
export function bySeries(
  cuts: readonly SeriesHours[],
  added: readonly Gap[],
): { key: SeriesKey; cuts: SeriesHours[]; added: Gap[] }[] {
  const parts = new Map<string, { key: SeriesKey; cuts: SeriesHours[]; added: Gap[] }>()
  const partOf = ({ asset, quote, provider }: SeriesKey) => {
    const id = JSON.stringify([asset, quote, provider])
    const known = parts.get(id) ?? { key: { asset, quote, provider }, cuts: [], added: [] }
    parts.set(id, known)
    return known
  }
  for (const cut of cuts) partOf(cut).cuts.push(cut)
  for (const gap of added) partOf(gap).added.push(gap)
  return [...parts.values()]
}

const byHand = ({ state }: Suspect): boolean => state === 'accepted' || state === 'rejected'
