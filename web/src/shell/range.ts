import type { Ask } from '../api/types.ts'
import { time } from '../format/time.ts'
import { changeSettings, useSettings } from '../settings/settings.ts'
import { usePlace } from './place.ts'

type Name = NonNullable<NonNullable<Ask<'GET /portfolio/history'>['query']>['range']>
export const RANGES = [
  '1h',
  '6h',
  '24h',
  '7d',
  '30d',
  '90d',
  'ytd',
  '1y',
  'all',
] as const satisfies readonly Name[]

const WORDS: Readonly<Record<Name, string>> = {
  ...{ '1h': 'in the last hour', '6h': 'in the last 6 hours', '24h': 'in the last 24 hours' },
  ...{ '7d': 'in the last 7 days', '30d': 'in the last 30 days', '90d': 'in the last 90 days' },
  ...{ ytd: 'since the year began', '1y': 'in the last year', all: 'since the beginning' },
}

export type Range = {
  readonly name: Name | 'custom'
  /** As it is asked for: spread it into a query. */
  readonly query: { readonly range: Name } | { readonly from: string; readonly to: string }
  /** As it is said: `in the last 7 days`. */
  readonly words: string
}

/** The range that is shown: from the address, else the one of the last visit. */
export function useRange(): Range & {
  readonly choose: (range: Name) => void
  /** Two days or moments, in UTC. */
  readonly chooseSpan: (from: string, to: string) => void
} {
  const { params, change } = usePlace()
  const { range: kept, zone } = useSettings()
  const choose = (range: Name): void => {
    changeSettings({ range })
    change({ range, from: null, to: null })
  }
  const chooseSpan = (from: string, to: string): void => change({ range: null, from, to })
  const from = params.get('from')
  const to = params.get('to')
  if (from !== null && to !== null && isMoment(from) && isMoment(to)) {
    const words = `from ${time(from, zone, 'day')} to ${time(to, zone, 'day')}`
    return { name: 'custom', query: { from, to }, words, choose, chooseSpan }
  }
  const name = known(params.get('range')) ?? known(kept) ?? '7d'
  return { name, query: { range: name }, words: WORDS[name], choose, chooseSpan }
}

function known(text: string | null): Name | null {
  return RANGES.find((name) => name === text) ?? null
}

function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) && !Number.isNaN(Date.parse(text))
}
