import type { AssetId } from '#core/asset.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import type { Quality } from '#core/quality.ts'
import { computeLots, prepareLots, type LotInput } from '#pnl/lots/lots.ts'
import type { LotMark, LotReport } from '#pnl/lots/report.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import { rateBy } from './rate.ts'
import { hoursNeeded } from './store-flows.ts'

/** What lots are computed from as plain data, which clones to a worker: marks are those that the flows will ask for. */
export type PortableInput = Pick<LotInput, 'base' | 'at'> & {
  readonly flows: readonly Flow[]
  readonly names: readonly (readonly [string, string])[]
  readonly marks: readonly (readonly [asset: AssetId, time: number, price: string, quality: Quality])[]
}

export function portable(input: LotInput): PortableInput {
  const { flows, base, names, at, markAt } = input
  const marks: PortableInput['marks'][number][] = []
  for (const [asset, hours] of hoursNeeded(flows, base)) {
    for (const time of new Set<number>([...hours, at])) {
      const mark = markAt(asset, time)
      if (mark !== null) marks.push([asset, time, formatDecimal(mark.price), mark.quality])
    }
  }
  return { flows, base, names: [...names], at, marks }
}

/**
 * Lots by each of several settings, from plain data to plain data: what a thread beside a server's own calls.
 * @throws TidemarkError as `computeLots` does
 */
export function computePortable(
  { flows, base, names, at, marks }: PortableInput,
  settings: readonly LotSettings[],
): LotReport[] {
  const known = new Map<AssetId, Map<number, LotMark>>()
  for (const [asset, time, price, quality] of marks) {
    const own = known.get(asset) ?? new Map<number, LotMark>()
    known.set(asset, own)
    own.set(time, { price: new Decimal(price), quality })
  }
  const one: LotMark = { price: new Decimal(1), quality: 'ok' }
  const markAt = (asset: AssetId, time: number) =>
    asset === base ? one : (known.get(asset)?.get(time) ?? null)
  const input = { flows, base, names: new Map(names), at, markAt, rateAt: rateBy(markAt) }
  const ledger = prepareLots(input)
  return settings.map((each) => computeLots(ledger, each))
}
