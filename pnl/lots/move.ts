import { closeShorts } from './closing.ts'
import { draw, openShort } from './dispose.ts'
import type { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { type Exact, NOUGHT, compare, isZero, minus, portion, textOf, textOrNull } from './exact.ts'
import { makeLot, restated } from './lot.ts'
import type { Ratio } from './split-ratios.ts'
import { type Pool, ruleOf } from './pool.ts'
import { reportProblem } from './problems.ts'
import { rootOf } from './receive.ts'
import type { Taken } from './side.ts'

/** Lots leave their pool and are on the way, with cost and dates. */
export function depart(engine: LotEngine, entry: Entry): void {
  engine.charge(entry, false)
  const move = entry.move as NonNullable<Entry['move']>
  if (engine.stays(move)) return
  const { asset, wallet, quantity, place, flow } = entry
  const from = engine.pool(asset, wallet, place.time)
  const way = engine.transit(move, asset, place.time)
  const { parts, short } = draw(from, entry, quantity)
  for (const [index, part] of parts.entries()) {
    carry(engine, way, part, {
      id: numbered(flow.id, index),
      sentBy: flow.id,
      size: part.quantity,
      ratio: { before: part.quantity, after: part.quantity },
      averaged: from.long.averages,
    })
  }
  if (isZero(short)) return
  const borrowed = engine.settings.oversell === 'short'
  const value = borrowed ? valueOf(entry, short) : null
  if (borrowed) openShort(engine, from, entry, short, value)
  else reportProblem(engine, 'UNDOCUMENTED_TRANSFER', entry, short)
  const lot = makeLot({
    id: `${flow.id}#lent`,
    asset: way.asset,
    wallet: way.wallet,
    root: rootOf(entry),
    serial: engine.serial++,
    sentBy: flow.id,
    proof: !borrowed ? 'undocumented' : value === null ? 'unpriced' : 'documented',
    remaining: short,
    left: value,
  })
  engine.place(way, lot, false)
}

/** What was borrowed to move it is worth its share of the move: the conversion's value, or the market's. */
function valueOf({ move, value, market, quantity }: Entry, size: Exact): Exact | null {
  const whole = move?.convert === true ? value : market
  return whole === null ? null : portion(whole, size, quantity)
}

/** Lots on the way join the pool where they arrive. A conversion restates them in the other asset's unit. */
export function arrive(engine: LotEngine, entry: Entry): void {
  engine.charge(entry, false)
  const move = entry.move as NonNullable<Entry['move']>
  if (engine.stays(move)) return
  const { asset, wallet, quantity, place } = entry
  const sent = move.asset
  const way = engine.transit(move, sent, place.time)
  const to = engine.pool(asset, wallet, place.time)
  const size = move.convert ? way.long.total : quantity
  const taken = way.long.take(size, ruleOf(way))
  let rest = quantity
  for (const [index, part] of taken.entries()) {
    const last = index === taken.length - 1
    const become =
      !move.convert || compare(size, quantity) === 0 ? part.quantity : portion(part.quantity, quantity, size)
    const got = last && move.convert ? rest : become
    rest = minus(rest, got)
    land(engine, entry, { way, to }, part, got, index)
  }
  engine.tidy(move, sent)
}

function land(
  engine: LotEngine,
  entry: Entry,
  { way, to }: { readonly way: Pool; readonly to: Pool },
  part: Taken,
  size: Exact,
  index: number,
): void {
  const { lot } = part
  const documented = lot.proof !== 'undocumented'
  const { rest, left } = closeShorts(engine, to, {
    entry,
    quantity: size,
    cost: part.cost,
    fees: NOUGHT,
    documented,
  })
  const id = numbered(entry.flow.id, index)
  engine.rows.moves.push({
    place: entry.place,
    row: {
      out: lot.sentBy ?? lot.root.flow,
      in: entry.flow.id,
      time: entry.place.time,
      lot: lot.movedFrom ?? lot.id,
      asset: way.asset,
      quantity: textOf(part.quantity),
      toLot: id,
      toAsset: entry.asset,
      toQuantity: textOf(size),
      cost: documented ? textOrNull(part.cost) : null,
    },
  })
  if (isZero(rest)) return
  const ratio = { before: part.quantity, after: size }
  carry(
    engine,
    to,
    { ...part, cost: left },
    { id, sentBy: null, size: rest, ratio, averaged: way.long.averages },
  )
}

type Carried = {
  readonly id: string
  /** The flow that it left with, while on the way. */
  readonly sentBy: string | null
  readonly size: Exact
  /** How many units after stand for how many before: a conversion restates them. */
  readonly ratio: Ratio
  /** Whether its cost was an average: then it has no unit cost of its own to keep. */
  readonly averaged: boolean
}

/** Puts what was drawn from a lot into another pool as a lot of its own. */
function carry(
  engine: LotEngine,
  pool: Pool,
  { lot, cost }: Taken,
  { id, sentBy, size, ratio, averaged }: Carried,
): void {
  const undocumented = lot.proof === 'undocumented'
  const left = undocumented ? null : cost
  const made = makeLot({
    id,
    asset: pool.asset,
    wallet: pool.wallet,
    opened: lot.opened,
    root: lot.root,
    serial: engine.serial++,
    proof: undocumented ? 'undocumented' : left === null ? 'unpriced' : 'documented',
    movedFrom: sentBy === null ? (lot.movedFrom ?? lot.id) : lot.id,
    sentBy,
    remaining: size,
    left,
    ...(averaged || left === null ? {} : { unitCost: restated(lot, ratio, left, size) }),
  })
  engine.place(pool, made, sentBy === null)
}

const numbered = (id: string, index: number): string => (index === 0 ? id : `${id}#${index + 1}`)
