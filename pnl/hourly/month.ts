import type { Decimal } from '#core/decimal.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import type { Effect } from '../flows/effects.ts'
import { byLine, parseLineKey } from '../flows/leg.ts'
import type { MarkSeries } from '../marks/marks.ts'
import { fingerprint } from './batch.ts'
import { lineSpan, type LineSpan } from './kernel.ts'
import { NOTHING, type LineState } from './state.ts'

/** What a month of a portfolio is computed from. Lines are keyed by `lineKey`. */
export type MonthInput = {
  readonly from: Hour
  /** State of every line at the hour before `from`; a line without one holds nothing. */
  readonly states: ReadonlyMap<string, LineState>
  /** Effects of the month's flows by line, ascending. */
  readonly effects: ReadonlyMap<string, readonly Effect[]>
  readonly marks: (asset: string) => MarkSeries
  /** Revisions and settings that the marks of an asset rest on, as text. */
  readonly marksKey: (asset: string) => string
  readonly knownFrom: ReadonlyMap<string, Hour>
  /** State at the month's end that a stored batch of this fingerprint led to, or null when there is none. */
  readonly stored: (line: string, fingerprint: string) => LineState | null
}

/** A line that was computed anew, to be stored. */
export type ComputedLine = { readonly line: string; readonly fingerprint: string; readonly span: LineSpan }
export type MonthResult = {
  readonly computed: readonly ComputedLine[]
  /** Lines whose stored batch is still right. */
  readonly reused: readonly string[]
  readonly states: ReadonlyMap<string, LineState>
}

/**
 * One UTC month of all lines of a portfolio. Lines whose quantity does not change need no batch: they are a quantity
 * times the shared marks. The others are computed unless a stored batch has the same fingerprint.
 */
export function computeMonth(input: MonthInput): MonthResult {
  const computed: ComputedLine[] = []
  const reused: string[] = []
  const states = new Map<string, LineState>()
  for (const line of sortedLines(input.states.keys(), input.effects.keys())) {
    const state = input.states.get(line) ?? NOTHING
    const effects = input.effects.get(line) ?? []
    const { asset } = parseLineKey(line)
    const end =
      effects.length === 0 && state.pending === null
        ? quietEnd(state, input.marks(asset))
        : loud(line, state, effects)
    if (!isNothing(end)) states.set(line, end)
  }
  return { computed, reused, states }

  function loud(line: string, state: LineState, effects: readonly Effect[]): LineState {
    const { asset } = parseLineKey(line)
    const knownFrom = input.knownFrom.get(line) ?? null
    const print = fingerprint({ marks: input.marksKey(asset), effects, state, knownFrom })
    const stored = input.stored(line, print)
    if (stored !== null) {
      reused.push(line)
      return stored
    }
    const span = lineSpan(state, input.from, input.marks(asset).price, effects, knownFrom)
    computed.push({ line, fingerprint: print, span })
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

/** State at the end of a span without flows: the base moves to the last mark. */
export function quietEnd(state: LineState, marks: MarkSeries): LineState {
  if (state.quantity.isZero()) return state
  const index = marks.price.findLastIndex((price) => !Number.isNaN(price))
  if (index < 0) return state
  const hour = addHours(marks.from, index)
  // In a quiet span the quantity at every mark is the one held now.
  return { ...state, base: { hour, quantity: doubleOf(state.quantity), price: marks.price[index] as number } }
}

function isNothing(state: LineState): boolean {
  return state.quantity.isZero() && state.pending === null && state.base.quantity === 0
}

const doubleOf = (quantity: Decimal): number => Number(quantity.toString())

/** The part of a span from `from` on, for ranges that begin inside a month. */
export function offsetOf(from: Hour, hour: Hour): number {
  return (hour - from) / HOUR_MS
}
