import { describe, expect, test } from 'vitest'
import { asset, gains, open, parts, report } from './text-ledger.ts'

const pounds = (texts: readonly (string | null)[]) =>
  texts.map((text) => (text === null ? null : Math.round(Number(text))))

describe('published worked examples: HM Revenue & Customs, Cryptoassets Manual (uk)', () => {
  test('CRYPTO22252, the same day rule: gain £462, pool 5,100 tokens of £562', () => {
    const lots = report(
      `2020-01-01 buy 5000 bbb @ 0.1
       2020-06-23T09:00 sell 1000 bbb @ 0.8
       2020-06-23T14:00 buy 1600 bbb @ 0.625
       2020-06-23T20:00 sell 500 bbb @ 1.2`,
      { method: 'uk' },
    )
    expect(Number(asset(lots, 'bbb').realised)).toBe(462.5)
    expect(asset(lots, 'bbb')).toMatchObject({ quantity: '5100', cost: '562.5' })
  })

  test('CRYPTO22253, the 30 day rule: gains £165 and £20, 200 tokens of £60 join the pool', () => {
    const lots = report(
      `2020-01-01 buy 2000 ccc @ 0.5
       2021-03-31 sell 1000 ccc @ 0.4
       2021-04-20 sell 500 ccc @ 0.3
       2021-04-21 buy 700 ccc @ 0.25
       2021-04-28 buy 500 ccc @ 0.2
       2021-05-01 buy 500 ccc @ 0.3`,
      { method: 'uk' },
    )
    expect(gains(lots)).toEqual(['165', '20'])
    expect(asset(lots, 'ccc')).toMatchObject({ quantity: '2200', cost: '1060' })
  })

  test('CRYPTO22255, the 30 day rule and the pool: gain £92,500, pool 10,500 tokens of £150,000', () => {
    const lots = report(
      `2020-01-01 buy 14000 eee @ 14.28571428571428571428571429
       2020-08-30 sell 4000 eee @ 40
       2020-09-11 buy 500 eee @ 35`,
      { method: 'uk' },
    )
    expect(pounds(gains(lots))).toEqual([92500])
    expect(pounds([asset(lots, 'eee').cost])).toEqual([150000])
    expect(asset(lots, 'eee').quantity).toBe('10500')
  })

  test('CRYPTO22256, all three rules together: a gain of £15,000 and of £10,000 before the pool is reached', () => {
    const lots = report(
      `2020-01-01 buy 100000 fff @ 3
       2020-07-31T08:00 buy 10000 fff @ 4.5
       2020-07-31T09:00 sell 30000 fff @ 5
       2020-08-05 sell 20000 fff @ 5
       2020-08-06 buy 50000 fff @ 4.5
       2020-08-07 sell 100000 fff @ 1.5`,
      { method: 'uk' },
    )
    expect(gains(lots).slice(0, 2)).toEqual(['15000', '10000'])
    // The pool then holds 110,000 tokens of £345,000; ten elevenths of it go.
    expect(pounds(gains(lots).slice(2))).toEqual([Math.round(150000 - (345000 * 10) / 11)])
    expect(parts(lots, 'f3')).toEqual(['10000 of f2 short', '20000 of f5 short'])
  })

  test('HS284 example 3, shares in a section 104 holding: gains £329 and £300 (rounded as the helpsheet rounds)', () => {
    const lots = report(
      `2012-04-01 buy 1000 lob @ 4 fee 150
       2013-09-01 buy 500 lob @ 4.1 fee 80
       2016-05-01 sell 700 lob @ 4.8 fee 100
       2017-02-01 sell 400 lob @ 5.2 fee 105`,
      { method: 'uk' },
    )
    const [first, second] = pounds(gains(lots))
    expect(first).toBe(329)
    expect(Math.abs((second as number) - 300)).toBeLessThanOrEqual(1)
  })

  test('the same with 150 bought within 30 days (MoneySavingExpert forum, 30 day share matching): gain £98', () => {
    const lots = report(
      `2012-04-01 buy 1000 lob @ 4 fee 150
       2013-09-01 buy 500 lob @ 4.1 fee 80
       2016-05-01 sell 700 lob @ 4.8 fee 100
       2017-02-01 sell 400 lob @ 5.2 fee 105
       2017-02-25 buy 150 lob @ 5 fee 80`,
      { method: 'uk' },
    )
    expect(Math.abs(Number(gains(lots)[1]) - 98)).toBeLessThan(1)
  })
})

const TRADER = `2007-01-01 buy 50 units @ 10
  2007-02-25 buy 100 units @ 12
  2007-03-03 sell 120 units @ 20
  2007-04-06 buy 60 units @ 14
  2007-05-17 sell 70 units @ 25`

describe('published worked examples: cost flow under the perpetual system (simplestudies.com, accounting for inventories, 3.1 and 3.2)', () => {
  test('FIFO: 190 units sold cost $2,260 (what is left of $2,540 is 20 units of $14)', () => {
    const lots = report(TRADER)
    expect(lots.disposals.map(({ cost }) => cost)).toEqual(['1340', '920'])
    expect(open(lots)).toEqual(['20 units @ 14'])
  })
  test('LIFO: 190 units sold cost $2,340, 20 units of $10 are left', () => {
    const lots = report(TRADER, { method: 'lifo' })
    expect(lots.disposals.map(({ cost }) => cost)).toEqual(['1400', '940'])
    expect(open(lots)).toEqual(['20 units @ 10'])
  })
})

describe('published worked examples: which shares were sold', () => {
  const FUND = `2008-03-01 buy 1000 fund @ 12 tx first
    2009-03-01 buy 500 fund @ 15 tx second
    2010-02-01 buy 900 fund @ 27 tx third`
  test('first in, first out: a gain of $12,600 (MoneyMatters tax tips, identifying mutual fund shares)', () => {
    expect(gains(report(`${FUND}\n2010-11-01 sell 900 fund @ 26`))).toEqual(['12600'])
  })
  test('specific identification of the shares of 2010: a loss of $900 (the same)', () => {
    const lots = report(`${FUND}\n2010-11-01 sell 900 fund @ 26 lot third:900`, { method: 'specific' })
    expect(gains(lots)).toEqual(['-900'])
  })
  test('identifying stock sold: a gain of $17,000, or a loss of $3,000 (fool.com, 18 August 2000)', () => {
    const stock = '2000-01-10 buy 1000 wiz @ 15\n2000-02-25 buy 1000 wiz @ 35'
    expect(gains(report(`${stock}\n2000-04-12 sell 1000 wiz @ 32`))).toEqual(['17000'])
    expect(
      gains(report(`${stock}\n2000-04-12 sell 1000 wiz @ 32 lot f2:1000`, { method: 'specific' })),
    ).toEqual(['-3000'])
  })
  test('highest in, first out: a gain of $10,000 (trymerlin.io, glossary); lowest first the opposite', () => {
    const coins = `2021-01-01 buy 1 btc @ 20000
      2021-02-01 buy 1 btc @ 30000
      2021-03-01 buy 1 btc @ 25000
      2021-04-01 sell 1 btc @ 40000`
    expect(gains(report(coins, { method: 'hifo' }))).toEqual(['10000'])
    expect(gains(report(coins, { method: 'lofo' }))).toEqual(['20000'])
  })
  test('fifo $190,000 and lifo $188,000 of one sale (randomcalculators.com, FIFO vs LIFO vs HIFO)', () => {
    const coins = `2017-01-15 buy 1 btc @ 1000
      2018-01-15 buy 2 btc @ 9000
      2019-01-15 buy 5 btc @ 6000
      2024-12-01 sell 2 btc @ 100000`
    expect(gains(report(coins))).toEqual(['190000'])
    expect(gains(report(coins, { method: 'lifo' }))).toEqual(['188000'])
  })
  test('half a bitcoin of $42,000: fifo $9,500, hifo $3,500 (toolstac.com, cost basis methods)', () => {
    const coins = `2023-02-01 buy 0.5 btc @ 23000
      2023-08-01 buy 0.5 btc @ 28000
      2023-11-01 buy 0.5 btc @ 35000
      2023-12-01 sell 0.5 btc @ 42000`
    expect(gains(report(coins))).toEqual(['9500'])
    expect(gains(report(coins, { method: 'hifo' }))).toEqual(['3500'])
  })
})
