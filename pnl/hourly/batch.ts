import { hash } from 'node:crypto'
import type { Effect } from '../flows/effects.ts'
import type { HourEvent, LineSpan, QuantityStep } from './kernel.ts'
import { type LineState, type StateJson, decodeState, effectText, encodeState } from './state.ts'

/** Version of the formula and of the layout below; a change of either makes every batch stale. */
export const FORMULA_VERSION = 2

/**
 * A batch as it is stored. It ends at the hour at which the last flow of its month is settled; the rest of the month is
 * a quantity times the shared marks, so that a new hour changes no batch. `data`: number of hours, hours before the
 * quantity is known, Δ of each hour, then eleven numbers an event. `steps`: JSON of the exact quantities and the state at
 * its end.
 */
export type BatchContent = { readonly data: Float64Array; readonly steps: string }
type StepsJson = { readonly steps: readonly QuantityStep[]; readonly end: StateJson }

const EVENT_FIELDS = [
  'index',
  'price',
  'trading',
  'income',
  'fees',
  'loss',
  'residual',
  'external',
  'exchanged',
  'externalIn',
  'exchangeIn',
] as const satisfies readonly (keyof HourEvent)[]

const HEADER = 2

export function encodeBatch(span: LineSpan): BatchContent {
  const { delta, unknown, events, steps, state } = span
  const data = new Float64Array(HEADER + delta.length + events.length * EVENT_FIELDS.length)
  data.set([delta.length, unknown], 0)
  data.set(delta, HEADER)
  events.forEach((event, number) => {
    const at = HEADER + delta.length + number * EVENT_FIELDS.length
    EVENT_FIELDS.forEach((field, offset) => (data[at + offset] = event[field]))
  })
  return { data, steps: JSON.stringify({ steps, end: encodeState(state) } satisfies StepsJson) }
}

export function decodeBatch({ data, steps: text }: BatchContent): LineSpan {
  const length = data[0] as number
  const events: HourEvent[] = []
  for (let at = HEADER + length; at < data.length; at += EVENT_FIELDS.length) {
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
      exchanged: field(8),
      externalIn: field(9),
      exchangeIn: field(10),
    })
  }
  const { steps, end } = JSON.parse(text) as StepsJson
  const delta = data.subarray(HEADER, HEADER + length)
  return { delta, unknown: data[1] as number, events, steps, state: decodeState(end) }
}

/** How many hours of its month a stored batch covers, without decoding it. */
export const batchLength = (content: BatchContent): number => content.data[0] as number

/**
 * Everything a batch was made from (docs/semantics.md, 4), as a hash: the marks of the hours that it covers, its flows
 * with the value of every exchange they are part of, the state at its start, and the version of the formula. Equal
 * fingerprints mean equal bytes. It holds the marks themselves and not the revisions of their chunks, so that only a
 * value that the batch uses makes it stale (docs/decisions/0003).
 */
export function fingerprint(input: {
  readonly prices: Float64Array
  readonly effects: readonly Effect[]
  readonly state: LineState
  readonly knownFrom: number | null
}): string {
  const { prices, effects, state, knownFrom } = input
  const marks = hash('sha256', new Uint8Array(prices.buffer, prices.byteOffset, prices.byteLength), 'hex')
  return digest([FORMULA_VERSION, marks, knownFrom, encodeState(state), effects.map(effectText)])
}

/** SHA-256 of plain data, as 32 hex digits. */
export function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex').slice(0, 32)
}
