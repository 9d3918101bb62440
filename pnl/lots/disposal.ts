import type { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import {
  type Exact,
  NOUGHT,
  minus,
  minusKnown,
  plus,
  plusKnown,
  portion,
  textOf,
  textOrNull,
} from './exact.ts'
import type { LotRef } from './lot.ts'
import type { PartRow, PartRule, Term } from './report.ts'
import { sourceOf } from './rows.ts'
import { type Sums, addTo } from './sums.ts'

/** A part of a disposal before it is written. */
export type Part = {
  readonly lot: LotRef | null
  readonly quantity: Exact
  readonly cost: Exact | null
  readonly proceeds: Exact | null
  readonly term: Term
  readonly undocumented: boolean
  readonly rule: PartRule
}

/** Divides an amount over quantities in proportion, the remainder to the last; null stays null. */
export function shares(amount: Exact | null, quantities: readonly Exact[]): (Exact | null)[] {
  if (amount === null) return quantities.map(() => null)
  if (quantities.length === 1) return [amount]
  const whole = quantities.reduce(plus, NOUGHT)
  let rest = amount
  return quantities.map((quantity, index) => {
    const share = index === quantities.length - 1 ? rest : portion(amount, quantity, whole)
    rest = minus(rest, share)
    return share
  })
}

/** Writes a disposal, and counts what it realises. */
export function writeDisposal(
  engine: LotEngine,
  entry: Entry,
  parts: readonly Part[],
  fees: Exact | null,
): void {
  const { place, flow, asset, wallet, kind } = entry
  const sums = engine.sumsOf(asset)
  let quantity = NOUGHT
  let undocumented = NOUGHT
  let proceeds: Exact | null = NOUGHT
  let cost: Exact | null = NOUGHT
  const rows: PartRow[] = []
  for (const part of parts) {
    quantity = plus(quantity, part.quantity)
    proceeds = plusKnown(proceeds, part.proceeds)
    cost = plusKnown(cost, part.cost)
    if (part.undocumented) undocumented = plus(undocumented, part.quantity)
    const gain = minusKnown(part.proceeds, part.cost)
    count(sums, part, gain)
    rows.push({
      lot: part.lot?.id ?? null,
      quantity: textOf(part.quantity),
      cost: textOrNull(part.cost),
      proceeds: textOrNull(part.proceeds),
      gain: textOrNull(gain),
      term: part.term,
      opened: part.lot?.opened ?? null,
      undocumented: part.undocumented,
      rule: part.rule,
    })
  }
  const row = {
    flow: flow.id,
    source: sourceOf(flow),
    asset,
    wallet,
    time: place.time,
    kind,
    quantity: textOf(quantity),
    proceeds: textOrNull(proceeds),
    cost: textOrNull(cost),
    gain: textOrNull(minusKnown(proceeds, cost)),
    undocumented: textOf(undocumented),
    fees: textOrNull(fees),
    parts: rows,
  }
  engine.rows.disposals.push({ place, row })
}

function count(sums: Sums, { term, undocumented, quantity }: Part, gain: Exact | null): void {
  addTo(sums, 'realised', gain)
  addTo(sums, term === 'long' ? 'realisedLong' : 'realisedShort', gain)
  if (!undocumented) return
  addTo(sums, 'unproven', gain)
  sums.undocumented = plus(sums.undocumented, quantity)
}
