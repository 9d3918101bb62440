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
  const range = rangeOf(params, kept)
  const words =
    range.name === 'custom'
      ? `from ${time(range.query.from, zone, 'day')} to ${time(range.query.to, zone, 'day')}`
      : WORDS[range.name]
  return { ...range, words, choose, chooseSpan }
}

type Asked =
  | { readonly name: 'custom'; readonly query: { readonly from: string; readonly to: string } }
  | { readonly name: Name; readonly query: { readonly range: Name } }

/** What an address asks for; where it says nothing, what the last visit looked at. */
export function rangeOf(params: URLSearchParams, kept: string): Asked {
  const [from, to] = [params.get('from'), params.get('to')]
  if (from !== null && to !== null && isMoment(from) && isMoment(to))
    return { name: 'custom', query: { from, to } }
  const name = known(params.get('range')) ?? known(kept) ?? '7d'
  return { name, query: { range: name } }
}

function known(text: string | null): Name | null {
  return RANGES.find((name) => name === text) ?? null
}

function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) && !Number.isNaN(Date.parse(text))
}
