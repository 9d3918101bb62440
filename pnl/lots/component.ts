import type { AssetId } from '#core/asset.ts'
import { DAY_MS, ceilHour } from '#core/hour.ts'
import { type Month, monthOf, monthStart } from '#core/month.ts'
import { type Checkpoint, openLots, restoreCheckpoint, takeCheckpoint } from './checkpoint.ts'
import { calendarOf } from './calendar.ts'
import { Claims, LOOK_AHEAD_DAYS } from './claims.ts'
import { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { PLANS } from './lot.ts'
import { byPlace } from './place.ts'
import { type Rows, emptyRows } from './rows.ts'
import type { LotSettings } from './settings.ts'

/** A month of a component: how it began, where it was worth keeping, and what it brought about. */
type Stretch = { readonly month: Month; readonly start: Checkpoint | null; readonly rows: Rows }

/** A flow belongs to the month of the hour mark that ends its interval. */
const monthOfEntry = ({ place }: Entry): Month => monthOf(ceilHour(place.time))

/**
 * Assets whose lots can reach one another, month by month. A change replays from the month that it falls in (for methods
 * that look ahead from the month before it), or from the last month before it whose beginning was kept.
 */
export class Component {
  readonly engine: LotEngine
  readonly stretches: Stretch[] = []
  entries: Entry[] = []
  private readonly settings: LotSettings
  private readonly looksAhead: boolean
  /** Entries applied so far. */
  private done = 0
  private sinceCheckpoint = 0
  private nextMonth = -Infinity
  /** From where a run that threw has to be done again. */
  private failedFrom = Infinity

  constructor(settings: LotSettings, base: AssetId) {
    this.settings = settings
    this.looksAhead = [settings.method, ...settings.methods.map(({ method }) => method)].some(
      (method) => PLANS[method].looksAhead,
    )
    this.engine = new LotEngine(
      settings,
      base,
      new Claims(settings, calendarOf(settings.timeZone, settings.longTerm)),
    )
  }

  /** When its last entry is; −∞ without any. */
  get last(): number {
    return this.entries.at(-1)?.place.time ?? -Infinity
  }

  /** Takes entries in and out, and applies what follows from it. @param added in order */
  change(added: readonly Entry[], removed: ReadonlySet<Entry>): void {
    const first = earliest(added, removed)
    if (first === null) return
    const last = this.entries.at(-1)
    const appended =
      removed.size === 0 && (last === undefined || byPlace(last.place, (added[0] as Entry).place) <= 0)
    const before = this.entries
    if (appended) for (const entry of added) this.entries.push(entry)
    else this.entries = merged(before, added, removed)
    let from = first.place.time
    if (this.looksAhead) {
      const day = this.engine.calendar.day(from) - LOOK_AHEAD_DAYS
      this.engine.claims.renew(before, this.entries, day)
      from = (day - 1) * DAY_MS
    }
    from = Math.min(from, this.failedFrom)
    this.failedFrom = from
    if (this.looksAhead || !appended || from < this.engine.clock) this.rewind(from)
    this.run()
    this.failedFrom = Infinity
  }

  /** Goes back to the last kept beginning of a month at or before a moment. */
  private rewind(time: number): void {
    let at = this.stretches.length - 1
    // A report may have allocated pools before the month's first entry came: such a beginning is later than it looks.
    const allocated = this.settings.walletFrom ?? -Infinity
    const tooLate = ({ month, start }: Stretch) =>
      start === null || monthStart(month) > ceilHour(time) || (start.allocated && time < allocated)
    while (at >= 0 && tooLate(this.stretches[at] as Stretch)) at--
    const stretch = this.stretches[at]
    this.stretches.length = Math.max(at, 0)
    // What comes next may still fall in the month before.
    const before = this.stretches.at(-1)
    this.engine.rows = before?.rows ?? emptyRows()
    this.nextMonth = before === undefined ? -Infinity : nextMonthStart(before.month)
    this.sinceCheckpoint = 0
    if (stretch?.start === undefined || stretch.start === null) {
      this.done = 0
      restoreCheckpoint(this.engine, BEGINNING)
      this.engine.clock = -Infinity
      return
    }
    this.done = firstIn(this.entries, stretch.month)
    restoreCheckpoint(this.engine, stretch.start)
    this.engine.clock = this.entries[this.done - 1]?.place.time ?? -Infinity
  }

  private run(): void {
    for (; this.done < this.entries.length; this.done++) {
      const entry = this.entries[this.done] as Entry
      if (ceilHour(entry.place.time) >= this.nextMonth) this.turn(monthOfEntry(entry))
      this.engine.apply(entry)
      this.sinceCheckpoint++
    }
  }

  /** Begins a month. Its beginning is kept where that is cheap against the work it saves. */
  private turn(month: Month): void {
    const keep = this.stretches.length === 0 || this.sinceCheckpoint * KEEP_SHARE >= openLots(this.engine)
    if (keep) this.sinceCheckpoint = 0
    this.engine.rows = emptyRows()
    this.stretches.push({ month, start: keep ? takeCheckpoint(this.engine) : null, rows: this.engine.rows })
    this.nextMonth = nextMonthStart(month)
  }
}

// A beginning is kept when at least a quarter of its lots' number was applied since the last one: all of them together
// then cost no more than the entries themselves.
const KEEP_SHARE = 4

const BEGINNING: Checkpoint = { serial: 0, allocated: false, pools: [], sums: [], holders: [] }

const nextMonthStart = (month: Month): number =>
  Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 1)

function earliest(added: readonly Entry[], removed: ReadonlySet<Entry>): Entry | null {
  let first: Entry | null = added[0] ?? null
  for (const entry of removed) if (first === null || byPlace(entry.place, first.place) < 0) first = entry
  return first
}

/** Index of the first entry of a month or later. */
function firstIn(entries: readonly Entry[], month: Month): number {
  const start = monthStart(month)
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ceilHour((entries[middle] as Entry).place.time) >= start) high = middle
    else low = middle + 1
  }
  return low
}

function merged(entries: readonly Entry[], added: readonly Entry[], removed: ReadonlySet<Entry>): Entry[] {
  const result: Entry[] = []
  let next = 0
  for (const entry of entries) {
    if (removed.has(entry)) continue
    while (next < added.length && byPlace((added[next] as Entry).place, entry.place) < 0) {
      result.push(added[next++] as Entry)
    }
    result.push(entry)
  }
  while (next < added.length) result.push(added[next++] as Entry)
  return result
}
