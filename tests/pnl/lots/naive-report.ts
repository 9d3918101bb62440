import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import { ZERO, type Fraction, type Maybe } from './fraction.ts'
import type { Prices } from './naive-events.ts'

export type NaivePart = {
  quantity: Fraction
  cost: Maybe
  proceeds: Maybe
  long: boolean
  undocumented: boolean
}
export type NaiveDisposal = { flow: string; kind: string; asset: AssetId; parts: NaivePart[] }
export const EMPTY = {
  quantity: ZERO,
  cost: ZERO as Maybe,
  unrealised: ZERO as Maybe,
  realisedShort: ZERO as Maybe,
  realisedLong: ZERO as Maybe,
  unproven: ZERO as Maybe,
  income: ZERO as Maybe,
  costs: ZERO as Maybe,
  fees: ZERO as Maybe,
  transferred: ZERO as Maybe,
  undocumented: ZERO,
}
export type NaiveAsset = typeof EMPTY
export type NaiveReport = { disposals: NaiveDisposal[]; assets: Map<AssetId, NaiveAsset> }
export type NaiveInput = {
  flows: readonly Flow[]
  base: AssetId
  price: Prices
  at: number
  settings: LotSettings
}
