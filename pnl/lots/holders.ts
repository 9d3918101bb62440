import type { AssetId } from '#core/asset.ts'
import type { Entry } from './entry.ts'
import { type Exact, NOUGHT, isZero, negated, plus } from './exact.ts'
import { transitKey } from './pool.ts'

/** What flows say that wallets hold, by asset; what is on its way stands under the key of its transit pool. */
export type Holders = Map<AssetId, Map<string, Exact>>

/** Counts an entry while pools are common to all wallets. */
export function hold(holders: Holders, entry: Entry): void {
  const { role, asset, wallet, quantity, move } = entry
  // Of a move within one wallet nothing is ever elsewhere; conversions carry their lots with them.
  const way = move === null || move.convert || move.wallets.length === 1 ? null : transitKey(asset, move.key)
  switch (role) {
    case 'in':
    case 'split':
      return add(holders, asset, wallet, quantity)
    case 'leave':
      return add(holders, asset, wallet, negated(quantity))
    case 'out':
      if (move !== null && !move.convert && way === null) return
      return add(holders, asset, way ?? wallet, negated(quantity))
    case 'depart':
      add(holders, asset, wallet, negated(quantity))
      if (way !== null) add(holders, asset, way, quantity)
      return
    case 'arrive':
      if (way !== null) add(holders, asset, way, negated(quantity))
      return add(holders, asset, wallet, quantity)
    case 'amount':
  }
}

function add(holders: Holders, asset: AssetId, holder: string, change: Exact): void {
  let wallets = holders.get(asset)
  if (wallets === undefined) holders.set(asset, (wallets = new Map<string, Exact>()))
  const next = plus(wallets.get(holder) ?? NOUGHT, change)
  if (isZero(next)) wallets.delete(holder)
  else wallets.set(holder, next)
}
