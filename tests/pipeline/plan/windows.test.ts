import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { endOfNow } from '#pipeline/plan/missing.ts'
import { countHours, unite, within, without, type HourRun } from '#pipeline/plan/runs.ts'
import { windowsFor, type Window, type WindowLimits } from '#pipeline/plan/windows.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(20261020) })

const T0 = Date.UTC(2026, 0, 1) as Hour
const at = (hour: number): Hour => (T0 + hour * HOUR_MS) as Hour
const run = (from: number, to: number): HourRun => ({ from: at(from), to: at(to) })
const hoursOf = (window: Window) => (hourOf(window.to + HOUR_MS - 1) - window.from) / HOUR_MS

const COINGECKO = { maxHours: 2160, minHours: 48, reach: null }

describe('windows', () => {
  test('seven days and a part of an hour are one request, a day of padding before, none after now', () => {
    const now = at(192) + 5 * 60_000
    const [window, ...others] = windowsFor([run(0, 193)], { ...COINGECKO, now })
    expect(others).toEqual([])
    expect(window).toEqual({ from: at(-24), to: now, core: run(0, 193) })
  })

  test('one missing hour in the past is widened to what is answered hourly', () => {
    const [window] = windowsFor([run(100, 101)], { ...COINGECKO, minHours: 60, now: at(5000) })
    expect(window).toEqual({ from: at(65), to: at(125), core: run(100, 101) })
  })

  test('two holes within one window cost one call, with what is known between them', () => {
    expect(windowsFor([run(0, 2), run(500, 503)], { ...COINGECKO, now: at(9000) })).toEqual([
      { from: at(-24), to: at(527), core: run(0, 503) },
    ])
  })

  test('a year is five requests of at most 90 days, each of which sees a day around its core', () => {
    const windows = windowsFor([run(0, 8760)], { ...COINGECKO, now: at(8760) })
    expect(windows).toHaveLength(5)
    for (const [index, window] of windows.entries()) {
      expect(window.from).toBe(window.core.from - 24 * HOUR_MS)
      if (index < 4) expect(window.to).toBe(window.core.to + 24 * HOUR_MS)
    }
  })

  test('nothing is asked for before the reach, not even to judge by', () => {
    const [window] = windowsFor([run(10, 12)], { ...COINGECKO, reach: at(5), now: at(900) })
    expect(window).toEqual({ from: at(5), to: at(53), core: run(10, 12) })
  })
})

/** Some runs, limits, and a now: small numbers, so that borders are met often. */
const cases = fc.record({
  hours: fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 }),
  maxHours: fc.integer({ min: 1, max: 160 }),
  minShare: fc.double({ min: 0, max: 1, noNaN: true }),
  reach: fc.option(fc.integer({ min: -40, max: 0 }), { nil: null }),
  now: fc.integer({ min: 400 * 60 + 1, max: 440 * 60 }),
})
type Case = { runs: HourRun[]; limits: WindowLimits }
const caseOf = (value: typeof cases extends fc.Arbitrary<infer T> ? T : never): Case => ({
  runs: unite(value.hours.map((hour) => run(hour, hour + 1))),
  limits: {
    maxHours: value.maxHours,
    minHours: Math.max(1, Math.floor(value.maxHours * value.minShare)),
    reach: value.reach === null ? null : at(value.reach),
    now: T0 + value.now * 60_000,
  },
})

/** The fewest windows by trying: every start of a missing hour, every length that is allowed. */
function fewest({ runs, limits }: Case): number {
  const pad = Math.min(24, Math.floor((limits.maxHours - 1) / 2))
  const limit = endOfNow(limits.now)
  const hours = runs.flatMap((part) =>
    Array.from({ length: (part.to - part.from) / HOUR_MS }, (_, index) => part.from + index * HOUR_MS),
  )
  const best: number[] = new Array<number>(hours.length + 1).fill(Infinity)
  best[hours.length] = 0
  for (let first = hours.length - 1; first >= 0; first--) {
    const from = Math.max(limits.reach ?? -Infinity, (hours[first] as number) - pad * HOUR_MS)
    for (let last = first; last < hours.length; last++) {
      const to = Math.min(limit, (hours[last] as number) + HOUR_MS + pad * HOUR_MS)
      if ((to - from) / HOUR_MS > limits.maxHours) break
      best[first] = Math.min(best[first] as number, 1 + (best[last + 1] as number))
    }
  }
  return best[0] as number
}

describe('laws of windows', () => {
  test('every missing hour is in exactly one core, and cores are disjoint', () => {
    fc.assert(
      fc.property(cases, (value) => {
        const { runs, limits } = caseOf(value)
        const cores = windowsFor(runs, limits).map((window) => window.core)
        expect(without(runs, cores)).toEqual([])
        expect(countHours(unite(cores))).toBe(countHours(cores))
        for (const core of cores) expect(within([core], runs).length).toBeGreaterThan(0)
      }),
    )
  })

  test('no window is longer than allowed, reaches too far back, or into the future', () => {
    fc.assert(
      fc.property(cases, (value) => {
        const { runs, limits } = caseOf(value)
        for (const window of windowsFor(runs, limits)) {
          expect(hoursOf(window)).toBeLessThanOrEqual(limits.maxHours)
          expect(window.from).toBeGreaterThanOrEqual(limits.reach ?? -Infinity)
          expect(window.to).toBeLessThanOrEqual(limits.now)
          expect(window.from).toBeLessThanOrEqual(window.core.from)
          expect(Math.ceil(window.to / HOUR_MS) * HOUR_MS).toBeGreaterThanOrEqual(window.core.to)
        }
      }),
    )
  })

  test('a window is as long as the provider needs wherever there is room', () => {
    fc.assert(
      fc.property(cases, (value) => {
        const { runs, limits } = caseOf(value)
        const room = limits.reach === null ? Infinity : (endOfNow(limits.now) - limits.reach) / HOUR_MS
        for (const window of windowsFor(runs, limits))
          expect(hoursOf(window)).toBeGreaterThanOrEqual(Math.min(limits.minHours, room))
      }),
    )
  })

  test('there are no fewer windows that do', () => {
    fc.assert(
      fc.property(cases, (value) => {
        const { runs, limits } = caseOf(value)
        expect(windowsFor(runs, limits)).toHaveLength(fewest({ runs, limits }))
      }),
    )
  })
})
