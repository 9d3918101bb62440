import type { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { compare, isNegative, isZero, minus, negated, plus, portion } from './exact.ts'
import { reportProblem } from './problems.ts'

/** A split scales the lots of its pool to what they hold after it; costs and dates stay. */
export function restate(engine: LotEngine, entry: Entry): void {
  engine.charge(entry, false)
  const pool = engine.pool(entry.asset, entry.wallet, entry.place.time)
  const own = minus(pool.long.total, pool.short.total)
  const held = plus(own, engine.claims.pending(entry))
  const next = plus(held, entry.quantity)
  if (isZero(held) || isZero(next) || isNegative(held) !== isNegative(next)) {
    reportProblem(engine, 'SPLIT_WITHOUT_LOTS', entry)
    return
  }
  const scaled = compare(own, held) === 0 ? next : portion(own, next, held)
  if (isNegative(own)) pool.short.scale(negated(scaled))
  else if (!isZero(own)) pool.long.scale(scaled)
}
