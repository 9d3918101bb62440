import { describe, expect, test } from 'vitest'
import { budgetOf, standingOf, type Provider } from '../../web/src/pages/data/budget.ts'
import {
  byUrgency,
  hoursOf,
  parted,
  reasonOf,
  searched,
  type Gap,
  type Suspect,
} from '../../web/src/pages/data/gaps.ts'
import { broughtBy, failuresOf, lasted, type Run } from '../../web/src/pages/data/runs.ts'
import { zonesByRegion } from '../../web/src/pages/settings/zones.ts'

const provider = (more: Partial<Provider>): Provider => ({
  ...{ provider: 'coingecko', host: 'api.example', perMinute: 30, monthCredits: 10_000, usedThisMonth: 0 },
  ...{ lastSuccess: null, lastFault: null },
  ...more,
})

describe('the budget of a provider', () => {
  test.each([
    [0, 10_000, 0, 'ok'],
    [7_999, 10_000, 0.7999, 'ok'],
    [8_000, 10_000, 0.8, 'warn'],
    [10_000, 10_000, 1, 'bad'],
    [12_000, 10_000, 1, 'bad'],
    [0, 0, 1, 'bad'],
  ])('%i of %i is %d of it: %s', (used, most, part, tone) => {
    expect(budgetOf(provider({ usedThisMonth: used, monthCredits: most }))).toEqual({
      used,
      most,
      part,
      tone,
    })
  })

  test('is none where none is counted', () => {
    expect(budgetOf(provider({ monthCredits: null, usedThisMonth: 7 }))).toBeNull()
  })

  test.each([
    [null, null, 'plain'],
    ['2026-11-20T10:00:00Z', null, 'ok'],
    ['2026-11-20T10:00:00Z', '2026-11-20T09:00:00Z', 'ok'],
    ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z', 'warn'],
    [null, '2026-11-20T09:00:00Z', 'bad'],
  ])('answered %s, failed %s: %s', (lastSuccess, at, tone) => {
    const lastFault = at === null ? null : { at, message: 'no' }
    expect(standingOf(provider({ lastSuccess, lastFault })).tone).toBe(tone)
  })
})

describe('runs', () => {
  const run: Run = {
    ...{ id: 'a', command: 'ingest', started: '2026-11-20T10:00:00Z', finished: null, outcome: 'running' },
    ...{ exitCode: null, summary: null },
  }

  test('last until now while they go on', () => {
    expect(lasted(run, Date.parse('2026-11-20T10:07:30Z'))).toBe('7 min')
    expect(lasted({ ...run, finished: '2026-11-20T10:00:42Z' }, Date.now())).toBe('42 s')
  })

  test('tell what they brought, and what they could not do', () => {
    const summary = {
      ...{ hours: { added: 2_443 }, flows: { added: 1 }, balances: { added: 0 }, gaps: { left: 7 } },
      failures: [{ item: 'bitcoin/usd', message: 'It answered 503.', fix: 'Run it again.', code: 'X' }],
    }
    expect(broughtBy(summary)).toBe('2,443 hours of prices, 1 flow, 7 hours still missing')
    expect(failuresOf(summary)).toEqual([
      { item: 'bitcoin/usd', message: 'It answered 503.', fix: 'Run it again.' },
    ])
  })

  test.each([[null], ['text'], [[]], [{ hours: 3, failures: 'many' }], [{ failures: [null, 7, {}] }]])(
    'of another version are no fault: %j',
    (summary) => {
      expect([broughtBy(summary), failuresOf(summary)]).toEqual(['', []])
    },
  )
})

describe('gaps and samples', () => {
  const gap = (reason: string, asset = 'bitcoin'): Gap => ({
    ...{ asset, quote: 'usd', provider: 'coingecko', reason, message: '', tries: 1 },
    ...{ from: '2026-11-20T10:00:00Z', to: '2026-11-20T13:00:00Z' },
    ...{ seen: '2026-11-20T14:00:00Z', tried: '2026-11-20T14:00:00Z' },
  })

  test('are hours without a price, and apart from them hours with two', () => {
    const { missing, disputed } = parted([gap('no-data'), gap('disputed'), gap('failed')])
    expect([missing.length, disputed.length, hoursOf(gap('failed'))]).toEqual([2, 1, 3])
    expect([reasonOf(gap('no-data')), reasonOf(gap('something-new'))]).toEqual([
      'the provider has none',
      'something-new',
    ])
  })

  test('are found by all of the words that were written', () => {
    const rows = [gap('failed'), gap('failed', 'ethereum')]
    expect(searched(rows, ' ETH gecko').map(({ asset }) => asset)).toEqual(['ethereum'])
    expect(searched(rows, '')).toHaveLength(2)
  })

  test('that wait for a decision come before those that are decided, the newest first', () => {
    const suspect = (time: string, state: string): Suspect => ({
      ...{ asset: 'bitcoin', quote: 'usd', provider: 'coingecko', price: '1', reason: 'jump', time, state },
    })
    const rows = [
      suspect('2026-11-20T10:00:00Z', 'rejected'),
      suspect('2026-11-18T10:00:00Z', 'held'),
      suspect('2026-11-19T10:00:00Z', 'pending'),
    ]
    expect(byUrgency(rows).map(({ state }) => state)).toEqual(['pending', 'held', 'rejected'])
  })
})

test('time zones stand by part of the world; those of none are left out', () => {
  expect(zonesByRegion(['Europe/Paris', 'America/Lima', 'EST', 'Europe/Berlin'])).toEqual([
    ['Europe', ['Europe/Berlin', 'Europe/Paris']],
    ['America', ['America/Lima']],
  ])
})
