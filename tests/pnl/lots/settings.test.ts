import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { lotsOf } from './run.ts'
import { asset, gains, open, parts, report, textLedger } from './text-ledger.ts'

describe('more leaves than there is', () => {
  const rows = `2023-01-01 buy 1 aaa @ 4\n2024-06-01 sell 3 aaa @ 10`
  test('report: the rest is a part without a lot, cost 0, short, unproven, with what to import', () => {
    const lots = report(rows, {}, { aaa: '10' })
    expect(parts(lots, 'f2')).toEqual(['1 of f1 long', '2 of nothing short'])
    expect(lots.disposals[0]).toMatchObject({ undocumented: '2', cost: '4', gain: '26' })
    expect(lots.total).toMatchObject({
      realised: '26',
      realisedShort: '20',
      realisedLong: '6',
      unproven: '20',
    })
    expect(lots.problems).toMatchObject([
      { code: 'UNDOCUMENTED_DISPOSAL', asset: 'aaa', wallet: 'hot', flow: 'f2', quantity: '2' },
    ])
    expect([asset(lots, 'aaa').quantity, lots.incomplete]).toEqual(['0', true])
  })
  test('refuse: nothing is computed, and every place is named', () => {
    expect(() => report(rows, { oversell: 'refuse' })).toThrow(
      expect.objectContaining({ code: 'LOTS_REFUSED', exitCode: 1 }) as Error,
    )
  })
  test('short: opens a lot with negative quantity and cost, which a purchase closes, also when one trade crosses zero', () => {
    const lots = report(`${rows}\n2024-07-01 buy 5 aaa @ 6 fee 5`, { oversell: 'short' }, { aaa: '7' })
    expect(lots.lots[1]).toMatchObject({ id: 'f2', quantity: '-2', remaining: '0' })
    expect(lots.disposals[1]).toMatchObject({
      kind: 'buy',
      quantity: '2',
      proceeds: '20',
      cost: '14',
      gain: '6',
    })
    expect(parts(lots, 'f3')).toEqual(['2 of f2 short'])
    expect(open(lots)).toEqual(['3 aaa @ 7'])
    const still = report(rows, { oversell: 'short' }, { aaa: '7' })
    expect(still.lots[1]).toMatchObject({
      quantity: '-2',
      remaining: '-2',
      remainingCost: '-20',
      unitCost: '10',
    })
    expect(asset(still, 'aaa')).toMatchObject({
      quantity: '-2',
      cost: '-20',
      value: '-14',
      unrealised: '6',
      realised: '6',
    })
  })
  test('covering shorts hifo takes the lowest proceeds first', () => {
    const lots = report(`2024-01-01 sell 1 aaa @ 9\n2024-01-02 sell 1 aaa @ 5\n2024-01-03 buy 1 aaa @ 6`, {
      oversell: 'short',
      method: 'hifo',
    })
    expect(parts(lots, 'f3')).toEqual(['1 of f2 short'])
  })
})

describe('what has no price', () => {
  test('a purchase opens a lot of unknown cost that is no undocumented lot: cost and unrealised are null', () => {
    const lots = report(`2024-01-01 buy 1 aaa\n2024-01-01 buy 1 bbb @ 3`, {}, { bbb: '5' })
    expect(lots.lots[0]).toMatchObject({ unitCost: null, undocumented: false })
    expect(asset(lots, 'aaa')).toMatchObject({ cost: null, unrealised: null, quality: 'missing' })
    expect(lots.total).toMatchObject({ cost: '3', unrealised: '2', value: '5' })
    expect(lots.total.partial).toEqual(['cost', 'value', 'unrealised'])
  })
  test('a held asset without a mark has no value, never 0 and never the cost; one not held needs none', () => {
    const lots = report(`2024-01-01 buy 1 aaa @ 3\n2024-01-01 buy 1 bbb @ 3\n2024-01-02 sell 1 bbb @ 4`)
    expect(asset(lots, 'aaa')).toMatchObject({
      cost: '3',
      value: null,
      unrealised: null,
      mark: null,
      quality: 'missing',
    })
    expect(asset(lots, 'bbb')).toMatchObject({ value: '0', unrealised: '0', quality: 'ok' })
    expect([lots.total.coverage, lots.incomplete]).toEqual([0, true])
  })
  test('a price in a currency whose rate is missing is missing, not undocumented', () => {
    const ledger = textLedger('2024-01-01 deposit 1 aaa @ 3', { aaa: '5' })
    const [flow] = ledger.flows
    const lots = lotsOf({ ...ledger, flows: flow === undefined ? [] : [{ ...flow, priceCurrency: 'chf' }] })
    expect(lots.lots[0]).toMatchObject({ unitCost: null, undocumented: false })
  })
})

describe('specific', () => {
  const rows = `2023-01-01 buy 2 aaa @ 1 tx a:b\n2023-02-01 buy 2 aaa @ 2`.replace('a:b', 'ab')
  const sell = (names: string) =>
    report(`${rows}\n2024-06-01 sell 2 aaa @ 9 lot ${names}`, { method: 'specific' })
  test('draws the lots named by tx or id, and the rest oldest first', () => {
    expect(parts(sell('f2:1'), 'f3')).toEqual(['1 of f2 long', '1 of f1 long'])
    expect(parts(sell('ab:1;f2:1'), 'f3')).toEqual(['1 of f1 long', '1 of f2 long'])
  })
  test.each(['zz:1', 'f2:3', 'f1:2;f2:1', 'f2', 'f2:0', 'f2:-1'])(
    'refuses %s with what is there',
    (names) => {
      expect(() => sell(names)).toThrow(expect.objectContaining({ code: 'LOTS_REFUSED' }) as Error)
    },
  )
})

describe('settings by asset, year and date', () => {
  test('a method may be set per asset and per year', () => {
    const rows = `2022-01-01 buy 1 aaa @ 1\n2022-02-01 buy 3 aaa @ 5\n2023-06-01 sell 1 aaa @ 9\n2024-06-01 sell 1 aaa @ 9`
    const methods = [{ asset: null, year: 2023, method: 'lifo' as const }]
    expect(gains(report(rows, { methods }))).toEqual(['4', '8'])
    const other = [{ asset: 'bbb' as AssetId, year: null, method: 'lifo' as const }]
    expect(gains(report(rows, { methods: other }))).toEqual(['8', '4'])
    const average = [{ asset: 'aaa' as AssetId, year: 2023, method: 'average' as const }]
    expect(gains(report(rows, { methods: average }))).toEqual(['5', '5'])
  })
  test('pooled until a date and by wallet from it, with the allocation listed', () => {
    const rows = `2023-01-01 buy 1 aaa @ 1\n2023-02-01 buy 2 aaa @ 5 in cold\n2024-06-01 transfer -1 aaa in cold tx t\n2024-06-01 transfer 1 aaa tx t\n2025-06-01 sell 1 aaa @ 9`
    const lots = report(rows, { walletFrom: Date.UTC(2025, 0, 1) })
    expect(lots.allocation.map(({ lot, wallet, quantity, cost }) => [lot, wallet, quantity, cost])).toEqual([
      ['f1', 'cold', '1', '1'],
      ['f2', 'hot', '2', '10'],
    ])
    expect(gains(lots)).toEqual(['4'])
  })
})

describe('divisions', () => {
  test('keep 28 significant digits, half-even, and parts of a lot sum to the lot, the remainder to the last part', () => {
    const lots = report(
      `2023-01-01 buy 3 aaa @ 0.5 fee 8.5\n2024-06-01 sell 1 aaa @ 9\n2024-06-02 sell 1 aaa @ 9\n2024-06-03 sell 1 aaa @ 9`,
    )
    expect(lots.disposals.map(({ cost }) => cost)).toEqual([
      '3.333333333333333333333333333',
      '3.333333333333333333333333333',
      '3.333333333333333333333333334',
    ])
    expect(lots.lots[0]?.unitCost).toBe('3.333333333333333333333333333')
  })
  test('an empty ledger is an empty report', () => {
    const lots = report('')
    expect([lots.lots, lots.disposals, lots.assets, lots.problems, lots.incomplete]).toEqual([
      [],
      [],
      [],
      [],
      false,
    ])
    expect(lots.total).toMatchObject({ realised: '0', coverage: 1, partial: [] })
  })
  test('10^30 units and 77 decimals stay exact', () => {
    const huge = `1${'0'.repeat(30)}`
    const tiny = `0.${'0'.repeat(76)}1`
    const lots = report(`2023-01-01 buy ${huge} aaa @ 1\n2023-01-02 buy ${tiny} aaa @ 1`)
    expect(asset(lots, 'aaa').quantity).toBe(`${huge}.${'0'.repeat(76)}1`)
  })
})
