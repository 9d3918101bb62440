import { describe, expect, test } from 'vitest'
import { asset, open, parts, report } from './text-ledger.ts'

describe('order of use', () => {
  test('of one second, what comes in goes first, then transfer, convert, split, then what goes out', () => {
    const lots = report(`2024-01-01 sell 1 aaa @ 9\n2024-01-01 split 1 aaa\n2024-01-01 buy 1 aaa @ 4`)
    expect(parts(lots, 'f1')).toEqual(['1 of f3 short'])
    expect(open(lots)).toEqual(['1 aaa @ 2'])
  })
  test('no lot opened after a disposal is used for it, whatever the order of rows', () => {
    expect(parts(report(`2024-01-02 buy 1 aaa @ 4\n2024-01-01 sell 1 aaa @ 9`), 'f2')).toEqual([
      '1 of nothing short',
    ])
  })
  test('a fee follows right after its row', () => {
    // The fee of the first sale takes the rest of the old lot, before the second sale can.
    const lots = report(`2023-01-01 buy 2 aaa @ 1\n2023-02-01 buy 2 aaa @ 5
      2024-01-01 sell 1 aaa @ 9 fee 1 aaa\n2024-01-01 sell 1 aaa @ 9`)
    expect(parts(lots, 'f3', 'fee')).toEqual(['1 of f1 short'])
    expect(parts(lots, 'f4')).toEqual(['1 of f2 short'])
  })
  test('hifo and lofo take the older first on equal cost, and lots of unknown cost last', () => {
    const rows = `2023-01-01 deposit 1 aaa\n2023-02-01 buy 1 aaa @ 5\n2023-03-01 buy 1 aaa @ 5\n2023-04-01 buy 1 aaa @ 4\n2024-06-01 sell 4 aaa @ 9`
    expect(parts(report(rows, { method: 'hifo' }), 'f5').map((part) => part.slice(5, 7))).toEqual([
      'f2',
      'f3',
      'f4',
      'f1',
    ])
    expect(parts(report(rows, { method: 'lofo' }), 'f5').map((part) => part.slice(5, 7))).toEqual([
      'f4',
      'f2',
      'f3',
      'f1',
    ])
  })
  test('hifo counts fees as the setting says: a fee can make the cheaper purchase the dearer lot', () => {
    const rows = `2023-01-01 buy 1 aaa @ 5\n2023-02-01 buy 1 aaa @ 4 fee 2\n2024-06-01 sell 1 aaa @ 9`
    expect(parts(report(rows, { method: 'hifo' }), 'f3')).toEqual(['1 of f2 long'])
    expect(parts(report(rows, { method: 'hifo', fees: 'expense' }), 'f3')).toEqual(['1 of f1 long'])
  })
})

describe('average', () => {
  const rows = `2023-01-01 buy 1 aaa @ 2\n2024-05-01 buy 3 aaa @ 6`
  test("cost is the pool's at that moment, quantities and dates are drawn oldest first", () => {
    const lots = report(`${rows}\n2024-06-01 sell 2 aaa @ 9`, { method: 'average' })
    expect(lots.disposals[0]).toMatchObject({ cost: '10', gain: '8' })
    expect(parts(lots, 'f3')).toEqual(['1 of f1 long', '1 of f2 short'])
    expect(open(lots)).toEqual(['2 aaa @ 5'])
  })
  test('a transfer takes the average of the pool that it leaves and blends into the one it joins, dates kept', () => {
    const lots = report(
      `${rows}\n2024-05-02 buy 1 aaa @ 10 in cold
       2024-05-03 transfer -1 aaa tx t\n2024-05-03 transfer 1 aaa in cold tx t\n2024-06-01 sell 2 aaa @ 9 in cold`,
      { method: 'average', scope: 'wallet' },
    )
    expect(lots.disposals[0]).toMatchObject({ cost: '15' })
    expect(parts(lots, 'f6')).toEqual(['1 of f5 long', '1 of f3 short'])
    expect(asset(lots, 'aaa').cost).toBe('15')
  })
})

describe('undocumented lots', () => {
  test('have no unit cost; drawn, their cost counts as 0 and their gain is unproven', () => {
    const lots = report(`2024-01-01 deposit 2 aaa\n2024-02-01 sell 1 aaa @ 9`, {}, { aaa: '10' })
    expect(lots.lots[0]).toMatchObject({ unitCost: null, remainingCost: null, undocumented: true })
    expect(lots.disposals[0]).toMatchObject({ cost: '0', gain: '9', undocumented: '1' })
    expect(lots.total).toMatchObject({ realised: '9', unproven: '9' })
    expect(lots.incomplete).toBe(true)
  })
  test('while open, cost, average cost and unrealised cover the documented part and the quality is missing', () => {
    const lots = report(`2024-01-01 deposit 2 aaa\n2024-02-01 buy 3 aaa @ 9`, {}, { aaa: '10' })
    expect(asset(lots, 'aaa')).toMatchObject({ quantity: '5', cost: '27', averageCost: '9', unrealised: '3', value: '50', quality: 'missing' }) // prettier-ignore
  })
  test('a deposit, an opening, a gift received open at the unit price given, which is their cost basis', () => {
    const lots = report(
      `2024-01-01 deposit 1 aaa @ 2\n2024-01-01 opening 1 aaa @ 3\n2024-01-01 gift 1 aaa @ 0`,
      {},
      { aaa: '10' },
    )
    expect(open(lots)).toEqual(['1 aaa @ 2', '1 aaa @ 3', '1 aaa @ 0'])
    expect(asset(lots, 'aaa')).toMatchObject({
      income: '0',
      transferred: '-25',
      unrealised: '25',
      quality: 'ok',
    })
  })
})

describe('term', () => {
  const sold = (bought: string, day: string, settings = {}) =>
    parts(report(`${bought} buy 1 aaa @ 1\n${day} sell 1 aaa @ 2`, settings), 'f2')[0]
      ?.split(' ')
      .at(-1)
  test('is long when the day of disposal is later than the day of acquisition one calendar year on', () => {
    expect(sold('2023-05-10T23:59', '2024-05-10T00:01')).toBe('short')
    expect(sold('2023-05-10T00:01', '2024-05-10T23:59')).toBe('short')
    expect(sold('2023-05-10T23:59', '2024-05-11T00:00')).toBe('long')
    expect(sold('2024-02-29', '2025-02-28')).toBe('short')
    expect(sold('2024-02-29', '2025-03-01')).toBe('long')
  })
  test('of N days is long when held N × 24 hours or more', () => {
    expect(sold('2024-01-01T12:00', '2024-01-31T11:59', { longTerm: { days: 30 } })).toBe('short')
    expect(sold('2024-01-01T12:00', '2024-01-31T12:00', { longTerm: { days: 30 } })).toBe('long')
  })
  test('counts days in the time zone', () => {
    expect(sold('2023-05-10T12:00', '2024-05-10T23:30', { timeZone: 'Europe/Berlin' })).toBe('long')
  })
})

describe('fees', () => {
  test('basis: what a purchase cost joins the lot, what a sale cost lowers the proceeds; expense: both are kept apart', () => {
    const rows = `2024-01-01 buy 2 aaa @ 10 fee 3\n2024-02-01 sell 1 aaa @ 20 fee 1`
    const joined = report(rows, {}, { aaa: '20' })
    expect(joined.disposals[0]).toMatchObject({ proceeds: '19', cost: '11.5', fees: '1' })
    expect(joined.total).toMatchObject({ costs: '0', fees: '0' })
    const apart = report(rows, { fees: 'expense' }, { aaa: '20' })
    expect(apart.disposals[0]).toMatchObject({ proceeds: '20', cost: '10', fees: '0' })
    expect(apart.total).toMatchObject({ costs: '4', fees: '4' })
    expect(asset(apart, 'aaa').costs).toBe('4')
  })
  test('a fee in a token is a disposal of that token at its market value, of kind fee, and counted once', () => {
    const rows = `2024-01-01 buy 1 eth @ 100\n2024-02-01 buy 2 aaa @ 10 fee 0.5 eth`
    const joined = report(rows, {}, { eth: '120', aaa: '10' })
    expect(joined.disposals).toMatchObject([
      { flow: 'f2', kind: 'fee', asset: 'eth', quantity: '0.5', proceeds: '60', cost: '50' },
    ])
    expect(open(joined)).toEqual(['0.5 eth @ 100', '2 aaa @ 40'])
    expect(joined.total.costs).toBe('0')
    const apart = report(rows, { fees: 'expense' }, { eth: '120', aaa: '10' })
    expect(open(apart)).toEqual(['0.5 eth @ 100', '2 aaa @ 10'])
    expect([asset(apart, 'aaa').costs, asset(apart, 'eth').costs]).toEqual(['60', '0'])
  })
  test('a gas row of an exchange joins the leg of its own asset, else the leg bought, else the leg sold', () => {
    const swap = (
      gas: string,
    ) => `2024-01-01 buy 9 eth @ 100\n2024-01-01 buy 9 aaa @ 1\n2024-01-01 buy 9 sol @ 5
      2024-02-01 sell 1 eth tx s\n2024-02-01 buy 100 bbb @ 1 tx s\n2024-02-01 gas 1 ${gas} tx s`
    const marks = { eth: '100', aaa: '1', bbb: '1', sol: '5' }
    const own = report(swap('eth'), {}, marks)
    expect(own.disposals.find(({ kind }) => kind === 'sell')).toMatchObject({ proceeds: '0', fees: '100' })
    const bought = report(swap('sol'), {}, marks)
    expect(open(bought)).toContain('100 bbb @ 1.05')
    const sale = report(
      `2024-01-01 buy 9 aaa @ 1\n2024-02-01 sell 1 aaa tx s\n2024-02-01 buy 7 usd tx s\n2024-02-01 fee 2 usd tx s`,
    )
    expect(sale.disposals[0]).toMatchObject({ proceeds: '5', fees: '2' })
  })
  test('on any other row a fee joins nothing and is a cost', () => {
    const lots = report(`2024-01-01 buy 9 aaa @ 1\n2024-02-01 deposit 1 bbb @ 4 fee 2 aaa\n2024-02-01 withdraw 1 aaa fee 3`, {}, { aaa: '1', bbb: '4' }) // prettier-ignore
    expect([asset(lots, 'bbb').costs, asset(lots, 'aaa').costs, lots.total.costs]).toEqual(['2', '3', '5'])
    expect(open(lots)).toContain('1 bbb @ 4')
  })
  test('market value of gas is its own price, else the mark, else the unit value of the same token in the same tx', () => {
    const value = (gas: string, marks: Record<string, string>) =>
      report(
        `2024-01-01 buy 9 aaa @ 1\n2024-02-01 sell 4 aaa tx s\n2024-02-01 buy 20 usd tx s\n${gas}`,
        {},
        marks,
      ).disposals.find(({ kind }) => kind === 'gas')?.proceeds
    expect(value('2024-02-01 gas 1 aaa @ 0 tx s', { aaa: '3' })).toBe('0')
    expect(value('2024-02-01 gas 1 aaa tx s', { aaa: '3' })).toBe('3')
    expect(value('2024-02-01 gas 1 aaa tx s', {})).toBe('5')
    expect(value('2024-02-01 gas 1 aaa', {})).toBeNull()
  })
})

describe('the base currency', () => {
  test('has no lots: its legs only price an exchange, a fee row in it counts in the total alone', () => {
    const lots = report(
      `2024-01-01 deposit 100 usd\n2024-01-02 sell 100 usd tx a\n2024-01-02 buy 4 aaa tx a\n2024-01-03 fee 5 usd`,
      {},
      { aaa: '25' },
    )
    expect(lots.assets.map((row) => row.asset)).toEqual(['aaa'])
    expect(open(lots)).toEqual(['4 aaa @ 25'])
    expect(lots.total.costs).toBe('5')
  })
  test('a fee column on its leg goes on to the leg bought, else sold', () => {
    const lots = report(`2024-01-02 sell 100 usd fee 4 tx a\n2024-01-02 buy 4 aaa tx a`)
    expect(open(lots)).toEqual(['4 aaa @ 26'])
  })
})
