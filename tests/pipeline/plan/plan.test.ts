import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns, type Chunk } from '#core/candle.ts'
import { HOUR_MS, hoursIn, type Hour } from '#core/hour.ts'
import { monthLength, monthStart, monthsBetween } from '#core/month.ts'
import type { Gap, GapReason } from '#core/sample.ts'
import { dueAgain, missingRuns, newestHour, type SeriesState } from '#pipeline/plan/missing.ts'
import { planCost, planSource, type PlanOptions, type Want } from '#pipeline/plan/plan.ts'
import { countHours, unite, within, without, type HourRun } from '#pipeline/plan/runs.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(20261020) })

const T0 = Date.UTC(2026, 0, 20) as Hour
const at = (hour: number): Hour => (T0 + hour * HOUR_MS) as Hour
const run = (from: number, to: number): HourRun => ({ from: at(from), to: at(to) })
const NOW = at(400) + 7 * 60_000
const COINGECKO = { provider: 'coingecko', maxHours: 2160, minHours: 48, reach: null }
const FRESH: PlanOptions = { now: NOW, order: 'newest', retry: false }
const series = { asset: 'bitcoin' as AssetId, quote: 'usd' as Quote, provider: 'coingecko' }

/** Chunks that hold the hours named: whole with one sample each, empty, or covered in part. */
function chunksOf(full: readonly HourRun[], empty: readonly HourRun[] = [], part: readonly Hour[] = []) {
  const chunks: Chunk[] = []
  for (const month of monthsBetween(at(-24), at(430))) {
    const columns = emptyColumns(monthLength(month))
    const set = (hour: Hour, count: number, covered: number) => {
      const index = (hour - monthStart(month)) / HOUR_MS
      if (index < 0 || index >= columns.count.length) return
      columns.count[index] = count
      columns.covered[index] = covered
    }
    for (const { from, to } of full) for (const hour of hoursIn(from, to)) set(hour, 1, HOUR_MS)
    for (const { from, to } of empty) for (const hour of hoursIn(from, to)) set(hour, 0, HOUR_MS)
    for (const hour of part) set(hour, 1, HOUR_MS / 2)
    chunks.push({ ...series, month, revision: 1, columns, changed: new Float64Array(monthLength(month)) })
  }
  return chunks
}
function stateOf(full: readonly HourRun[], empty: readonly HourRun[] = [], part: readonly Hour[] = []) {
  const chunks = chunksOf(full, empty, part)
  return { chunks, gaps: [], suspects: [], newest: newestHour(chunks), confirmed: [] } satisfies SeriesState
}
const gap = (from: number, to: number, reason: GapReason, tried: number, tries = 1): Gap => ({
  ...series,
  from: at(from),
  to: at(to),
  reason,
  message: '',
  seen: tried,
  tried,
  tries,
})
const want = (hours: HourRun[], state: SeriesState): Want => ({ ...series, hours, state })
const missing = (hours: HourRun[], state: SeriesState, options = { now: NOW, retry: false }) =>
  missingRuns(hours, state, options)

describe('what is missing', () => {
  test('an empty store lacks everything up to the present hour, and nothing of the future', () => {
    expect(missing([run(0, 900)], stateOf([]))).toEqual([run(0, 401)])
  })

  test('whole hours are known; the newest with samples is read again, a part of an hour until it is whole', () => {
    expect(missing([run(0, 401)], stateOf([run(0, 400)]))).toEqual([run(399, 401)])
    expect(missing([run(0, 401)], stateOf([run(0, 400)], [], [at(300)]))).toEqual([
      run(300, 301),
      run(399, 401),
    ])
  })

  test('a range that lies before the newest hour and is all there asks for nothing', () => {
    expect(missing([run(0, 100)], stateOf([run(0, 400)]))).toEqual([])
  })

  test('an hour that came back empty is asked for until it counts as a gap, then by back-off', () => {
    const state = stateOf([run(0, 100), run(107, 400)], [run(100, 107)])
    expect(missing([run(0, 399)], state)).toEqual([run(100, 107)])
    const tried = NOW - 90 * 60_000
    const listed = (tries: number): SeriesState => ({
      ...state,
      gaps: [gap(100, 107, 'no-data', tried, tries)],
    })
    expect(missing([run(0, 399)], listed(2))).toEqual([])
    expect(missing([run(0, 399)], listed(1))).toEqual([run(100, 107)])
    expect(missing([run(0, 399)], listed(2), { now: NOW, retry: true })).toEqual([run(100, 107)])
  })

  test('the wait doubles from one hour to seven days', () => {
    const waits = [1, 2, 3, 4, 8, 9, 40].map(
      (tries) => (dueAgain(gap(0, 1, 'no-data', 0, tries)) - 0) / HOUR_MS,
    )
    expect(waits).toEqual([1, 2, 4, 8, 128, 168, 168])
  })

  test('what failed is asked for whatever is stored; an hour of suspects only is not', () => {
    const state = stateOf([run(0, 400)])
    expect(missing([run(0, 399)], { ...state, gaps: [gap(5, 7, 'failed', NOW)] })).toEqual([run(5, 7)])
    const aside = { ...stateOf([run(0, 100), run(101, 400)], [run(100, 101)]) }
    expect(missing([run(0, 399)], { ...aside, gaps: [gap(100, 101, 'suspect', 0)] })).toEqual([])
  })

  test('a suspect that waits is read again from its hour on', () => {
    const suspect = { ...series, time: at(395) + 1000, price: '9', reason: '', state: 'pending' } as const
    const state = { ...stateOf([run(0, 400)]), suspects: [suspect] }
    expect(missing([run(0, 401)], state)).toEqual([run(395, 401)])
    const old = { ...suspect, time: at(100) }
    expect(missing([run(0, 399)], { ...state, suspects: [old] })).toEqual([])
    expect(missing([run(0, 399)], { ...state, suspects: [old] }, { now: NOW, retry: true })).toEqual([
      run(100, 124),
    ])
  })

  test('a suspect that another provider confirms by now is read again', () => {
    const state = { ...stateOf([run(0, 400)]), confirmed: [at(100)] }
    expect(missing([run(0, 399)], state)).toEqual([run(100, 101)])
  })
})

describe('a plan', () => {
  test('hours beyond the reach are a gap, not a request, and are listed once', () => {
    const source = { ...COINGECKO, reach: at(50) }
    const plan = planSource([want([run(0, 401)], stateOf([]))], source, FRESH)
    expect(plan.windows.map((window) => window.core)).toEqual([run(50, 401)])
    expect(plan.gaps).toMatchObject([
      { from: at(0), to: at(50), reason: 'plan-reach', provider: 'coingecko' },
    ])
    expect(plan.hours).toEqual({ wanted: 401, known: 0, read: 351 })
    const again = planSource([want([run(0, 401)], { ...stateOf([]), gaps: [...plan.gaps] })], source, FRESH)
    expect(again.gaps).toEqual([])
  })

  test('a gap beyond the reach grows with it instead of falling to pieces', () => {
    const listed = [gap(0, 50, 'plan-reach', 5)]
    const source = { ...COINGECKO, reach: at(52) }
    const plan = planSource([want([run(20, 401)], { ...stateOf([]), gaps: listed })], source, FRESH)
    expect(plan.gaps).toMatchObject([{ from: at(0), to: at(52), seen: 5 }])
  })

  test('newest first now, oldest first in a backfill, assets in the order wanted', () => {
    const other = { ...want([run(0, 401)], stateOf([])), asset: 'ethereum' as AssetId }
    const wants = [want([run(-2300, 401)], stateOf([])), other]
    const order = (options: PlanOptions) =>
      planSource(wants, COINGECKO, options).windows.map(
        (window) => `${window.asset} ${countHours([window.core])}`,
      )
    expect(order(FRESH)).toEqual(['bitcoin 589', 'ethereum 401', 'bitcoin 2112'])
    expect(order({ ...FRESH, order: 'oldest' })).toEqual(['bitcoin 2112', 'bitcoin 589', 'ethereum 401'])
  })

  test('the cost: calls, time at the rate, share of the credits that are left', () => {
    expect(planCost('coingecko', 30, { perMinute: 30, monthCredits: 10_000 }, 9_900)).toEqual({
      provider: 'coingecko',
      calls: 30,
      seconds: 60,
      creditsLeft: 100,
      creditsShare: 0.3,
    })
    expect(planCost('x', 3, { perMinute: null, monthCredits: null }, 5)).toMatchObject({
      seconds: null,
      creditsLeft: null,
      creditsShare: null,
    })
    expect(planCost('x', 3, { perMinute: 1, monthCredits: 5 }, 9)).toMatchObject({
      creditsLeft: 0,
      creditsShare: null,
    })
  })
})

const hours = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 420 }), fc.integer({ min: 1, max: 60 })), { maxLength: 8 })
  .map((parts) => unite(parts.map(([from, length]) => run(from, from + length))))

describe('laws of a plan', () => {
  test('every wanted hour is known, in exactly one core, or in a gap; none of the future is', () => {
    fc.assert(
      fc.property(hours, hours, hours, fc.integer({ min: -10, max: 300 }), (wanted, full, empty, reach) => {
        const state = stateOf(within(full, [run(0, 400)]), within(without(empty, full), [run(0, 400)]))
        const plan = planSource(
          [want(wanted, state)],
          { ...COINGECKO, maxHours: 120, reach: at(reach) },
          FRESH,
        )
        const past = within(wanted, [run(0, 401)])
        const cores = plan.windows.map((window) => window.core)
        expect(countHours(unite(cores))).toBe(countHours(cores))
        const lacking = missing(wanted, state)
        expect(without(past, [...cores, ...plan.gaps, ...without(past, lacking)])).toEqual([])
        expect(without(lacking, [...cores, ...plan.gaps])).toEqual([])
        expect(within(cores, plan.gaps)).toEqual([])
        expect(within(cores, [run(401, 9999)])).toEqual([])
      }),
    )
  })

  test('after a perfect answer only the hour that is running is planned again, later with the one before', () => {
    fc.assert(
      fc.property(hours, (wanted) => {
        const first = planSource([want(wanted, stateOf([]))], COINGECKO, FRESH)
        const cores = unite(first.windows.map((window) => window.core))
        const running = within(cores, [run(400, 401)])
        const part = running.map((hour) => hour.from)
        const state = stateOf(within(cores, [run(0, 400)]), [], part)
        const cored = (now: number) =>
          planSource([want(wanted, state)], COINGECKO, { ...FRESH, now }).windows.map((window) => window.core)
        expect(cored(NOW)).toEqual(within(wanted, running))
        const next = within(wanted, [run(400, 402)])
        const asked = within(next, [run(401, 402)]).length > 0 || running.length > 0 ? next : []
        expect(cored(NOW + HOUR_MS)).toEqual(
          asked.length === 0 ? [] : [{ from: asked[0]?.from, to: asked.at(-1)?.to }],
        )
      }),
    )
  })

  test('runs: what is taken away and what is left make the whole', () => {
    fc.assert(
      fc.property(hours, hours, (a, b) => {
        expect(unite([...without(a, b), ...within(a, b)])).toEqual(a)
        expect(within(without(a, b), b)).toEqual([])
      }),
    )
  })
})
