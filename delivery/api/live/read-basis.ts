import type { Hour } from '#core/hour.ts'
import type { LiveAsset, LiveBasis } from '#pipeline/queries/live-basis.ts'

type Written<T> = { readonly [K in keyof T]: T[K] extends number ? number | null : T[K] }
type WrittenBasis = Omit<LiveBasis, 'value' | 'pnl' | 'cameIn' | 'assets' | 'hour'> & {
  readonly hour: number
  readonly value: readonly (number | null)[]
  readonly pnl: readonly (number | null)[]
  readonly cameIn: readonly (number | null)[]
  readonly assets: readonly Written<LiveAsset>[]
}

/** A basis that a thread answered with. JSON has no NaN, and no number without end: both come as null. */
export function readBasis(body: Uint8Array): LiveBasis {
  const basis = JSON.parse(new TextDecoder().decode(body)) as WrittenBasis
  const numbers = (list: readonly (number | null)[]) => list.map((value) => value ?? NaN)
  return {
    ...basis,
    hour: basis.hour as Hour,
    value: numbers(basis.value),
    pnl: numbers(basis.pnl),
    cameIn: numbers(basis.cameIn),
    assets: basis.assets.map((asset) => ({ ...known(asset), carryMs: asset.carryMs ?? Infinity })),
  }
}

function known(asset: Written<LiveAsset>): LiveAsset {
  return Object.fromEntries(
    Object.entries(asset).map(([name, value]) => [name, value ?? NaN]),
  ) as unknown as LiveAsset
}
