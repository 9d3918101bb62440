import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import type { Hour } from '#core/hour.ts'
import type { Gap, GapReason, Suspect, SuspectState } from '#core/sample.ts'
import type { GapStore } from '#pipeline/ports.ts'
import type { Db } from './db.ts'
import { int, jsonList, text, type Table } from './table.ts'

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

export function gapStore(db: Db): GapStore {
  return {
    async gaps(filter = {}) {
      const tail = `${where(filter, ['asset', 'quote'])} ORDER BY asset, quote, provider, from_hour`
      return db.read(() => db.all(gapTable, tail, { ...filter }))
    },
    async suspects({ states, ...filter } = {}) {
      const byState = states === undefined ? '' : ' AND state IN (SELECT value FROM json_each(@states))'
      const tail = `${where(filter, ['asset', 'quote', 'provider'])}${byState} ORDER BY asset, quote, provider, time`
      return db.read(() => db.all(suspectTable, tail, { ...filter, states: jsonList(states ?? []) }))
    },
    async decideSuspect(key, state) {
      return db.write('decideSuspect', () => {
        const { asset, quote, provider, time } = key
        const found = db.get(suspectTable, { asset, quote, provider, time })
        if (found !== null) db.put(suspectTable, { ...found, state })
        return found !== null
      })
    },
  }
}

/** Suspects inside the hours become those given; what was decided by hand stays as decided. */
export function replaceSuspects(db: Db, hours: SeriesHours, given: readonly Suspect[]): void {
  const present = db.all(
    suspectTable,
    'WHERE asset = @asset AND quote = @quote AND provider = @provider AND time >= @from AND time < @to',
    hours,
  )
  const staying = new Set(given.filter((suspect) => sameSeries(suspect, hours)).map(({ time }) => time))
  for (const suspect of present)
    if (!byHand(suspect) && !staying.has(suspect.time)) db.remove(suspectTable, keyOfSuspect(suspect))
  for (const suspect of given) {
    const found = db.get(suspectTable, keyOfSuspect(suspect))
    if (found === null || !byHand(found)) db.put(suspectTable, suspect)
  }
}

/** Takes the hours given out of the gaps stored, then adds gaps, each in the place of what it overlaps. */
export function replaceGaps(db: Db, cuts: readonly SeriesHours[], added: readonly Gap[]): void {
  for (const [key, part] of bySeries(cuts, added)) {
    const present = gapsOf(db, key)
    let next: readonly Gap[] = present
    for (const cut of part.cuts) next = cutGaps(next, cut.from, cut.to)
    for (const gap of part.added) next = gap.from < gap.to ? [...cutGaps(next, gap.from, gap.to), gap] : next
    // Only rows that differ are touched, so that the same write again changes no byte.
    const starts = new Set(next.map(({ from }) => from))
    for (const gap of present) if (!starts.has(gap.from)) db.remove(gapTable, { ...key, from_hour: gap.from })
    for (const gap of next) db.put(gapTable, gap)
  }
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

type Part = { cuts: SeriesHours[]; added: Gap[] }

function bySeries(cuts: readonly SeriesHours[], added: readonly Gap[]): [SeriesKey, Part][] {
  const parts = new Map<string, [SeriesKey, Part]>()
  const partOf = ({ asset, quote, provider }: SeriesKey): Part => {
    const id = JSON.stringify([asset, quote, provider])
    const known = parts.get(id) ?? [
      { asset, quote, provider },
      { cuts: [], added: [] },
    ]
    parts.set(id, known)
    return known[1]
  }
  for (const cut of cuts) partOf(cut).cuts.push(cut)
  for (const gap of added) partOf(gap).added.push(gap)
  return [...parts.values()]
}

function gapsOf(db: Db, key: SeriesKey): Gap[] {
  return db.all(gapTable, 'WHERE asset = @asset AND quote = @quote AND provider = @provider', key)
}

function where(filter: object, columns: readonly string[]): string {
  const given = columns.filter((name) => (filter as Record<string, unknown>)[name] !== undefined)
  return `WHERE ${['TRUE', ...given.map((name) => `${name} = @${name}`)].join(' AND ')}`
}

const byHand = ({ state }: Suspect): boolean => state === 'accepted' || state === 'rejected'

const sameSeries = (a: SeriesKey, b: SeriesKey): boolean =>
  a.asset === b.asset && a.quote === b.quote && a.provider === b.provider

const keyOfSuspect = ({ asset, quote, provider, time }: Suspect) => ({ asset, quote, provider, time })
