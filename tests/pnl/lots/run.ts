import type { AssetId } from '#core/asset.ts'
import { computeLots, prepareLots, type LotInput } from '#pnl/lots/lots.ts'
import type { LotReport } from '#pnl/lots/report.ts'
import { DEFAULT_LOT_SETTINGS, type LotSettings } from '#pnl/lots/settings.ts'
import { BASE, type Ledger } from './random-ledger.ts'

/** A test's ledger as the engine's input. */
export function inputOf({ flows, price, at }: Ledger): LotInput {
  const markAt = (asset: AssetId, time: number) => {
    const mark = price(asset, time)
    return mark === null ? null : { price: mark, quality: 'ok' as const }
  }
  return { flows, base: BASE, names: new Map(), rateAt: () => null, markAt, at }
}

export const lotsOf = (ledger: Ledger, settings: Partial<LotSettings> = {}): LotReport =>
  computeLots(prepareLots(inputOf(ledger)), { ...DEFAULT_LOT_SETTINGS, ...settings })
