import { computeLots, prepareLots, type LotInput } from '#pnl/lots/lots.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import type { LotView } from './view.ts'

/** What a view says of itself besides its numbers. */
export type Heading = Pick<LotView, 'portfolio' | 'baseCurrency'> & {
  /** Whether there is any time to speak of. */
  readonly timed: boolean
}

/** Lots by each of several settings, from one reading of the flows. */
export function lotViews(input: LotInput, settings: readonly LotSettings[], heading: Heading): LotView[] {
  const ledger = prepareLots(input)
  const { portfolio, baseCurrency, timed } = heading
  return settings.map((each) => ({
    portfolio,
    baseCurrency,
    settings: each,
    at: timed ? input.at : null,
    report: computeLots(ledger, each),
    markAt: (asset) => input.markAt(asset, input.at),
  }))
}
