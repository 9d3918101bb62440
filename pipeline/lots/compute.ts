import { computeLots, prepareLots, type LotInput } from '#pnl/lots/lots.ts'
import type { LotReport } from '#pnl/lots/report.ts'
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
  return settings.map((each) => viewWith(input, each, computeLots(ledger, each), heading))
}

/** A view of a report that was computed from an input. */
export function viewWith(
  { at, markAt }: LotInput,
  settings: LotSettings,
  report: LotReport,
  { portfolio, baseCurrency, timed }: Heading,
): LotView {
  return {
    portfolio,
    baseCurrency,
    settings,
    at: timed ? at : null,
    report,
    markAt: (asset) => markAt(asset, at),
  }
}
