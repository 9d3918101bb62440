import { type Closing, closeShorts } from './closing.ts'
import type { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { type Exact, NOUGHT, compare, isZero, minus, minusKnown, plusKnown, textOrNull } from './exact.ts'
import { type Root, freshCost, makeLot } from './lot.ts'
import { SURPLUS } from './place.ts'
import { reportProblem, reportUnvalued } from './problems.ts'
import { sourceOf } from './rows.ts'
import { addTo } from './sums.ts'

/** What comes in closes shorts, and opens a lot with the rest. */
export function receive(engine: LotEngine, entry: Entry): void {
  const pool = engine.pool(entry.asset, entry.wallet, entry.place.time)
  const joined = engine.charge(entry, true)
  const cost = entry.undocumented ? null : plusKnown(entry.value, joined)
  if (entry.income) engine.earn(entry)
  if (entry.ownBasis) countBasis(engine, entry)
  if (entry.undocumented) reportProblem(engine, 'UNDOCUMENTED_LOT', entry)
  else if (entry.value === null) reportUnvalued(engine, entry)

  const { size, cost: own } = unclaimed(engine, entry, cost)
  const closing: Closing = {
    entry,
    quantity: size,
    cost: entry.undocumented ? NOUGHT : own,
    fees: joined,
    documented: !entry.undocumented,
  }
  const { rest, left } = closeShorts(engine, pool, closing)
  const claimed = compare(size, entry.quantity) !== 0
  if (isZero(rest) && !claimed) return
  engine.place(
    pool,
    makeLot({
      id: entry.place.step === SURPLUS ? `${entry.flow.id}#surplus` : entry.flow.id,
      asset: pool.asset,
      wallet: pool.wallet,
      root: rootOf(entry),
      serial: engine.serial++,
      proof: entry.undocumented ? 'undocumented' : cost === null ? 'unpriced' : 'documented',
      // What closed a short was never part of this lot; what was claimed ahead was.
      quantity: minus(entry.quantity, minus(size, rest)),
      remaining: rest,
      left: entry.undocumented ? null : left,
      ...(claimed && !entry.undocumented ? { unitCost: freshCost(cost, entry.quantity) } : {}),
    }),
  )
}

/** What earlier disposals did not claim of a purchase (method `uk`). */
function unclaimed(engine: LotEngine, entry: Entry, cost: Exact | null): { size: Exact; cost: Exact | null } {
  let size = entry.quantity
  let own = cost
  for (const claim of engine.claims.on(entry)) {
    size = minus(size, claim.size)
    own = minusKnown(own, claim.cost)
  }
  return { size, cost: own }
}

/** `transferred` takes a basis that is not the market's out of the agreement with hourly PnL. */
function countBasis(engine: LotEngine, { place, flow, asset, value, market }: Entry): void {
  addTo(engine.sumsOf(asset), 'transferred', minusKnown(value, market))
  const row = { flow: flow.id, asset, time: flow.time, cost: textOrNull(value), value: textOrNull(market) }
  engine.rows.bases.push({ place, row })
}

export const rootOf = ({ place, flow }: Entry): Root => ({
  place,
  flow: flow.id,
  source: sourceOf(flow),
  tx: flow.tx,
  kind: flow.kind,
})
