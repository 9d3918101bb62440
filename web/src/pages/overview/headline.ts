import type { Answer } from '../../api/types.ts'
import type { LiveFigures } from '../../live/use-live.ts'
import { share } from '../../format/percent.ts'

type Dashboard = Answer<'GET /portfolio/dashboard'>

export type Headline = Pick<Dashboard['total'], 'value' | 'coverage' | 'change24h'> & {
  /** When these figures were right. */
  readonly asOf: string
  /** Prices of now, rather than of the newest hour. */
  readonly isLive: boolean
}

/** What was told live where it is newer than the last hour that was read; a span that is over stays as it was. */
export function headlineOf({ total, change }: Dashboard, live: LiveFigures | null): Headline {
  if (live === null || change.range === 'custom' || live.asOf <= change.to)
    return { ...total, asOf: change.to, isLive: false }
  const { asOf, total: value, coverage, change24h } = live
  return { value, coverage, change24h, asOf, isLive: true }
}

/** Why the change over a range is not shown; null where both of its ends are whole. */
export function unknownChange({ change, history }: Dashboard): string | null {
  // Who is shown no amounts is shown the fraction.
  const made = history.index === undefined ? change.pnl : change.fraction
  if (made === null) return 'an end of the range is not known'
  const [first = 0, last = 0] = [history.coverage[0], history.coverage.at(-1)]
  if (first < 1) return `only ${share(first)} of the value at its start has a price`
  if (last < 1) return `only ${share(last)} of the value at its end has a price`
  return null
}
