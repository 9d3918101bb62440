import type { Gap, Suspect } from '#core/sample.ts'
import type { GapStore } from '#pipeline/ports.ts'
import { bySeries, gapTable, nextGaps, nextSuspects, suspectTable, type SeriesHours } from '../rows/gaps.ts'
import type { Db } from './db.ts'
import { jsonList } from './sql.ts'

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

/** See `nextSuspects`; only rows that differ are touched, so that the same write again changes no byte. */
export function replaceSuspects(db: Db, hours: SeriesHours, given: readonly Suspect[]): void {
  const own = given.filter((suspect) => sameSeries(suspect, hours))
  const present = db.all(suspectTable, OF_SERIES, seriesOf(hours))
  const next = nextSuspects(present, hours, own)
  const times = new Set(next.map(({ time }) => time))
  for (const { asset, quote, provider, time } of present)
    if (!times.has(time)) db.remove(suspectTable, { asset, quote, provider, time })
  for (const suspect of next) db.put(suspectTable, suspect)
}

/** See `nextGaps`; only rows that differ are touched. */
export function replaceGaps(db: Db, cuts: readonly SeriesHours[], added: readonly Gap[]): void {
  for (const part of bySeries(cuts, added)) {
    const present = db.all(gapTable, OF_SERIES, part.key)
    const next = nextGaps(present, part.cuts, part.added)
    const starts = new Set(next.map(({ from }) => from))
    for (const gap of present)
      if (!starts.has(gap.from)) db.remove(gapTable, { ...part.key, from_hour: gap.from })
    for (const gap of next) db.put(gapTable, gap)
  }
}

const OF_SERIES = 'WHERE asset = @asset AND quote = @quote AND provider = @provider'

function where(filter: object, columns: readonly string[]): string {
  const given = columns.filter((name) => (filter as Record<string, unknown>)[name] !== undefined)
  return `WHERE ${['TRUE', ...given.map((name) => `${name} = @${name}`)].join(' AND ')}`
}

const seriesOf = ({ asset, quote, provider }: SeriesHours) => ({ asset, quote, provider })

const sameSeries = (a: Suspect, b: SeriesHours): boolean =>
  a.asset === b.asset && a.quote === b.quote && a.provider === b.provider
