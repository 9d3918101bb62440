import { Decimal, ZERO, formatDecimal } from '#core/decimal.ts'
import type { Hour } from '#core/hour.ts'
import { type Effect, emptyEffect } from '../flows/effects.ts'

/**
 * Where a line stands between two hours. `base` is what its next Δ starts from: the quantity at the last mark and its
 * price there; a NaN price says that there was no mark yet, so what was held counts at the first one. `pending` is
 * what flowed since, null when nothing did.
 */
export type LineState = {
  readonly quantity: Decimal
  readonly base: { readonly hour: Hour | null; readonly quantity: number; readonly price: number }
  readonly pending: Effect | null
}

/** A line that holds nothing and never did. */
export const NOTHING: LineState = {
  quantity: ZERO,
  base: { hour: null, quantity: 0, price: NaN },
  pending: null,
}

const PENDING_FIELDS = [
  'change',
  'tradedQuantity',
  'tradedValue',
  'tradedIn',
  'paidIn',
  'unpricedQuantity',
  'unpricedIn',
  'externalQuantity',
  'externalIn',
  'incomeQuantity',
  'costQuantity',
  'lostQuantity',
  'splitQuantity',
  'baseFees',
] as const satisfies readonly (keyof Effect)[]

/** An effect as text, without what is 0: equal effects are equal text. For fingerprints. */
export function effectText(effect: Effect): string {
  let text = String(effect.hour)
  PENDING_FIELDS.forEach((field, index) => {
    if (!effect[field].isZero()) text += `;${index}=${effect[field].toString()}`
  })
  return text
}

/** Adds an effect to what is pending; the hour is that of the latest. */
export function addEffect(pending: Effect | null, effect: Effect): Effect {
  if (pending === null) return effect
  const sum = emptyEffect(effect.hour)
  for (const field of PENDING_FIELDS) sum[field] = pending[field].plus(effect[field])
  return sum
}

/** A state as plain data. */
export type StateJson = [string, number | null, number, number | null, (number | string)[] | null]

/** Plain data for storage: exact text for decimals, shortest text for doubles. */
export function encodeState(state: LineState): StateJson {
  const { base, pending } = state
  return [
    formatDecimal(state.quantity),
    base.hour,
    base.quantity,
    Number.isNaN(base.price) ? null : base.price,
    pending === null ? null : [pending.hour, ...PENDING_FIELDS.map((field) => formatDecimal(pending[field]))],
  ]
}

export function decodeState([quantity, hour, baseQuantity, price, pending]: StateJson): LineState {
  return {
    quantity: new Decimal(quantity),
    base: { hour: hour as Hour | null, quantity: baseQuantity, price: price ?? NaN },
    pending: pending === null ? null : decodePending(pending),
  }
}

function decodePending([hour, ...values]: (number | string)[]): Effect {
  const effect = emptyEffect(hour as Hour)
  PENDING_FIELDS.forEach((field, index) => (effect[field] = new Decimal(values[index] ?? 0)))
  return effect
}
