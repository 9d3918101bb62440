import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Decimal, ZERO, formatDecimal } from '#core/decimal.ts'
import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { lotViews } from '#pipeline/lots/compute.ts'
import { gainsOf } from '#pipeline/lots/gains.ts'
import { happenedOf, selectView } from '#pipeline/lots/select.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import { DEFAULT_LOT_SETTINGS, type LotSettings } from '#pnl/lots/settings.ts'
import { ASSETS, ledgerArbitrary } from '#tests/support/ledgers.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(67) })

/** Around the turn of a year, so that ledgers have two of them. */
const FROM = Date.UTC(2025, 11, 31) as Hour
const HOURS = 48

const settings = fc.record({
  method: fc.constantFrom('fifo', 'lifo', 'hifo', 'lofo', 'average', 'uk'),
  scope: fc.constantFrom('pooled', 'wallet'),
  fees: fc.constantFrom('basis', 'expense'),
  oversell: fc.constantFrom('report', 'short'),
  gifts: fc.constantFrom('market', 'cost'),
  wraps: fc.constantFrom('move', 'realise'),
  timeZone: fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York'),
})

/** Marks of every hour, but for one asset where `missing`. */
function inputOf(flows: readonly Flow[], missing: boolean): LotInput {
  const price = (asset: AssetId, time: number) =>
    missing && asset === ASSETS[2]
      ? null
      : { price: new Decimal(((time / HOUR_MS) % 97) + 3), quality: 'ok' as const }
  return {
    flows,
    base: 'fiat:usd' as AssetId,
    names: new Map<string, string>(),
    rateAt: () => null,
    markAt: price,
    at: FROM + HOURS * HOUR_MS,
  }
}

const views = fc
  .record({ flows: ledgerArbitrary(FROM, HOURS, 25), settings, missing: fc.boolean() })
  .map(({ flows, settings: chosen, missing }): LotView => {
    const all = { ...DEFAULT_LOT_SETTINGS, ...(chosen as Partial<LotSettings>) }
    const heading = { portfolio: null, baseCurrency: 'usd', timed: true }
    return lotViews(inputOf(flows, missing), [all], heading)[0] as LotView
  })

test('rows of a report say what its sums say, asset by asset', () => {
  fc.assert(
    fc.property(views, ({ report }) => {
      const happened = happenedOf(report)
      for (const row of report.assets) expect(row).toMatchObject(happened(row.asset))
    }),
    { numRuns: 300 },
  )
})

const NAMES = ['realised', 'realisedShort', 'realisedLong', 'income', 'costs', 'unproven', 'fees'] as const

test('years sum to the whole, assets sum to the total', () => {
  fc.assert(
    fc.property(views, (view) => {
      const whole = view.report.total
      const years = [2025, 2026, 2027].map((year) => selectView(view, { year }).report.total)
      const assets = view.report.assets.map(({ asset }) => selectView(view, { assets: [asset] }).report.total)
      for (const name of NAMES) {
        const sum = (totals: readonly Record<(typeof NAMES)[number], string>[]) =>
          totals.reduce((all, total) => all.plus(total[name]), ZERO)
        expect(formatDecimal(sum(years)), name).toBe(whole[name])
        if (name !== 'costs' && name !== 'income' && name !== 'fees')
          expect(formatDecimal(sum(assets)), name).toBe(whole[name])
      }
    }),
    { numRuns: 300 },
  )
})

test('gains by year, asset and term sum to the table', () => {
  fc.assert(
    fc.property(views, (view) => {
      const { rows, years } = gainsOf(view)
      const { total, assets } = view.report
      const sum = (list: readonly (string | null)[]) =>
        formatDecimal(list.reduce<Decimal>((all, text) => all.plus(text ?? 0), ZERO))
      expect(sum(years.map(({ realised }) => realised))).toBe(total.realised)
      expect(sum(years.map(({ realisedLong }) => realisedLong))).toBe(total.realisedLong)
      expect(sum(years.map(({ income }) => income))).toBe(total.income)
      expect(sum(years.map(({ costs }) => costs))).toBe(total.costs)
      expect(sum(years.map(({ unproven }) => unproven))).toBe(total.unproven)
      // A year, asset and term of which something is missing has no sum of its own.
      if (total.partial.length > 0) return
      expect(sum(rows.map(({ gain }) => gain))).toBe(total.realised)
      expect(sum(rows.filter(({ term }) => term === 'long').map(({ gain }) => gain))).toBe(total.realisedLong)
      for (const { asset, realised } of assets)
        expect(sum(rows.filter((row) => row.asset === asset).map(({ gain }) => gain))).toBe(realised)
    }),
    { numRuns: 300 },
  )
})
