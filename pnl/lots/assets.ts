import type { AssetId } from '#core/asset.ts'
import type { Quality } from '#core/quality.ts'
import type { LotEngine } from './engine.ts'
import {
  type Exact,
  NOUGHT,
  exactOf,
  isZero,
  minus,
  minusKnown,
  plus,
  plusKnown,
  quotient,
  textOf,
  textOrNull,
  times,
} from './exact.ts'
import type { AssetRow, LotMark } from './report.ts'
import { SUM_NAMES, wholeSum, type SumName, type Sums } from './sums.ts'

/** What the pools of one asset hold together; shorts count negative. */
type Held = {
  readonly quantity: Exact
  readonly documented: Exact
  readonly cost: Exact | null
  readonly sound: boolean
}

/** What an asset's row says, still exact, with its value at the last known mark for coverage. */
export type AssetFigures = {
  readonly row: AssetRow
  readonly sums: Sums
  readonly cost: Exact | null
  readonly value: Exact | null
  readonly unrealised: Exact | null
  readonly lastValue: Exact | null
}

/** Figures of every asset that an engine holds or held, but the base currency. */
export function assetFigures(engine: LotEngine, markOf: (asset: AssetId) => LotMark | null): AssetFigures[] {
  const helds = heldByAsset(engine)
  return [...engine.sums]
    .filter(([asset]) => asset !== engine.base)
    .map(([asset, sums]) => figures(asset, sums, helds.get(asset) ?? NOTHING, markOf(asset)))
}

const NOTHING: Held = { quantity: NOUGHT, documented: NOUGHT, cost: NOUGHT, sound: true }

function heldByAsset(engine: LotEngine): Map<AssetId, Held> {
  const helds = new Map<AssetId, Held>()
  for (const { asset, long, short } of engine.pools.values()) {
    const held = helds.get(asset) ?? NOTHING
    helds.set(asset, {
      quantity: plus(held.quantity, minus(long.total, short.total)),
      documented: plus(held.documented, minus(long.held, short.held)),
      cost: plusKnown(held.cost, minusKnown(long.heldCost, short.heldCost)),
      sound: held.sound && isZero(minus(long.total, long.held)),
    })
  }
  return helds
}

function figures(asset: AssetId, sums: Sums, held: Held, mark: LotMark | null): AssetFigures {
  const last = mark === null ? null : exactOf(mark.price)
  const price = mark === null || mark.quality === 'missing' ? null : last
  const at = (quantity: Exact, by: Exact | null): Exact | null =>
    isZero(quantity) ? NOUGHT : by === null ? null : times(quantity, by)
  const value = at(held.quantity, price)
  const unrealised = minusKnown(at(held.documented, price), held.cost)
  const average = held.cost === null || isZero(held.documented) ? null : quotient(held.cost, held.documented)
  const row: AssetRow = {
    asset,
    quantity: textOf(held.quantity),
    cost: textOrNull(held.cost),
    averageCost: textOrNull(average),
    mark: textOrNull(price),
    value: textOrNull(value),
    ...(sumTexts(sums) as Pick<AssetRow, SumName>),
    unrealised: textOrNull(unrealised),
    undocumented: textOf(sums.undocumented),
    quality: qualityOf(held, price, mark),
  }
  return { row, sums, cost: held.cost, value, unrealised, lastValue: at(held.quantity, last) }
}

export const sumTexts = (sums: Sums): Record<SumName, string | null> =>
  Object.fromEntries(SUM_NAMES.map((name) => [name, textOrNull(wholeSum(sums, name))])) as Record<
    SumName,
    string | null
  >

/** Where nothing is held no mark is needed; what has no proven cost is missing. */
function qualityOf(held: Held, price: Exact | null, mark: LotMark | null): Quality {
  if (isZero(held.quantity) && isZero(held.documented)) return 'ok'
  return price === null || held.cost === null || !held.sound ? 'missing' : (mark?.quality ?? 'missing')
}
