import type { AssetId } from '#core/asset.ts'
import type { Leg } from '../flows/leg.ts'
import type { Charge } from './entry.ts'
import { exactOf } from './exact.ts'
import { type Group, type Row, worthAtMarket, worthOfRow } from './group.ts'

/** Charges by the leg that they go with. */
export type Charges = ReadonlyMap<Leg, readonly Charge[]>

const NONE: Charges = new Map()

/**
 * Which leg each fee goes with (docs/semantics.md, 5): a fee column with the leg of its own row; a `fee` or `gas` row
 * that shares its tx with an exchange with the leg of its own asset, else the leg bought, else the leg sold; on any
 * other row with nothing but its own row. The base currency has no lots, so what a leg in it carries goes on likewise.
 */
export function chargesOf(group: Group): Charges {
  const { rows, valuer } = group
  if (!rows.some(({ main, fee }) => main.baseFee !== null || fee !== null || isFee(main))) return NONE
  const traded = [...group.exchanged.keys()].filter(({ asset }) => asset !== valuer.base)
  const charges = new Map<Leg, Charge[]>()
  const add = (leg: Leg, charge: Charge): void => {
    const list = charges.get(leg)
    if (list === undefined) charges.set(leg, [charge])
    else list.push(charge)
  }
  for (const row of rows) {
    const { flow, main, fee } = row
    if (isFee(main))
      add(tradedWith(traded, main.asset) ?? main, {
        flow,
        asset: main.asset,
        value: worthOfRow(group, row).value,
      })
    const own = carrierOf(group, row, traded)
    if (main.baseFee !== null && !main.baseFee.isZero())
      add(own, { flow, asset: valuer.base, value: exactOf(main.baseFee) })
    if (fee !== null) add(own, { flow, asset: fee.asset, value: worthAtMarket(group, fee).value })
  }
  return charges
}

const isFee = ({ kind }: Leg): boolean => kind === 'gas' || kind === 'fee'

function tradedWith(traded: readonly Leg[], asset: AssetId): Leg | undefined {
  return (
    traded.find((leg) => leg.asset === asset) ??
    traded.find(({ quantity }) => quantity.isPositive()) ??
    traded[0]
  )
}

/** The leg that a fee column goes with. */
function carrierOf(group: Group, { main, fee }: Row, traded: readonly Leg[]): Leg {
  if (main.asset !== group.valuer.base) return main
  const other = group.exchanged.has(main) ? tradedWith(traded, main.asset) : undefined
  return other ?? fee ?? main
}
