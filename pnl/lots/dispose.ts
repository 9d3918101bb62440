import { type Part, shares, writeDisposal } from './disposal.ts'
import type { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { type Exact, NOUGHT, isZero, minus, minusKnown, plusKnown, textOf, textOrNull } from './exact.ts'
import { type LotRef, PLANS, makeLot } from './lot.ts'
import { namedLots } from './named.ts'
import { FEE, LOSS, ROW } from './place.ts'
import { type Pool, ruleOf } from './pool.ts'
import { reportProblem, reportUnvalued } from './problems.ts'
import { rootOf } from './receive.ts'
import { sourceOf } from './rows.ts'
import type { Taken } from './side.ts'
import { addTo } from './sums.ts'

/** What was found for an outgoing quantity, and how much was not there. */
export type Drawn = {
  readonly parts: readonly Taken[]
  readonly short: Exact
}

/** A part of a disposal before its proceeds are known. */
type Found = Omit<Taken, 'lot'> & { readonly lot: LotRef }

/** Draws lots for what goes out: those claimed ahead, those named, then in the order of the method. */
export function draw(pool: Pool, entry: Entry, need: Exact): Drawn {
  if (isZero(need)) return { parts: [], short: NOUGHT }
  if (entry.kind === 'rebase') {
    const parts = pool.long.takeEvenly(need)
    return { parts, short: lacking(need, parts) }
  }
  const choices = PLANS[pool.method].names ? namedLots(pool, entry) : []
  const named = choices.length === 0 ? [] : pool.long.takeFrom(choices, 'named')
  const rest = lacking(need, named)
  const others = pool.long.take(rest, ruleOf(pool))
  return { parts: named.length === 0 ? others : [...named, ...others], short: lacking(rest, others) }
}

const lacking = (need: Exact, parts: readonly { readonly quantity: Exact }[]): Exact =>
  parts.reduce((left, { quantity }) => minus(left, quantity), need)

/** A disposal at the entry's value. */
export function dispose(engine: LotEngine, entry: Entry): void {
  const { place, quantity, value } = entry
  const joined = engine.charge(entry, true)
  const proceeds = minusKnown(value, joined)
  const pool = engine.pool(entry.asset, entry.wallet, place.time)
  const claimed = engine.claims.by(entry).map((claim) => ({
    lot: claim.lot,
    quantity: claim.quantity,
    cost: claim.lot.proof === 'undocumented' ? NOUGHT : claim.cost,
    rule: claim.rule,
  }))
  const lost = onTheWay(engine, entry)
  const drawn = draw(pool, entry, lacking(lacking(quantity, claimed), lost))
  const found: Found[] = [...claimed, ...lost, ...drawn.parts]
  const sizes = found.map((part) => part.quantity)
  const gets = shares(proceeds, isZero(drawn.short) ? sizes : [...sizes, drawn.short])
  const parts = found.map(({ lot, quantity: size, cost, rule }, index): Part => ({
    lot,
    quantity: size,
    cost,
    proceeds: gets[index] ?? null,
    term: engine.calendar.term(lot.opened, place.time),
    undocumented: lot.proof === 'undocumented',
    rule,
  }))
  const rest = gets[found.length] ?? null
  if (value === null) reportUnvalued(engine, entry)
  if (!isZero(drawn.short)) {
    if (engine.settings.oversell === 'short') openShort(engine, pool, entry, drawn.short, rest)
    else parts.push(withoutLot(engine, entry, drawn.short, rest))
  }
  if (parts.length > 0) writeDisposal(engine, entry, parts, joined)
}

/**
 * What a transfer lost is drawn from what is on the way; only what is not there from the sender. Its parts name the lot
 * that left for it: one on its way is in no list once it has arrived. What was moved and never there is of no lot.
 */
function onTheWay(engine: LotEngine, { move, asset, quantity, place }: Entry): readonly Found[] {
  if (move === null || move.convert || engine.stays(move)) return []
  const way = engine.transit(move, asset, place.time)
  const taken = way.long.take(quantity, ruleOf(way))
  engine.tidy(move, asset)
  return taken.map(({ lot: { movedFrom, opened, proof }, ...part }) => ({
    ...part,
    lot: { id: movedFrom, opened, proof },
  }))
}

/** More went out than there was: a part without a lot, whose cost counts as 0. */
function withoutLot(engine: LotEngine, entry: Entry, quantity: Exact, proceeds: Exact | null): Part {
  reportProblem(engine, 'UNDOCUMENTED_DISPOSAL', entry, quantity)
  return { lot: null, quantity, cost: NOUGHT, proceeds, term: 'short', undocumented: true, rule: 'none' }
}

/** More went out than there was: a short, closed by what comes in later. */
export function openShort(
  engine: LotEngine,
  pool: Pool,
  entry: Entry,
  quantity: Exact,
  proceeds: Exact | null,
): void {
  const { step } = entry.place
  const { id } = entry.flow
  engine.place(
    pool,
    makeLot({
      id: step === FEE ? `${id}#fee` : step === LOSS ? `${id}#loss` : step < ROW ? `${id}#short` : id,
      asset: pool.asset,
      wallet: pool.wallet,
      root: rootOf(entry),
      serial: engine.serial++,
      short: true,
      proof: proceeds === null ? 'unpriced' : 'documented',
      remaining: quantity,
      left: proceeds,
    }),
  )
}

/** Lots leave at cost; nothing is realised. */
export function leave(engine: LotEngine, entry: Entry): void {
  const { place, flow, asset, wallet, kind, quantity, market } = entry
  engine.charge(entry, false)
  if (kind !== 'gift') reportProblem(engine, 'UNPAIRED_TRANSFER', entry)
  const pool = engine.pool(asset, wallet, place.time)
  const { parts, short } = draw(pool, entry, quantity)
  const sizes = parts.map((part) => part.quantity)
  const values = shares(market, isZero(short) ? sizes : [...sizes, short])
  const oversold = !isZero(short)
  if (oversold && engine.settings.oversell === 'short') {
    openShort(engine, pool, entry, short, values[parts.length] ?? null)
  } else if (oversold) {
    reportProblem(engine, 'UNDOCUMENTED_DISPOSAL', entry, short)
  }
  // What left as a short was borrowed at market and left at market: it made no difference.
  const counted = oversold && engine.settings.oversell === 'short' ? parts.length : values.length
  const value = values.slice(0, counted).reduce<Exact | null>(plusKnown, NOUGHT)
  const cost = parts.reduce<Exact | null>((sum, part) => plusKnown(sum, part.cost), NOUGHT)
  const transferred = minusKnown(value, cost)
  addTo(engine.sumsOf(asset), 'transferred', transferred)
  engine.rows.leaves.push({
    place,
    row: {
      flow: flow.id,
      source: sourceOf(flow),
      asset,
      wallet,
      time: place.time,
      kind,
      quantity: textOf(quantity),
      cost: textOrNull(cost),
      value: textOrNull(market),
      transferred: textOrNull(transferred),
      parts: [
        ...parts.map(({ lot, quantity: size, cost: of }) => ({
          lot: lot.id,
          quantity: textOf(size),
          cost: textOrNull(of),
        })),
        ...(oversold ? [{ lot: null, quantity: textOf(short), cost: null }] : []),
      ],
    },
  })
}
