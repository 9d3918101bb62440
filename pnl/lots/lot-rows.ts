import { byBytes } from '#core/asset.ts'
import type { LotEngine } from './engine.ts'
import { type Exact, NOUGHT, isZero, negated, quotient, textOf, textOrNull } from './exact.ts'
import type { Lot } from './lot.ts'
import { byPlace } from './place.ts'
import { isTransit } from './pool.ts'
import type { LotRow } from './report.ts'

/** A lot with its row. */
export type ListedLot = { readonly lot: Lot; readonly row: LotRow }

/** Oldest first; of one purchase by asset, then as they came about. */
export const byOpening = ({ lot: a }: ListedLot, { lot: b }: ListedLot): number =>
  a.opened - b.opened ||
  byPlace(a.root.place, b.root.place) ||
  byBytes(a.asset, b.asset) ||
  a.serial - b.serial

/** Rows of all lots, open and closed. @param listed lots as they were opened, over all stretches */
export function lotRows(engine: LotEngine, listed: readonly Lot[]): ListedLot[] {
  const open = new Map<Lot, { cost: Exact | null; unit: Exact | null }>()
  const onTheWay: Lot[] = []
  for (const [key, { long, short }] of engine.pools) {
    for (const side of [long, short]) {
      for (const { lot, cost } of side.costs()) {
        open.set(lot, {
          cost,
          unit: side.averages ? unitCost(cost, lot.remaining) : unitCost(lot.cost, lot.per),
        })
        if (isTransit(key)) onTheWay.push(lot)
      }
    }
  }
  const known = new Set(listed)
  return [...listed, ...onTheWay.filter((lot) => !known.has(lot))].map((lot) => ({
    lot,
    row: rowOf(lot, open.get(lot)),
  }))
}

const unitCost = (cost: Exact | null, quantity: Exact): Exact | null =>
  cost === null ? null : isZero(quantity) ? NOUGHT : quotient(cost, quantity)

function rowOf(lot: Lot, open: { cost: Exact | null; unit: Exact | null } | undefined): LotRow {
  const signed = (value: Exact | null) => (value !== null && lot.short ? negated(value) : value)
  const documented = lot.proof !== 'undocumented'
  const left = open === undefined ? (lot.cost === null ? null : NOUGHT) : open.cost
  const unit = open === undefined ? unitCost(lot.cost, lot.per) : open.unit
  return {
    id: lot.id,
    asset: lot.asset,
    wallet: lot.wallet,
    opened: lot.opened,
    quantity: textOf(signed(lot.quantity) as Exact),
    remaining: textOf(signed(lot.remaining) as Exact),
    unitCost: documented ? textOrNull(unit) : null,
    remainingCost: documented ? textOrNull(signed(left)) : null,
    undocumented: !documented,
    kind: lot.root.kind,
    from: { flow: lot.root.flow, source: lot.root.source },
    movedFrom: lot.movedFrom,
  }
}
