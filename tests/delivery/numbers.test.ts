import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  displayMoney,
  displayPercent,
  displayPrice,
  displayQuantity,
  displayShare,
  displaySigned,
} from '#delivery/number.ts'
import { sparkline } from '#delivery/sparkline.ts'
import { safeText, truncate, widthOf } from '#delivery/text.ts'
import { testSeed } from '../support/random.ts'

fc.configureGlobal({ seed: testSeed(6) })

test.each([
  [0, '0.00'],
  [-0, '0.00'],
  [1, '1.00'],
  [-1.005, '-1.00'],
  [1234567.891, '1,234,567.89'],
  [0.5, '0.50'],
  [0.0123, '0.012'],
  [-0.000000045, '-0.000000045'],
  [1e-20, '1.0e-20'],
  [123456789012345, '123,456,789,012,345.00'],
  [1.5e15, '1.50000e15'],
  [NaN, '—'],
])('money %d is %s', (value, text) => {
  expect(displayMoney(value)).toBe(text)
})

test.each([
  [68123.11, '68,123.11'],
  [1.00023, '1.00023'],
  [1, '1.00'],
  [0.0000123456789, '0.0000123457'],
  [NaN, '—'],
])('a price of %d is %s', (value, text) => {
  expect(displayPrice(value)).toBe(text)
})

test.each([
  ['0.5', '0.5'],
  ['-1234567.12345678', '-1,234,567.12345678'],
  ['0.123456789012345678', '0.12345679'],
  ['1234567890123456789012.123456789', '1,234,567,890,123,456,789,012'],
  [`0.${'0'.repeat(76)}1`, '1.0000000e-77'],
  ['0', '0'],
  [null, '—'],
])('a quantity of %s is %s', (text, shown) => {
  expect(displayQuantity(text)).toBe(shown)
})

test('signs, per cent and shares', () => {
  expect(displaySigned(3)).toBe('+3.00')
  expect(displaySigned(-3)).toBe('-3.00')
  expect(displaySigned(0)).toBe('0.00')
  expect(displaySigned(null)).toBe('—')
  expect(displayPercent(0.0123)).toBe('+1.23 %')
  expect(displayPercent(-0.0000012)).toBe('-0.00012 %')
  // What is left of a sum of floating numbers is no gain.
  expect([2.3e-17, -2.3e-17].map(displayPercent)).toEqual(['0.00 %', '0.00 %'])
  expect(displayPercent(null)).toBe('—')
  expect(displayShare(1)).toBe('100 %')
  expect(displayShare(0.99999)).toBe('99.9 %')
  expect(displayShare(0.5)).toBe('50.0 %')
})

const double = fc.double({ noNaN: true, noDefaultInfinity: true })
const value = (text: string) => Number(text.replaceAll(',', ''))

test('what is shown is near the number, has its sign, and is 0 only for 0', () => {
  fc.assert(
    fc.property(double, (number) => {
      for (const shown of [displayMoney(number), displayPrice(number)]) {
        if (number === 0) expect(value(shown)).toBe(0)
        else {
          expect(Math.sign(value(shown))).toBe(Math.sign(number))
          expect(Math.abs(value(shown) / number - 1)).toBeLessThan(0.06)
        }
      }
    }),
    { numRuns: 1_000 },
  )
})

describe('the line of a series', () => {
  test.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], 8, '▁▂▃▄▅▆▇█'],
    [[5, 5, 5], 8, '▅▅▅'],
    [[0, NaN, 7], 8, '▁·█'],
    [[NaN, NaN], 8, '··'],
    [[0, 9, 0, 9, 0, 9], 3, '▅▅▅'],
    [[0, 1, 2, 3], 2, '▁█'],
    [[], 8, ''],
    [[-1.7e308, 1.7e308], 8, '▁█'],
  ])('%j', (values, width, line) => {
    expect(sparkline(values, width)).toBe(line)
  })

  test('ends as high as the series ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 40 }),
        (values, width) => {
          const line = [...sparkline(values, width)]
          expect(line).toHaveLength(Math.min(width, values.length))
          expect(line.every((bar) => '▁▂▃▄▅▆▇█'.includes(bar))).toBe(true)
        },
      ),
    )
  })
})

describe('A35: what providers call a coin cannot drive the terminal', () => {
  test.each([
    ['BTC', 'BTC'],
    ['\u001b[31mRED', '\\u001b[31mRED'],
    ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['\u009b2J', '\\u009b2J'],
    ['a\nb\r\t\0', 'a\\u000ab\\u000d\\u0009\\u0000'],
    ['abc\u202edef', 'abc\\u202edef'],
    ['\u2066x\u2069\u200f\u061c', '\\u2066x\\u2069\\u200f\\u061c'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['\u2028\u{e0041}', '\\u2028\\u{e0041}'],
    ['ünïcødé 日本', 'ünïcødé 日本'],
  ])('%j', (given, shown) => {
    expect(safeText(given)).toBe(shown)
  })

  test('nothing that is hidden or obeyed is left of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safeText(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
        expect(safeText(safeText(text))).toBe(safeText(text))
      }),
    )
  })

  test('A27: fifty thousand characters are cut', () => {
    expect(safeText('x'.repeat(50_000))).toHaveLength(1_000)
  })
})

test('a text is cut by the columns that it takes', () => {
  expect(truncate('bitcoin', 7)).toBe('bitcoin')
  expect(truncate('bitcoin', 6)).toBe('bitco…')
  expect(truncate('日本語', 5)).toBe('日本…')
  expect(truncate('日本語', 4)).toBe('日…')
  expect(truncate('x', 0)).toBe('')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
      expect(widthOf(truncate(safeText(text), width))).toBeLessThanOrEqual(width)
    }),
  )
})
