import { byBytes, type AssetId } from '#core/asset.ts'
import type { Entry } from './entry.ts'

/** Entries of each asset. */
export type AssetEntries = Map<AssetId, Entry[]>

/** Adds entries to their assets, unordered. */
export function spread(entries: readonly Entry[], into: AssetEntries): void {
  for (const entry of entries) {
    const list = into.get(entry.asset)
    if (list === undefined) into.set(entry.asset, [entry])
    else list.push(entry)
  }
}

/** Assets whose lots can reach one another through conversions, as sets; each asset is in one. */
export function connected(entries: AssetEntries): AssetId[][] {
  const parent = new Map<AssetId, AssetId>()
  const root = (asset: AssetId): AssetId => {
    let top = asset
    for (let above = parent.get(top); above !== undefined; above = parent.get(top)) top = above
    return top
  }
  for (const [asset, list] of entries) {
    for (const { move } of list) {
      if (move === null || root(asset) === root(move.asset)) continue
      parent.set(root(asset), root(move.asset))
    }
  }
  const sets = new Map<AssetId, AssetId[]>()
  for (const asset of [...entries.keys()].sort(byBytes)) {
    const top = root(asset)
    const set = sets.get(top)
    if (set === undefined) sets.set(top, [asset])
    else set.push(asset)
  }
  return [...sets.values()]
}
