import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import type { Balance } from '#core/portfolio.ts'
import { anchorLine } from '#pnl/flows/anchors.ts'
import { valueExchange } from '#pnl/flows/exchange.ts'
import { legsOf } from '#pnl/flows/leg.ts'
import { flow, START } from '#tests/support/ledgers.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(42) })

const USD = 'fiat:usd' as AssetId
const leg = (asset: string, quantity: string, unitPrice: string | null = null, kind?: Flow['kind']) =>
  flow({
    time: START + 60_000,
    asset: asset as AssetId,
    quantity,
    unitPrice,
    tx: 't',
    kind: kind ?? (quantity.startsWith('-') ? 'sell' : 'buy'),
  })
const legs = (rows: Flow[]) => rows.flatMap((row) => legsOf(row, USD, new Map(), () => null))
const value = (rows: Flow[], marks: Record<string, string> = {}) => {
  const markAt = (asset: AssetId) => (marks[asset] === undefined ? null : new Decimal(marks[asset]))
  const { basis, value: total, legs: parts } = valueExchange(legs(rows), USD, markAt)
  return {
    basis,
    total: total && formatDecimal(total),
    parts: parts.map((part) => part && formatDecimal(part)),
  }
}

describe('the value of an exchange', () => {
  test('is its base-currency leg, whatever unit prices say', () => {
    expect(
      value([leg('bitcoin', '2', '1'), leg('usd-x', '-1'), leg(USD, '-100')], { bitcoin: '60', 'usd-x': '1' })
        .total,
    ).toBe('100')
  })
  test('else the own prices of what came in, then of what went out', () => {
    expect(value([leg('bitcoin', '2', '50'), leg('ethereum', '-30', '4')])).toMatchObject({
      basis: 'price-in',
      total: '100',
    })
    expect(value([leg('bitcoin', '2'), leg('ethereum', '-30', '4')])).toMatchObject({
      basis: 'price-out',
      total: '120',
    })
  })
  test('else the marks of what came in, then of what went out, else missing', () => {
    const rows = [leg('bitcoin', '2'), leg('ethereum', '-30')]
    expect(value(rows, { bitcoin: '55', ethereum: '4' })).toMatchObject({ basis: 'mark-in', total: '110' })
    expect(value(rows, { ethereum: '4' })).toMatchObject({ basis: 'mark-out', total: '120' })
    expect(value(rows)).toEqual({ basis: 'missing', total: null, parts: [null, null] })
  })
  test('divides each side over its legs in proportion to their marks, equally where none is known', () => {
    const rows = [leg('aaa', '1'), leg('bbb', '1'), leg(USD, '-90')]
    expect(value(rows, { aaa: '10', bbb: '20' }).parts).toEqual(['30', '60', '90'])
    expect(value(rows).parts).toEqual(['45', '45', '90'])
    expect(value(rows, { aaa: '10' }).parts).toEqual(['10', '80', '90'])
  })
  test('of a conversion is the mark of the leg given', () => {
    const rows = [leg('ethereum', '-1', null, 'convert'), leg('weth', '1', null, 'convert')]
    expect(value(rows, { ethereum: '4000', weth: '3990' })).toMatchObject({
      basis: 'mark-out',
      total: '4000',
    })
  })
  test('a price of 0 is a price', () => {
    expect(value([leg('aaa', '5', '0')], { aaa: '3' })).toMatchObject({ basis: 'price-in', total: '0' })
  })

  test('parts of a side sum to the whole, exactly', () => {
    const amount = fc.integer({ min: 1, max: 10_000 }).map(String)
    const side = fc.array(fc.tuple(amount, fc.option(amount, { nil: null })), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(side, side, amount, (ins, outs, cash) => {
        const rows = [
          ...ins.map(([quantity], i) => leg(`in${i}`, quantity)),
          ...outs.map(([quantity], i) => leg(`out${i}`, `-${quantity}`)),
          leg(USD, cash),
        ]
        const marks = Object.fromEntries(
          [
            ...ins.map(([, mark], i) => [`in${i}`, mark]),
            ...outs.map(([, mark], i) => [`out${i}`, mark]),
          ].filter(([, mark]) => mark !== null),
        ) as Record<string, string>
        const { total, parts } = value(rows, { ...marks, [USD]: '1' })
        const sumOf = (some: (string | null)[]) =>
          formatDecimal(some.reduce((sum, part) => sum.plus(part ?? 0), new Decimal(0)))
        expect(sumOf([...parts.slice(0, ins.length), ...parts.slice(-1)])).toBe(total)
        expect(sumOf(parts.slice(ins.length, -1))).toBe(total)
        expect(parts.every((part) => part !== null && !part.startsWith('-'))).toBe(true)
      }),
    )
  })
})

describe('balances anchor quantities', () => {
  const BTC = 'bitcoin' as AssetId
  const at = (hours: number) => START + hours * HOUR_MS
  const balance = (hours: number, quantity: string): Balance => ({
    owner: 'local',
    wallet: '0xa',
    chain: 'ethereum',
    asset: BTC,
    time: at(hours),
    quantity,
    source: 'test',
  })
  const change = (hours: number, quantity: string) => ({ time: at(hours), quantity: new Decimal(quantity) })
  const words = ({ knownFrom, derived }: ReturnType<typeof anchorLine>) => [
    (knownFrom - START) / HOUR_MS,
    ...derived.map((row) => `${row.kind} ${row.quantity} @ ${(row.time - START) / HOUR_MS}`),
  ]

  test('with complete flows the quantity goes back to the first hour they cover', () => {
    expect(words(anchorLine([balance(10, '5')], [change(3, '2'), change(8, '-1')], at(2)))).toEqual([
      2,
      'opening 4 @ 2',
    ])
  })
  test('without flows it is known from the first balance on', () => {
    expect(words(anchorLine([balance(1.5, '5'), balance(7, '6')], [], null))).toEqual([
      2,
      'opening 5 @ 2',
      'unexplained 1 @ 7',
    ])
  })
  test('what flows do not explain between two balances is one flow at the later one', () => {
    expect(words(anchorLine([balance(2, '5'), balance(6, '9')], [change(4, '3')], at(2)))).toEqual([
      2,
      'opening 5 @ 2',
      'unexplained 1 @ 6',
    ])
  })
  test('nothing held is known to be nothing', () => {
    expect(words(anchorLine([balance(2, '0')], [], null))).toEqual([2])
  })

  test('opening + flows + unexplained is every balance read, whatever the order of hours', () => {
    const event = fc.record({
      hour: fc.integer({ min: 0, max: 40 }).map((n) => n / 2),
      quantity: fc.integer({ min: -50, max: 50 }).map(String),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(event, { minLength: 1, maxLength: 8, selector: ({ hour }) => hour }),
        fc.array(event, { maxLength: 8 }),
        fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }),
        (reads, flows, covered) => {
          const balances = reads
            .sort((a, b) => a.hour - b.hour)
            .map(({ hour, quantity }) => balance(hour, quantity))
          const changes = flows
            .sort((a, b) => a.hour - b.hour)
            .map(({ hour, quantity }) => change(hour, quantity))
          const { knownFrom, derived } = anchorLine(balances, changes, covered === null ? null : at(covered))
          const held = (time: number) =>
            [
              ...changes.filter((c) => c.time > knownFrom),
              ...derived.map((row) => ({ time: row.time, quantity: new Decimal(row.quantity) })),
            ]
              .filter((c) => c.time <= time)
              .reduce((sum, c) => sum.plus(c.quantity), new Decimal(0))
          for (const { time, quantity } of balances) {
            if (time >= knownFrom) expect(held(time).toFixed()).toBe(new Decimal(quantity).toFixed())
          }
          expect(knownFrom % HOUR_MS).toBe(0 as Hour)
        },
      ),
    )
  })
})
