import { hash } from 'node:crypto'
import type { Effect } from '../flows/effects.ts'
import type { HourEvent, LineSpan, QuantityStep } from './kernel.ts'
import { type LineState, encodeState } from './state.ts'

/** Version of the formula and of the layout below; a change of either makes every batch stale. */
export const FORMULA_VERSION = 1

/** `data` is `delta`, one number an hour, the number of hours before the quantity is known, then ten numbers an event. */
export type BatchContent = { readonly data: Float64Array; readonly steps: string }

const EVENT_FIELDS = [
  'index',
  'price',
  'trading',
  'income',
  'fees',
  'loss',
  'residual',
  'external',
  'externalIn',
  'exchangeIn',
] as const satisfies readonly (keyof HourEvent)[]

export function encodeBatch(span: LineSpan): BatchContent {
  const length = span.delta.length
  const data = new Float64Array(length + 1 + span.events.length * EVENT_FIELDS.length)
  data.set(span.delta, 0)
  data[length] = span.unknown
  span.events.forEach((event, number) => {
    const at = length + 1 + number * EVENT_FIELDS.length
    EVENT_FIELDS.forEach((field, offset) => (data[at + offset] = event[field]))
  })
  return { data, steps: JSON.stringify(span.steps) }
}

/** @param length hours of the month */
export function decodeBatch(content: BatchContent, length: number): Omit<LineSpan, 'state'> {
  const { data } = content
  const events: HourEvent[] = []
  for (let at = length + 1; at < data.length; at += EVENT_FIELDS.length) {
    const field = (offset: number) => data[at + offset] as number
    events.push({
      index: field(0),
      price: field(1),
      trading: field(2),
      income: field(3),
      fees: field(4),
      loss: field(5),
      residual: field(6),
      external: field(7),
      externalIn: field(8),
      exchangeIn: field(9),
    })
  }
  return {
    delta: data.subarray(0, length),
    unknown: data[length] as number,
    events,
    steps: JSON.parse(content.steps) as QuantityStep[],
  }
}

/**
 * Everything a batch was made from (docs/semantics.md, 4), as a hash: revisions of its chunks and the settings (in
 * `marks`), its flows with the value of every exchange they are part of (in `effects`), the state at its start, and
 * the version of the formula. Equal fingerprints mean equal bytes.
 */
export function fingerprint(input: {
  readonly marks: string
  readonly effects: readonly Effect[]
  readonly state: LineState
  readonly knownFrom: number | null
}): string {
  const { marks, effects, state, knownFrom } = input
  return digest([FORMULA_VERSION, marks, knownFrom, encodeState(state), effects])
}

/** SHA-256 of plain data, as 32 hex digits. */
export function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex').slice(0, 32)
}
