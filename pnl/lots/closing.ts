import { type Part, shares, writeDisposal } from './disposal.ts'
import type { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { type Exact, isZero, least, minus, minusKnown } from './exact.ts'
import { type Pool, ruleOf } from './pool.ts'

/** What is there to close shorts with. */
export type Closing = {
  readonly entry: Entry
  readonly quantity: Exact
  /** Of all of it; 0 where it is undocumented. */
  readonly cost: Exact | null
  /** Fees within the cost. */
  readonly fees: Exact | null
  readonly documented: boolean
}

/**
 * Closes shorts of a pool, as far as there are any: a disposal whose proceeds are those of the shorts.
 * @returns the quantity and the cost that are left to open a lot with
 */
export function closeShorts(
  engine: LotEngine,
  pool: Pool,
  { entry, quantity, cost, fees, documented }: Closing,
): { rest: Exact; left: Exact | null } {
  if (isZero(pool.short.total) || isZero(quantity)) return { rest: quantity, left: cost }
  const cover = least(quantity, pool.short.total)
  const rest = minus(quantity, cover)
  const [spent = null] = shares(cost, isZero(rest) ? [cover] : [cover, rest])
  const taken = pool.short.take(cover, ruleOf(pool))
  const costs = shares(
    spent,
    taken.map((part) => part.quantity),
  )
  const parts = taken.map((part, index): Part => ({
    lot: part.lot,
    quantity: part.quantity,
    cost: costs[index] ?? null,
    proceeds: part.cost,
    term: 'short',
    undocumented: !documented,
    rule: part.rule,
  }))
  writeDisposal(engine, entry, parts, fees)
  return { rest, left: minusKnown(cost, spent) }
}
