import type { AssetId } from '#core/asset.ts'
import { type Decimal, ZERO } from '#core/decimal.ts'
import type { Leg } from './leg.ts'

/** What happens in the pseudo-wallet `in-transit` because of a leg: its mirror, or what was lost on the way. */
export type TransitEntry = {
  readonly leg: Leg
  readonly role: 'external' | 'cost'
  readonly quantity: Decimal
}
export type Pairing = { readonly paired: ReadonlySet<Leg>; readonly entries: readonly TransitEntry[] }

const NO_PAIRS: Pairing = { paired: new Set(), entries: [] }

/**
 * Pairs the `transfer` legs of one tx, asset by asset: where some leave and some arrive, what left stays the
 * portfolio's, in transit, until it arrives. Where less arrives than left, the difference is the network fee, a cost
 * at the last arrival; where more arrives, the surplus came from outside and is external there.
 * @param group all legs of one tx, in their fixed order
 */
export function pairTransfers(group: readonly Leg[]): Pairing {
  const transfers = group.filter((leg) => leg.kind === 'transfer')
  if (transfers.length < 2) return NO_PAIRS
  const paired = new Set<Leg>()
  const entries: TransitEntry[] = []
  for (const asset of new Set(transfers.map((leg) => leg.asset))) pairAsset(transfers, asset, paired, entries)
  return { paired, entries }
}

function pairAsset(
  transfers: readonly Leg[],
  asset: AssetId,
  paired: Set<Leg>,
  entries: TransitEntry[],
): void {
  const legs = transfers.filter((leg) => leg.asset === asset)
  const arrival = legs.findLast((leg) => leg.quantity.isPositive())
  if (arrival === undefined || !legs.some((leg) => leg.quantity.isNegative())) return
  const first = legs[0] as Leg
  // One pseudo-wallet line per asset: it lives on the chain of the first leg, wherever the others are.
  const onFirstChain = (leg: Leg): Leg => ({ ...leg, chain: first.chain })
  let left = ZERO
  for (const leg of legs) {
    paired.add(leg)
    left = left.minus(leg.quantity)
    entries.push({ leg: onFirstChain(leg), role: 'external', quantity: leg.quantity.negated() })
  }
  if (left.isZero()) return
  entries.push({
    leg: onFirstChain(arrival),
    role: left.isPositive() ? 'cost' : 'external',
    quantity: left.negated(),
  })
}
