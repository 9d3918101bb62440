import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { hourlyPnl } from '#pnl/hourly/hourly.ts'
import { marksOf } from '#tests/support/ledgers.ts'
import { below, pick, seeded, testSeed } from '#tests/support/random.ts'
import { BEGIN, randomLedger, randomSettings, type Ask, type Ledger } from './random-ledger.ts'
import { lotsOf } from './run.ts'

vi.setConfig({ testTimeout: 3_600_000 })
fc.configureGlobal({ seed: testSeed(65), numRuns: process.env['LONG'] === '1' ? 3000 : 250 })

const FROM = (hourOf(BEGIN) - 24 * HOUR_MS) as Hour
const DAYS = 12
const KINDS: readonly Ask[] = [
  'buy', 'buy', 'sell', 'sell', 'deposit', 'opening', 'withdraw', 'gift', 'income', 'airdrop', 'rebase', 'gas', 'fee',
  'lost', 'split', 'swap', 'cash', 'basket', 'move', 'wrap',
] // prettier-ignore

/** Cumulative hourly PnL of the whole ledger at its end. */
function cumulative({ flows, price }: Ledger, hours: number): number {
  const assets = [
    ...new Set(flows.flatMap(({ asset, feeAsset }) => (feeAsset === null ? [asset] : [asset, feeAsset]))),
  ]
  const series = (asset: AssetId) =>
    marksOf(
      FROM,
      Array.from({ length: hours + 1 }, (_, hour) => price(asset, FROM + hour * HOUR_MS)?.toNumber() ?? NaN),
    )
  const marks = new Map(['aaa' as AssetId, ...assets].map((asset) => [asset, series(asset)]))
  return hourlyPnl({ from: FROM, baseCurrency: 'usd' as Quote, marks, holdings: new Map(), flows }).total.pnl[
    hours
  ] as number
}

describe('the agreement of the two views', () => {
  test('cumulative hourly PnL = realised + unrealised + income − costs + transferred, within 0.01', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = seeded(seed)
        const drawn = randomLedger(random, {
          rows: 1 + below(random, 20),
          complete: true,
          kinds: KINDS,
          days: DAYS,
        })
        // A gift received without a price is undocumented, and the base currency cannot be split.
        const flows = drawn.flows.filter(
          ({ kind, asset }) => !(kind === 'split' && asset.startsWith('fiat:')),
        )
        const hours = (DAYS + pick(random, [1, 45])) * 24
        const ledger = { ...drawn, flows, at: FROM + hours * HOUR_MS }
        const report = lotsOf(ledger, { ...randomSettings(random), oversell: 'short' })
        fc.pre(
          !report.problems.some(({ code }) => code === 'SPLIT_WITHOUT_LOTS' || code === 'UNDOCUMENTED_LOT'),
        )
        const { realised, unrealised, income, costs, transferred, partial } = report.total
        expect(partial).toEqual([])
        const lots =
          Number(realised) + Number(unrealised) + Number(income) - Number(costs) + Number(transferred)
        expect(Math.abs(cumulative(ledger, hours) - lots)).toBeLessThan(0.01)
      }),
    )
  })
})
