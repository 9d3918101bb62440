import { QueryClient } from '@tanstack/react-query'
import { afterEach, describe, expect, test } from 'vitest'
import type { Answer, ToldLive } from '../../web/src/api/types.ts'
import { gather, keepMerged, merge } from '../../web/src/live/merge.ts'
import type { LiveFigures } from '../../web/src/live/use-live.ts'

type Dashboard = Answer<'GET /portfolio/dashboard'>

const HOUR = 3_600_000
const at = (hour: number): string => new Date(Date.UTC(2026, 10, 1) + hour * HOUR).toISOString()
const KEY = ['GET /portfolio/dashboard', { query: { range: '7d' } }]

const asset = (name: string, value: string) => ({
  asset: name,
  price: value,
  value,
  share: 0.5,
  quality: 'ok',
})
const snapshot = (...top: unknown[]): LiveFigures =>
  ({ type: 'snapshot', portfolio: 'main', sequence: 1, asOf: at(10.2), total: '7', top }) as never
const delta = (...assets: unknown[]): LiveFigures =>
  ({ type: 'delta', portfolio: 'main', sequence: 2, asOf: at(10.5), total: '8', assets }) as never
/** The first screen as it is read: all of it of hour 10. */
const read = (): Dashboard =>
  ({
    ...{ portfolio: 'main', asOf: at(10.9), change: { range: '7d', to: at(10) }, total: { value: '2' } },
    holdings: ['eth', 'btc'].map((name) => ({ asset: name, mark: '1', value: '1' })),
    allocation: { asset: ['eth', 'btc'].map((key) => ({ key, value: '1', share: 0.1 })) },
  }) as never

const client = new QueryClient()
afterEach(() => client.clear())
const shown = () => {
  const kept = client.getQueryData<Dashboard>(KEY)
  return [
    kept?.total.value,
    ...(kept?.holdings ?? []).map(({ value }) => value),
    ...(kept?.allocation.asset ?? []).map(({ value }) => value),
  ].join(' ')
}

test('prices of now go into every first screen of their portfolio, but not into spans that are over', () => {
  const kept = (range: string) => {
    const key = ['GET /portfolio/dashboard', { query: { range } }]
    const screen = { portfolio: 'main', asOf: at(10.9), holdings: [], allocation: { asset: [] } }
    client.setQueryData(key, { ...screen, change: { range, to: at(10) }, total: { value: '100' } })
    return () => client.getQueryData<Dashboard>(key)?.total.value
  }
  const [week, custom] = [kept('7d'), kept('custom')]
  const told = { type: 'delta', portfolio: 'main', sequence: 1, asOf: at(10.5), total: '120', assets: [] }
  merge(client, { ...told, portfolio: 'other' } as unknown as ToldLive)
  expect([week(), custom()]).toEqual(['100', '100'])
  merge(client, told as unknown as ToldLive)
  expect([week(), custom()]).toEqual(['120', '100'])
  merge(client, { ...told, asOf: at(9.5), total: '90' } as unknown as ToldLive)
  expect(week()).toBe('120')
})

describe('what was told last', () => {
  test('is gathered over deltas, which say only what changed', () => {
    const first = gather(null, snapshot(asset('eth', '3'), asset('btc', '4')))
    const then = gather(first, delta(asset('eth', '5')))
    client.setQueryData(KEY, read())
    merge(client, then)
    expect(shown()).toBe('8 5 4 5 4')
  })

  test('of another portfolio is not, nor what was told before a snapshot', () => {
    const other = { ...snapshot(asset('btc', '9')), portfolio: 'other' }
    expect(gather(other, delta(asset('eth', '5')))).toEqual(delta(asset('eth', '5')))
    expect(gather(delta(asset('btc', '9')), snapshot())).toEqual(snapshot())
  })

  test('goes into an answer that comes anew, rows and total alike', async () => {
    const told = gather(snapshot(asset('eth', '3'), asset('btc', '4')), delta(asset('eth', '5')))
    const stop = keepMerged(client, () => told)
    await client.fetchQuery({ queryKey: KEY, queryFn: read })
    expect(shown()).toBe('8 5 4 5 4')
    stop()
    await client.fetchQuery({ queryKey: KEY, queryFn: read, staleTime: 0 })
    expect(shown()).toBe('2 1 1 1 1')
  })

  test('does not go into an hour that is newer than it', async () => {
    const stop = keepMerged(client, () => delta(asset('eth', '5')))
    const newer = (): Dashboard => ({ ...read(), change: { ...read().change, to: at(11) } })
    await client.fetchQuery({ queryKey: KEY, queryFn: newer })
    expect(shown()).toBe('2 1 1 1 1')
    stop()
  })
})
