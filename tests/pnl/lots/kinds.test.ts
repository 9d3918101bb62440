import { describe, expect, test } from 'vitest'
import { asset, gains, open, parts, report } from './text-ledger.ts'

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
  test('a missing price is listed once, with the asset and the hour that it is missing of', () => {
    const lots = report(
      `2023-01-01T09:30 buy 2 aaa @ 1 fee 1 bbb\n2024-01-01T10:00 fee 1 aaa\n2024-01-02 sell 1 aaa fee 0.5 aaa`,
    )
    const listed = lots.problems
      .filter(({ code }) => code === 'MISSING_PRICE')
      .map(({ flow, message }) => `${flow ?? ''}: ${message}`)
    const missing = (asset: string, hour: string) =>
      `and ${asset} no mark at ${hour}: what depends on it is missing.`
    expect(listed).toEqual([
      `f1: buy at flows.csv:2 has a fee in bbb, ${missing('bbb', '2023-01-01T10:00:00Z')}`,
      `f2: fee at flows.csv:3 has no price, ${missing('aaa', '2024-01-01T10:00:00Z')}`,
      `f3: sell at flows.csv:4 has a fee in aaa, ${missing('aaa', '2024-01-02T12:00:00Z')}`,
      `f3: sell at flows.csv:4 has no price, ${missing('aaa', '2024-01-02T12:00:00Z')}`,
    ])
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
