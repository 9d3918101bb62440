import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { lotsOf } from './run.ts'
import { asset, gains, open, parts, report, textLedger } from './text-ledger.ts'

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

describe('transfers', () => {
  const rows = `2023-01-01 buy 1 aaa @ 1\n2023-02-01 buy 1 aaa @ 2\n2024-06-01 transfer -1.5 aaa tx t\n2024-06-01 transfer 1.4 aaa in cold tx t`
  test('between own wallets lots move with cost and dates; what is lost on the way is a disposal and a cost at its mark', () => {
    const lots = report(rows, { scope: 'wallet' }, { aaa: '10' })
    expect(open(lots)).toEqual(['1 aaa @ 1 in cold', '0.5 aaa @ 2 in hot', '0.4 aaa @ 2 in cold'])
    expect(lots.lots.find(({ wallet }) => wallet === 'cold')).toMatchObject({ opened: Date.UTC(2023, 0, 1, 12), from: { flow: 'f1', source: 'flows.csv:2' }, movedFrom: 'f1' }) // prettier-ignore
    expect(lots.disposals).toMatchObject([
      { kind: 'fee', wallet: 'hot', quantity: '0.1', proceeds: '1', cost: '0.2' },
    ])
    expect(asset(lots, 'aaa')).toMatchObject({ costs: '1', transferred: '0' })
    expect(lots.problems).toEqual([])
  })
  test('under pooled a pair changes nothing, and a single wallet may be overdrawn without a problem', () => {
    const lots = report(
      `2023-01-01 buy 1 aaa @ 1\n2024-01-01 transfer -3 aaa in cold tx t\n2024-01-01 transfer 3 aaa tx t`,
      {},
      { aaa: '10' },
    )
    expect(lots.problems).toEqual([])
    expect(open(lots)).toEqual(['1 aaa @ 1'])
  })
  test("between its legs what moves is in transit, and still the portfolio's", () => {
    const text = `2023-01-01 buy 1 aaa @ 1\n2024-01-01 transfer -1 aaa tx t\n2024-01-09 transfer 1 aaa in cold tx t`
    const lots = report(text, { scope: 'wallet' }, { aaa: '10' }, '2024-01-05T00:00Z')
    expect(open(lots)).toEqual(['1 aaa @ 1 in in-transit'])
    expect(asset(lots, 'aaa').quantity).toBe('1')
  })
  test('unpaired, what leaves leaves at cost and is listed', () => {
    const lots = report(
      `2023-01-01 buy 2 aaa @ 1\n2024-01-01 withdraw 1 aaa\n2024-01-02 transfer -1 aaa`,
      {},
      { aaa: '10' },
    )
    expect(lots.problems.map(({ code, flow }) => `${code} ${flow ?? ''}`)).toEqual([
      'UNPAIRED_TRANSFER f2',
      'UNPAIRED_TRANSFER f3',
    ])
    expect(lots.disposals).toEqual([])
    expect(asset(lots, 'aaa')).toMatchObject({ realised: '0', transferred: '18' })
    expect(lots.incomplete).toBe(false)
  })
  test('without a mark what was transferred is null, and nothing else', () => {
    const row = asset(report(`2023-01-01 buy 2 aaa @ 1\n2024-01-01 withdraw 2 aaa`), 'aaa')
    expect(row).toMatchObject({
      transferred: null,
      realised: '0',
      cost: '0',
      unrealised: '0',
      income: '0',
      costs: '0',
      quality: 'ok',
    })
  })
})

describe('kinds', () => {
  test('income and airdrop open at market, or their own price, and count as income', () => {
    const lots = report(`2024-01-01 income 1 aaa\n2024-01-01 airdrop 1 aaa @ 3`, {}, { aaa: '10' })
    expect(open(lots)).toEqual(['1 aaa @ 10', '1 aaa @ 3'])
    expect(asset(lots, 'aaa').income).toBe('13')
  })
  test('a rebase opens at market as income, or takes from all lots in proportion as a cost at market', () => {
    const lots = report(
      `2023-01-01 buy 1 aaa @ 1\n2024-01-01 buy 3 aaa @ 2\n2024-06-01 rebase -2 aaa\n2024-06-02 rebase 1 aaa`,
      {},
      { aaa: '10' },
    )
    expect(parts(lots, 'f3')).toEqual(['0.5 of f1 long', '1.5 of f2 short'])
    expect(lots.disposals[0]).toMatchObject({ proceeds: '20', cost: '3.5' })
    expect(asset(lots, 'aaa')).toMatchObject({ costs: '20', income: '10' })
  })
  test('what is lost is a disposal with proceeds 0; gas at market is a disposal and a cost', () => {
    const lots = report(
      `2023-01-01 buy 4 aaa @ 1\n2024-06-01 lost 1 aaa\n2024-06-02 gas 1 aaa`,
      {},
      { aaa: '10' },
    )
    expect(gains(lots)).toEqual(['-1', '9'])
    expect(asset(lots, 'aaa')).toMatchObject({ costs: '10', realised: '8' })
  })
  test('a gift given is a disposal at market, or leaves at cost', () => {
    const rows = `2023-01-01 buy 1 aaa @ 1\n2024-06-01 gift -1 aaa`
    expect(report(rows, {}, { aaa: '10' }).disposals).toMatchObject([{ kind: 'gift', gain: '9' }])
    const atCost = report(rows, { gifts: 'cost' }, { aaa: '10' })
    expect([
      atCost.disposals.length,
      atCost.leaves[0]?.cost,
      atCost.total.transferred,
      atCost.problems.length,
    ]).toEqual([0, '1', '9', 0])
  })
  test('a split scales the lots of its own wallet under wallet, of the asset under pooled; cost and dates stay', () => {
    const rows = `2023-01-01 buy 1 aaa @ 6\n2023-01-02 buy 1 aaa @ 8 in cold\n2024-06-01 split 2 aaa`
    expect(open(report(rows, { scope: 'wallet' }))).toEqual(['3 aaa @ 2 in hot', '1 aaa @ 8 in cold'])
    const pooled = report(rows)
    expect(open(pooled)).toEqual(['2 aaa @ 3', '2 aaa @ 4'])
    expect(pooled.lots[0]).toMatchObject({ quantity: '2', opened: Date.UTC(2023, 0, 1, 12) })
  })
  test('wrapping moves lots to the other asset with cost and dates, unless it realises', () => {
    const rows = `2023-01-01 buy 2 eth @ 100\n2024-06-01 convert -2 eth tx w\n2024-06-01 convert 4 weth tx w`
    const moved = report(rows, {}, { eth: '300', weth: '150' })
    expect(open(moved)).toEqual(['4 weth @ 50'])
    expect([moved.lots.at(-1)?.opened, moved.disposals.length, moved.total.realised]).toEqual([
      Date.UTC(2023, 0, 1, 12),
      0,
      '0',
    ])
    const realised = report(rows, { wraps: 'realise' }, { eth: '300', weth: '150' })
    expect(open(realised)).toEqual(['4 weth @ 150'])
    expect(realised.total.realised).toBe('400')
  })
  test('what is unexplained enters undocumented and leaves at cost', () => {
    const lots = report(
      `2024-01-01 unexplained 1 aaa @ 5\n2024-01-02 buy 1 bbb @ 2\n2024-01-03 unexplained -1 bbb`,
      {},
      { aaa: '1', bbb: '3' },
    )
    expect(lots.lots[0]?.undocumented).toBe(true)
    expect(asset(lots, 'bbb')).toMatchObject({ quantity: '0', transferred: '1' })
  })
  test('crypto to crypto is a disposal at the value of the exchange', () => {
    const lots = report(
      `2024-01-01 buy 1 eth @ 100\n2024-02-01 sell 1 eth tx s\n2024-02-01 buy 50 aaa tx s`,
      {},
      { aaa: '3', eth: '140' },
    )
    expect(lots.disposals).toMatchObject([{ proceeds: '150', gain: '50' }])
    expect(open(lots)).toEqual(['50 aaa @ 3'])
  })
})

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
