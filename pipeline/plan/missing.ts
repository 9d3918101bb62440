import type { Chunk } from '#core/candle.ts'
import { DAY_MS, HOUR_MS, addHours, hourOf, hoursBetween, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart } from '#core/month.ts'
import type { Gap, Suspect } from '#core/sample.ts'
import { RunBuilder, unite, within, without, type HourRun } from './runs.ts'

/** First wait before a provider is asked again for what it did not have; doubles with each try. */
const FIRST_WAIT_MS = HOUR_MS
const LONGEST_WAIT_MS = 7 * 24 * HOUR_MS

/** A suspect waits for the three samples after it; with the window's padding these hours show two days of them. */
const PENDING_HOURS = 24

/** A suspect that waited this long has no later samples at all; only `backfill` asks for it again. */
const PENDING_MS = 7 * DAY_MS

/** What the store holds of one series (asset and quote) of one provider. */
export type SeriesState = {
  /** At least those of the wanted months. */
  readonly chunks: readonly Chunk[]
  readonly gaps: readonly Gap[]
  readonly suspects: readonly Suspect[]
  /** The newest hour with samples in the whole series, null when there is none. */
  readonly newest: Hour | null
  /** Hours of suspects that another provider confirms by now. */
  readonly confirmed: readonly Hour[]
}

/** When a gap may be tried again, milliseconds since 1970: after 1 h, 2 h, 4 h, … 7 days. */
export function dueAgain(gap: Gap): number {
  return gap.tried + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, gap.tries - 1))
}

/**
 * Which of the wanted hours have to be asked for: those never wholly covered, those covered that came back empty and
 * are due again, the newest hour with samples when the series goes on (providers revise it), and the hours after a suspect
 * sample that waits for its confirmation. Future hours never.
 * @param retry ask again for what gave nothing before, due or not
 */
export function missingRuns(
  wanted: readonly HourRun[],
  state: SeriesState,
  options: { readonly now: number; readonly retry: boolean },
): HourRun[] {
  // A gap that was planned and never tried (beyond the plan's reach) is asked for as soon as the plan reaches it.
  const past = within(wanted, [{ from: 0 as Hour, to: endOfNow(options.now) }])
  const rests: HourRun[] = []
  const broken: HourRun[] = []
  for (const gap of state.gaps) {
    if (gap.reason === 'failed') broken.push(gap)
    else if (gap.reason === 'suspect') rests.push(gap)
    else if (gap.tries > 0 && !options.retry && options.now < dueAgain(gap)) rests.push(gap)
  }
  const known = unite([...coveredRuns(state.chunks), ...rests])
  const again = [...broken, ...waiting(state, options), ...state.confirmed.map(hourRun)]
  const missing = unite([...without(past, known), ...within(past, again)])
  return unite([...missing, ...within(past, newestAgain(state, missing))])
}

const hourRun = (hour: Hour): HourRun => ({ from: hour, to: addHours(hour, 1) })

/** Hours after suspects that wait for their confirmation. */
function waiting(state: SeriesState, options: { now: number; retry: boolean }): HourRun[] {
  const since = options.retry ? -Infinity : options.now - PENDING_MS
  return state.suspects
    .filter((suspect) => suspect.state === 'pending' && suspect.time >= since)
    .map(({ time }) => ({ from: hourOf(time), to: addHours(hourOf(time), PENDING_HOURS) }))
}

/** The newest hour with samples, where the one after it is asked for: it may have been read before it was final. */
function newestAgain({ newest }: SeriesState, missing: readonly HourRun[]): HourRun[] {
  if (newest === null) return []
  const next = addHours(newest, 1)
  const asked = missing.some((run) => run.from <= next && next < run.to)
  return asked ? [hourRun(newest)] : []
}

/** Hours whole and with samples. An empty one counts by its gap: without one it is too fresh to be given up. */
function coveredRuns(chunks: readonly Chunk[]): HourRun[] {
  const builder = new RunBuilder()
  for (const chunk of [...chunks].sort((a, b) => (a.month < b.month ? -1 : 1))) {
    const start = monthStart(chunk.month)
    const { covered, count } = chunk.columns
    for (let index = 0; index < covered.length; index++) {
      if (covered[index] === HOUR_MS && (count[index] as number) > 0)
        builder.add((start + index * HOUR_MS) as Hour)
    }
  }
  return builder.runs
}

/** Hours of `wanted` that hold samples of this provider. */
export function givenRuns(wanted: readonly HourRun[], state: Pick<SeriesState, 'chunks'>): HourRun[] {
  const builder = new RunBuilder()
  for (const chunk of [...state.chunks].sort((a, b) => (a.month < b.month ? -1 : 1))) {
    const start = monthStart(chunk.month)
    const { count } = chunk.columns
    for (let index = 0; index < count.length; index++)
      if ((count[index] as number) > 0) builder.add((start + index * HOUR_MS) as Hour)
  }
  return within(wanted, builder.runs)
}

/** The newest hour with samples in some chunks. */
export function newestHour(chunks: readonly Chunk[]): Hour | null {
  let newest: Hour | null = null
  for (const chunk of chunks) {
    const length = hoursBetween(monthStart(chunk.month), monthEnd(chunk.month))
    for (let index = length - 1; index >= 0; index--) {
      if (!((chunk.columns.count[index] as number) > 0)) continue
      const hour = (monthStart(chunk.month) + index * HOUR_MS) as Hour
      if (newest === null || hour > newest) newest = hour
      break
    }
  }
  return newest
}

/** End of the hour that is running: what lies after it is the future. At a full hour, that hour itself has no past. */
export function endOfNow(now: number): Hour {
  return (Math.ceil(now / HOUR_MS) * HOUR_MS) as Hour
}
