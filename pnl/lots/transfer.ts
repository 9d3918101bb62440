import type { Move } from './entry.ts'
import { type Exact, NOUGHT, least, minus, plus } from './exact.ts'
import { type Group, type Row, sizeOf } from './group.ts'
import { DEPARTURE, byPlace, placeOf, type Place } from './place.ts'

/** A move found in a group: which rows leave, which arrive, in the order of entry. */
export type FoundMove = {
  readonly move: Move
  readonly outs: readonly Row[]
  readonly ins: readonly Row[]
  /** What left and did not arrive: the network fee. */
  readonly lost: Exact
}

/**
 * Moves of a group: the `transfer` rows of each asset, where some leave and some arrive, as a whole; and a conversion of
 * one leg given and one received. What has no counterpart is no move.
 */
export function movesOf(group: Group): FoundMove[] {
  if (group.rows.length < 2) return []
  const moves: FoundMove[] = []
  const transfers = group.rows.filter(({ main }) => main.kind === 'transfer')
  for (const asset of new Set(transfers.map(({ main }) => main.asset))) {
    const rows = transfers.filter(({ main }) => main.asset === asset)
    moves.push(...found(group, rows, false))
  }
  const converts = group.rows.filter(({ main }) => main.kind === 'convert')
  const whole = converts.length === 2 && converts.every(({ main }) => main.asset !== group.valuer.base)
  return whole ? [...moves, ...found(group, converts, true)] : moves
}

function found(group: Group, rows: readonly Row[], convert: boolean): FoundMove[] {
  const outs = rows.filter(({ main }) => main.quantity.isNegative())
  const ins = rows.filter(({ main }) => main.quantity.isPositive())
  if (outs.length === 0 || ins.length === 0) return []
  const asset = (outs[0] as Row).main.asset
  const key = `${convert ? 'convert' : 'transfer'}|${asset}|${group.key}`
  const wallets = [...new Set(rows.map(({ main }) => main.wallet))]
  const lost = convert ? NOUGHT : minus(sum(outs), least(sum(outs), sum(ins)))
  return [{ move: { key, asset, convert, wallets }, outs, ins, lost }]
}

const sum = (rows: readonly Row[]): Exact => rows.reduce((all, { main }) => plus(all, sizeOf(main)), NOUGHT)

/** When the rows given leave: at their places, but never after the first arrival. */
export function departures({ outs, ins }: FoundMove): readonly { row: Row; place: Place }[] {
  const first = ins.map(({ flow }) => placeOf(flow)).reduce((a, b) => (byPlace(a, b) <= 0 ? a : b))
  return outs.map((row, index) => {
    const own = placeOf(row.flow)
    return {
      row,
      place: { ...(byPlace(own, first) <= 0 ? own : first), step: DEPARTURE - outs.length + index },
    }
  })
}

/** What each arrival brings of what left, and what it brings from outside. */
export function arrivals({
  move,
  outs,
  ins,
}: FoundMove): readonly { row: Row; moved: Exact; surplus: Exact }[] {
  let left = sum(outs)
  return ins.map((row) => {
    const size = sizeOf(row.main)
    const moved = move.convert ? size : least(size, left)
    left = minus(left, moved)
    return { row, moved, surplus: minus(size, moved) }
  })
}
