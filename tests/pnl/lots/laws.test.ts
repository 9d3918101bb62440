import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { DAY_MS } from '#core/hour.ts'
import { prepareLots } from '#pnl/lots/lots.ts'
import { textOf } from '#pnl/lots/exact.ts'
import type { AssetRow, LotReport } from '#pnl/lots/report.ts'
import { METHODS } from '#pnl/lots/settings.ts'
import { below, seeded, testSeed } from '#tests/support/random.ts'
import { BASE, BEGIN, randomLedger, randomSettings, type Ask, type Ledger } from './random-ledger.ts'
import { inputOf, lotsOf } from './run.ts'

vi.setConfig({ testTimeout: 3_600_000 })
fc.configureGlobal({ seed: testSeed(66), numRuns: process.env['LONG'] === '1' ? 2000 : 200 })

const seeds = fc.integer({ min: 0, max: 2 ** 31 })
const ledgerOf = (seed: number, rows = 24, kinds?: readonly Ask[]): Ledger =>
  randomLedger(seeded(seed), {
    rows: 1 + below(seeded(seed + 1), rows),
    complete: true,
    ...(kinds && { kinds }),
  })

const dec = (text: string | null | undefined) => new Decimal(text ?? NaN)
const total = (texts: readonly (string | null)[]) =>
  texts.reduce((sum, text) => sum.plus(dec(text)), new Decimal(0))
const close = (a: Decimal, b: Decimal, size: Decimal | number, what = '') => {
  const bound = new Decimal(size).abs().plus(1).times('1e-18')
  if (!a.minus(b).abs().lte(bound)) expect(`${what} ${a.toFixed()}`).toBe(`${what} ${b.toFixed()}`)
}
const FIGURES = ['quantity', 'cost', 'realised', 'realisedShort', 'realisedLong', 'unrealised', 'income', 'costs', 'transferred'] as const // prettier-ignore
const figures = (row: AssetRow) => FIGURES.map((name) => row[name])
const turnover = (report: LotReport) =>
  report.disposals.reduce(
    (sum, row) => sum.plus(dec(row.proceeds).abs()).plus(dec(row.cost).abs()),
    new Decimal(10),
  )

describe('laws of lots', () => {
  test('quantities are conserved: what lots hold is what flowed, fees and losses on the way included', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ledger = ledgerOf(seed)
        const report = lotsOf(ledger, { ...randomSettings(seeded(seed)), oversell: 'short' })
        fc.pre(!report.problems.some(({ code }) => code === 'SPLIT_WITHOUT_LOTS'))
        for (const row of report.assets) {
          const flowed = ledger.flows
            .filter(({ asset }) => asset === row.asset)
            .map(({ quantity }) => quantity)
          const fees = ledger.flows.filter(({ feeAsset }) => feeAsset === row.asset).map(({ fee }) => fee)
          const expected = total(flowed).minus(total(fees))
          const lots = total(
            report.lots.filter(({ asset }) => asset === row.asset).map((lot) => lot.remaining),
          )
          close(dec(row.quantity), expected, expected, row.asset)
          close(lots, expected, expected, row.asset)
        }
      }),
    )
  })

  test('cost in is cost out and cost left', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ledger = ledgerOf(seed)
        const settings = {
          ...randomSettings(seeded(seed)),
          oversell: 'report' as const,
          wraps: 'move' as const,
        }
        const report = lotsOf(ledger, settings)
        const entries = prepareLots(inputOf(ledger)).components.flat()
        const costs = entries
          .filter(({ role, undocumented }) => role === 'in' && !undocumented)
          .flatMap((entry) => {
            const fees =
              entry.joins && settings.fees === 'basis' ? entry.charges.map(({ value }) => value) : []
            return [entry.value, ...fees].map((value) => (value === null ? null : textOf(value)))
          })
        const out = total([...report.disposals, ...report.leaves].map(({ cost }) => cost))
        const left = total(report.assets.map(({ cost }) => cost))
        close(out.plus(left), total(costs), total(costs))
      }),
    )
  })

  test('parts sum to their disposal, exactly', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const row of lotsOf(ledgerOf(seed), randomSettings(seeded(seed))).disposals) {
          for (const name of ['quantity', 'proceeds', 'cost', 'gain'] as const) {
            expect(total(row.parts.map((part) => part[name])).toFixed()).toBe(dec(row[name]).toFixed())
          }
          expect(dec(row.proceeds).minus(dec(row.cost)).toFixed()).toBe(dec(row.gain).toFixed())
        }
      }),
    )
  })

  test('every lot that a part names is listed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const report = lotsOf(ledgerOf(seed), randomSettings(seeded(seed)))
        const listed = new Set<string | null>(report.lots.map(({ id }) => id)).add(null)
        const named = [...report.disposals, ...report.leaves].flatMap(({ flow, parts }) =>
          parts.map(({ lot }) => ({ flow, lot })),
        )
        expect(named.filter(({ lot }) => !listed.has(lot))).toEqual([])
      }),
    )
  })

  test('pooled and wallet scope agree when every flow names the same wallet', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = ledgerOf(seed)
        const ledger = { ...drawn, flows: drawn.flows.map((flow) => ({ ...flow, wallet: 'hot' })) }
        const settings = { ...randomSettings(seeded(seed)), walletFrom: null }
        const [pooled, wallet] = (['pooled', 'wallet'] as const).map((scope) =>
          lotsOf(ledger, { ...settings, scope }),
        )
        expect(wallet?.assets).toEqual(pooled?.assets)
        expect(wallet?.total).toEqual(pooled?.total)
        expect(wallet?.disposals).toEqual(pooled?.disposals)
      }),
    )
  })

  test('fifo, lifo, hifo, lofo and average gain the same when all unit costs are equal', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = ledgerOf(seed, 24, ['buy', 'buy', 'sell'])
        const flows = drawn.flows.map((flow) => {
          const unitPrice = flow.kind === 'buy' ? '7' : flow.unitPrice
          return { ...flow, unitPrice, fee: null, feeAsset: null }
        })
        const gains = (['fifo', 'lifo', 'hifo', 'lofo', 'average'] as const).map(
          (method) => lotsOf({ ...drawn, flows }, { method }).total,
        )
        for (const gain of gains) close(dec(gain.realised), dec(gains[0]?.realised), dec(gain.realised))
        for (const gain of gains) close(dec(gain.unrealised), dec(gains[0]?.unrealised), dec(gain.unrealised))
      }),
    )
  })

  test("of one disposal of long lots of known cost hifo's gain is the least, lofo's the most", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 5000 }), (seed, size) => {
        const drawn = ledgerOf(seed, 20, ['buy'])
        const flows = drawn.flows.map((flow) => ({
          ...flow,
          asset: 'aaa' as AssetId,
          fee: null,
          feeAsset: null,
        }))
        const held = total(flows.map(({ quantity }) => quantity))
        const time = BEGIN + 2000 * DAY_MS
        const sale = { ...(flows[0] as Flow), id: 'sale', line: 9999, kind: 'sell' as const, unitPrice: '9', time, quantity: `-${Decimal.min(held, size).toFixed()}` } // prettier-ignore
        const gain = (method: (typeof METHODS)[number]) => {
          const report = lotsOf({ ...drawn, flows: [...flows, sale], at: time }, { method })
          expect(report.disposals[0]?.parts.every(({ term }) => term === 'long')).toBe(true)
          return dec(report.total.realised)
        }
        for (const method of METHODS) {
          expect(gain('hifo').lte(gain(method).plus('1e-15')), method).toBe(true)
          expect(gain('lofo').gte(gain(method).minus('1e-15')), method).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('rows may come in any order', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ledger = ledgerOf(seed)
        const settings = randomSettings(seeded(seed))
        const random = seeded(seed + 2)
        const shuffled = [...ledger.flows].sort(() => random() - 0.5)
        expect(lotsOf({ ...ledger, flows: shuffled }, settings)).toEqual(lotsOf(ledger, settings))
      }),
    )
  })

  test('a flow split in two of the same second, its fee alike, leaves every total', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ledger = ledgerOf(seed, 24, [
          'buy',
          'sell',
          'income',
          'gas',
          'withdraw',
          'gift',
          'lost',
          'deposit',
          'airdrop',
        ])
        const flows = ledger.flows.flatMap((flow, index) => {
          // Between the halves of one that leaves at cost, a fee in a token may meet other lots.
          if (index % 3 > 0 || flow.feeAsset !== null) return [flow]
          const half = {
            quantity: new Decimal(flow.quantity).div(2).toFixed(),
            fee: flow.fee === null ? null : new Decimal(flow.fee).div(2).toFixed(),
          }
          return [
            { ...flow, ...half },
            { ...flow, ...half, id: `${flow.id}b`, line: (flow.line ?? 0) + 0.5 },
          ]
        })
        const settings = { ...randomSettings(seeded(seed)), methods: [] }
        const whole = lotsOf(ledger, settings)
        const halves = lotsOf({ ...ledger, flows }, settings)
        halves.assets.forEach((row, index) => {
          const expected = figures(whole.assets[index] as AssetRow)
          figures(row).forEach((text, at) =>
            close(dec(text), dec(expected[at]), turnover(whole), FIGURES[at]),
          )
        })
      }),
    )
  })

  test('prices, marks and base-currency fees times a power of ten scale every gain', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: -6, max: 6 }), (seed, exponent) => {
        const factor = new Decimal(10).pow(exponent)
        const ledger = ledgerOf(seed)
        const money = (text: string | null) => (text === null ? null : dec(text).times(factor).toFixed())
        const scaled: Ledger = {
          ...ledger,
          price: (asset, time) => ledger.price(asset, time)?.times(asset === BASE ? 1 : factor) ?? null,
          flows: ledger.flows.map((flow) => ({
            ...flow,
            quantity: flow.asset === BASE ? (money(flow.quantity) as string) : flow.quantity,
            unitPrice: money(flow.unitPrice),
            fee: flow.feeAsset === null ? money(flow.fee) : flow.fee,
          })),
        }
        const settings = randomSettings(seeded(seed))
        const before = lotsOf(ledger, settings)
        const after = lotsOf(scaled, settings)
        after.assets.forEach((row, index) => {
          const plain = before.assets[index] as AssetRow
          for (const name of [
            'cost',
            'realised',
            'realisedShort',
            'realisedLong',
            'unrealised',
            'income',
            'costs',
            'transferred',
          ] as const) {
            const expected = dec(plain[name]).times(factor)
            close(dec(row[name]).div(factor), expected.div(factor), turnover(before), name)
          }
        })
      }),
    )
  })
})
