import type { AssetId } from '#core/asset.ts'
import { PLANS } from './lot.ts'
import type { PartRule } from './report.ts'
import type { Method } from './settings.ts'
import { Side } from './side.ts'

/** Lots that disposals may draw from together. Only one side holds anything at a time. */
export type Pool = {
  readonly asset: AssetId
  /** null: common to all wallets; `in-transit`: on the way between two. */
  readonly wallet: string | null
  method: Method
  readonly long: Side
  readonly short: Side
}

export const newPool = (asset: AssetId, wallet: string | null, method: Method): Pool => ({
  asset,
  wallet,
  method,
  long: new Side(PLANS[method]),
  short: new Side(PLANS[method]),
})

// No id holds a control character, so that no two keys can be the same.
const SEPARATOR = '\u0001'

export const poolKey = (asset: AssetId, wallet: string | null): string =>
  wallet === null ? asset : `${asset}${SEPARATOR}${wallet}`

const TRANSIT = `${SEPARATOR}transit${SEPARATOR}`
export const transitKey = (asset: AssetId, move: string): string => `${asset}${TRANSIT}${move}`
export const isTransit = (key: string): boolean => key.includes(TRANSIT)

const RULES: Readonly<Record<Method, PartRule>> = {
  fifo: 'fifo',
  lifo: 'lifo',
  hifo: 'hifo',
  lofo: 'lofo',
  average: 'average',
  uk: 'pool',
  specific: 'fifo',
}

/** What a part drawn in the order of the method is called. */
export const ruleOf = ({ method }: Pool): PartRule => RULES[method]
