import { CANDLE_COLUMNS, type CandleColumns, type Chunk } from '#core/candle.ts'
import { HOUR_MS, addHours, hourOf, hoursBetween, type Hour } from '#core/hour.ts'
import type { Gap, GapReason, Suspect } from '#core/sample.ts'
import { recordOf } from '#core/record-of.ts'
import { judgeAnswer } from '#ingestion/screen/judged.ts'
import type { PlannedWindow } from '../../plan/plan.ts'
import type { PriceAnswer, PriceWrite } from '../../ports.ts'
import { FRESH_HOURS } from './plan.ts'
import { secondSource } from '../second-source.ts'

/** What is known of a series while an answer is judged: of the provider asked, and what others say. */
export type Known = {
  readonly gaps: readonly Gap[]
  readonly suspects: readonly Suspect[]
  /** Chunks of the other providers over the window. */
  readonly others: readonly Chunk[]
  readonly now: number
}

/**
 * One answer as it is stored: judged over the whole window, so that samples at the borders meet their true neighbours,
 * and cut to the window's core. What the core lacks becomes gaps.
 */
export function writeOf(window: PlannedWindow, answer: PriceAnswer, known: Known): PriceWrite {
  const { asset, quote, provider, core } = window
  const part = { asked: window.from, from: core.from, to: core.to }
  const { run, suspects } = judgeAnswer(answer, part, {
    asset,
    quote,
    provider,
    before: null,
    second: secondSource(known.others),
    decided: decisions(known.suspects),
  })
  const columns = settled(run.columns, core.from, suspects)
  return { run: { ...run, columns }, suspects, gaps: gapsOf(window, columns, suspects, known) }
}

/**
 * The hour that is running counts as covered up to its last sample, and not at all without one. Otherwise every answer
 * would move it, with nothing new in it.
 */
function settled(columns: CandleColumns, from: Hour, suspects: readonly Suspect[]): CandleColumns {
  const last = columns.covered.length - 1
  if (last < 0 || columns.covered[last] === HOUR_MS) return columns
  const start = addHours(from, last)
  const times = suspects.map(({ time }) => time - start).filter((offset) => offset >= 0)
  if ((columns.count[last] as number) > 0) times.push(columns.last[last] as number)
  if (times.length === 0) return cut(columns, last)
  const copy = cut(columns, last + 1)
  copy.covered[last] = Math.max(...times) + 1
  return copy
}

function cut(columns: CandleColumns, length: number): CandleColumns {
  return recordOf(CANDLE_COLUMNS, (name) => columns[name].slice(0, length))
}

function decisions(suspects: readonly Suspect[]): (time: number) => 'accepted' | 'rejected' | null {
  const decided = new Map<number, 'accepted' | 'rejected'>()
  for (const { time, state } of suspects)
    if (state === 'accepted' || state === 'rejected') decided.set(time, state)
  return (time) => decided.get(time) ?? null
}

/** Why an hour holds nothing after this answer, or null when it holds something or is too fresh to say. */
function reasonAt(
  hour: Hour,
  count: number | undefined,
  aside: ReadonlySet<number>,
  now: number,
): GapReason | null {
  if (count !== undefined && count > 0) return null
  if (aside.has(hour)) return 'suspect'
  if (hour >= hourOf(now) - FRESH_HOURS * HOUR_MS) return null
  return count === undefined ? 'failed' : 'no-data'
}

/** Gaps of the core, joined while reason and history are the same; a gap tried again keeps when it was first seen. */
function gapsOf(
  window: PlannedWindow,
  columns: CandleColumns,
  suspects: readonly Suspect[],
  known: Known,
): Gap[] {
  const { asset, quote, provider, core } = window
  const aside = new Set<number>(suspects.map(({ time }) => hourOf(time)))
  const gaps: Gap[] = []
  for (let hour = core.from; hour < core.to; hour = addHours(hour, 1)) {
    const reason = reasonAt(hour, columns.count[hoursBetween(core.from, hour)], aside, known.now)
    if (reason === null) continue
    const before = known.gaps.find((gap) => gap.from <= hour && hour < gap.to)
    const again = before?.reason === reason ? before : null
    const seen = again?.seen ?? known.now
    const tries = (again?.tries ?? 0) + 1
    const last = gaps.at(-1)
    if (last?.to === hour && last.reason === reason && last.seen === seen && last.tries === tries) {
      gaps[gaps.length - 1] = { ...last, to: addHours(hour, 1) }
      continue
    }
    const message = messageOf(reason, provider)
    const to = addHours(hour, 1)
    gaps.push({ asset, quote, provider, from: hour, to, reason, message, seen, tried: known.now, tries })
  }
  return gaps
}

function messageOf(reason: GapReason, provider: string): string {
  if (reason === 'suspect') return 'Every sample of these hours is suspect; see the list of suspects.'
  if (reason === 'failed') return `The answer of ${provider} ended before these hours.`
  return `${provider} has no price in these hours.`
}
