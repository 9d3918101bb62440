import type { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { type Exact, compare, isNegative, isZero, minus, negated, NOUGHT, plus } from './exact.ts'
import { reportProblem } from './problems.ts'

/** A split scales the lots of its pool to what they hold after it; costs and dates stay. */
export function restate(engine: LotEngine, entry: Entry): void {
  engine.charge(entry, false)
  const pool = engine.pool(entry.asset, entry.wallet, entry.place.time)
  const held: Exact = minus(pool.long.total, pool.short.total)
  const next = plus(held, entry.quantity)
  if (isZero(held) || isZero(next) || isNegative(held) !== isNegative(next)) {
    reportProblem(engine, 'SPLIT_WITHOUT_LOTS', entry)
    return
  }
  if (compare(held, NOUGHT) > 0) pool.long.scale(next)
  else pool.short.scale(negated(next))
}
