import type { AssetId } from '#core/asset.ts'
import type { LotEngine } from './engine.ts'
import type { Exact } from './exact.ts'
import type { Lot } from './lot.ts'
import type { Pool } from './pool.ts'
import { PLANS } from './lot.ts'
import type { Method } from './settings.ts'
import { Side, type SideFigures } from './side.ts'
import type { Sums } from './sums.ts'

/** What of a lot changes after it was opened. */
type LotFigures = Pick<Lot, 'proof' | 'quantity' | 'remaining' | 'cost' | 'per' | 'left' | 'unit'>
export type SavedLot = readonly [lot: Lot, figures: LotFigures]
export type SavedSide = { readonly figures: SideFigures; readonly lots: readonly SavedLot[] }
export type SavedPool = {
  readonly key: string
  readonly asset: AssetId
  readonly wallet: string | null
  readonly method: Method
  readonly long: SavedSide
  readonly short: SavedSide
}

/** An engine between two entries: all that the next one depends on. */
export type Checkpoint = {
  readonly serial: number
  readonly allocated: boolean
  readonly pools: readonly SavedPool[]
  readonly sums: readonly (readonly [AssetId, Sums])[]
  readonly holders: readonly (readonly [AssetId, readonly (readonly [string, Exact])[]])[]
}

export function takeCheckpoint(engine: LotEngine): Checkpoint {
  return {
    serial: engine.serial,
    allocated: engine.allocated,
    pools: [...engine.pools].filter(([, pool]) => !isEmpty(pool)).map(([key, pool]) => savePool(key, pool)),
    sums: [...engine.sums].map(([asset, sums]) => [asset, { ...sums }] as const),
    holders: [...engine.holders].map(([asset, wallets]) => [asset, [...wallets]] as const),
  }
}

/** Puts an engine back; lots that it knew then are as they were, in place. */
export function restoreCheckpoint(engine: LotEngine, saved: Checkpoint): void {
  engine.serial = saved.serial
  engine.allocated = saved.allocated
  engine.pools = new Map(saved.pools.map((pool) => [pool.key, restorePool(pool)]))
  engine.sums = new Map(saved.sums.map(([asset, sums]) => [asset, { ...sums }]))
  engine.holders = new Map(saved.holders.map(([asset, wallets]) => [asset, new Map(wallets)]))
}

/** How many lots a checkpoint would hold: what it costs. */
export function openLots(engine: LotEngine): number {
  let count = 0
  for (const { long, short } of engine.pools.values()) count += long.size + short.size
  return count
}

const isEmpty = ({ long, short }: Pool): boolean => long.size + short.size === 0

function savePool(key: string, { asset, wallet, method, long, short }: Pool): SavedPool {
  return { key, asset, wallet, method, long: saveSide(long), short: saveSide(short) }
}

const saveSide = (side: Side): SavedSide => ({
  figures: side.figures,
  lots: side.open().map((lot) => [lot, figuresOf(lot)] as const),
})

function figuresOf({ proof, quantity, remaining, cost, per, left, unit }: Lot): LotFigures {
  return { proof, quantity, remaining, cost, per, left, unit }
}

function restorePool({ asset, wallet, method, long, short }: SavedPool): Pool {
  return { asset, wallet, method, long: restoreSide(long, method), short: restoreSide(short, method) }
}

function restoreSide({ figures, lots }: SavedSide, method: Method): Side {
  for (const [lot, saved] of lots) Object.assign(lot, saved)
  const side = new Side(
    PLANS[method],
    lots.map(([lot]) => lot),
  )
  side.figures = figures
  return side
}
