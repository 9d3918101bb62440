import { toDouble } from '#core/decimal.ts'
import { addHours, type Hour } from '#core/hour.ts'
import type { Effect } from '../flows/effects.ts'
import { byLine, parseLineKey } from '../flows/leg.ts'
import type { MarkSeries } from '../marks/marks.ts'
import { fingerprint } from './batch.ts'
import { settledSpan, type LineSpan } from './kernel.ts'
import { NOTHING, type LineState } from './state.ts'

/** What a month of a portfolio is computed from. Lines are keyed by `lineKey`. */
export type MonthInput = {
  readonly from: Hour
  /** State of every line at the hour before `from`; a line without one holds nothing. */
  readonly states: ReadonlyMap<string, LineState>
  /** Effects of the month's flows by line, ascending. */
  readonly effects: ReadonlyMap<string, readonly Effect[]>
  readonly marks: (asset: string) => MarkSeries
  readonly knownFrom: ReadonlyMap<string, Hour>
  /** The batch that is stored for a line: its fingerprint, the hours it covers, the state at its end; null for none. */
  readonly stored: (line: string) => StoredLine | null
}
export type StoredLine = {
  readonly fingerprint: string
  readonly length: number
  readonly end: () => LineState
}

/** A line that was computed anew, to be stored. */
export type ComputedLine = { readonly line: string; readonly fingerprint: string; readonly span: LineSpan }
export type MonthResult = {
  readonly computed: readonly ComputedLine[]
  /** Lines whose stored batch is still right. */
  readonly reused: readonly string[]
  readonly states: ReadonlyMap<string, LineState>
  /** The hour from which on no batch reaches: what comes later only moves lines on to their last mark. */
  readonly settledAt: Hour
}

/**
 * One UTC month of all lines of a portfolio. Lines whose quantity does not change need no batch: they are a quantity
 * times the shared marks. The others are computed unless a stored batch has the same fingerprint.
 */
export function computeMonth(input: MonthInput): MonthResult {
  const computed: ComputedLine[] = []
  const reused: string[] = []
  const states = new Map<string, LineState>()
  let settledHours = 0
  for (const line of sortedLines(input.states.keys(), input.effects.keys())) {
    const state = input.states.get(line) ?? NOTHING
    const effects = input.effects.get(line) ?? []
    const marks = input.marks(parseLineKey(line).asset)
    const quiet = effects.length === 0 && state.pending === null
    const end = quietEnd(quiet ? state : settled(line, state, effects, marks.price), marks)
    if (!isNothing(end)) states.set(line, end)
  }
  return { computed, reused, states, settledAt: addHours(input.from, settledHours) }

  /** State at the hour where the line's flows are settled: of the stored batch where it is still right. */
  function settled(
    line: string,
    state: LineState,
    effects: readonly Effect[],
    prices: Float64Array,
  ): LineState {
    const knownFrom = input.knownFrom.get(line) ?? null
    const printOf = (length: number) =>
      fingerprint({ prices: prices.subarray(0, length), effects, state, knownFrom })
    const stored = input.stored(line)
    if (stored !== null && stored.fingerprint === printOf(stored.length)) {
      reused.push(line)
      settledHours = Math.max(settledHours, stored.length)
      return stored.end()
    }
    const span = settledSpan(state, input.from, prices, effects, knownFrom)
    settledHours = Math.max(settledHours, span.delta.length)
    computed.push({ line, fingerprint: printOf(span.delta.length), span })
    return span.state
  }
}

/** Lines in the order in which everything is evaluated. */
export function sortedLines(...keys: Iterable<string>[]): string[] {
  const all = new Set<string>()
  for (const some of keys) for (const key of some) all.add(key)
  return [...all]
    .map((key) => ({ key, id: parseLineKey(key) }))
    .sort((a, b) => byLine(a.id, b.id))
    .map(({ key }) => key)
}

/**
 * States at the end of a month whose batches stand, from those that it ended with before: what is held moves on to its
 * last mark, be that a later one, the same one corrected, or an earlier one.
 * @param settledAt hour from which on no batch reaches; marks before it are as they were
 * @param marksFrom marks from an hour to the end of the month
 * @returns null when a mark that a line stood at is gone and no later one took its place: the month must be computed
 */
export function movedOn(
  states: ReadonlyMap<string, LineState>,
  settledAt: Hour,
  marksFrom: (hour: Hour) => { of(asset: string): MarkSeries },
): Map<string, LineState> | null {
  const held = [...states].filter(([, state]) => !isStill(state))
  const stoodAt = (state: LineState) => Math.max(settledAt, state.base.hour ?? settledAt) as Hour
  // The last marks are all that is needed, and no line had its own before this hour.
  const from = held.reduce<Hour | null>((least, [, state]) => earlier(least, stoodAt(state)), null)
  if (from === null) return new Map(states)
  const marks = marksFrom(from)
  const moved = new Map(states)
  for (const [line, state] of held) {
    const end = quietEnd(state, marks.of(parseLineKey(line).asset))
    const hadMark = state.base.hour !== null && state.base.hour >= from
    if (end === state && hadMark) return null
    moved.set(line, end)
  }
  return moved
}

const earlier = (a: Hour | null, b: Hour): Hour => (a === null || b < a ? b : a)

/** State at the end of a month whose flows are settled: the base moves on to the last mark, if there is one. */
function quietEnd(state: LineState, marks: MarkSeries): LineState {
  if (isStill(state)) return state
  let index = marks.price.length - 1
  while (index >= 0 && Number.isNaN(marks.price[index])) index--
  if (index < 0) return state
  const base = { hour: addHours(marks.from, index), quantity: toDouble(state.quantity) }
  return { ...state, base: { ...base, price: marks.price[index] as number } }
}

/** No mark moves it: nothing is held, or what flowed waits for a mark that the month did not have. */
const isStill = (state: LineState): boolean => state.quantity.isZero() || state.pending !== null

function isNothing(state: LineState): boolean {
  return state.quantity.isZero() && state.pending === null && state.base.quantity === 0
}
