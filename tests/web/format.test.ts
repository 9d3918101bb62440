import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareDecimals, reaches, signOf } from '../../web/src/format/decimal.ts'
import { money } from '../../web/src/format/money.ts'
import { change, share } from '../../web/src/format/percent.ts'
import { price } from '../../web/src/format/price.ts'
import { quantity } from '../../web/src/format/quantity.ts'
import { age, span, time } from '../../web/src/format/time.ts'

const usd = { currency: 'usd' }
const decimals = fc
  .tuple(fc.boolean(), fc.bigInt(0n, 10n ** 40n), fc.nat(45))
  .map(([minus, digits, places]) => textOf(minus ? -digits : digits, places))

function textOf(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return units < 0n && plain !== '0' ? `-${plain}` : plain
}
/** Units of 10^-60, for exact comparison. */
function exact(text: string): bigint {
  const [whole = '', part = ''] = text.replace('-', '').split('.')
  const units = BigInt(whole + part.padEnd(60, '0'))
  return text.startsWith('-') ? -units : units
}
const digitsOf = (text: string): string => text.replace(/[^\d.-]/g, '')

describe('money', () => {
  test.each([
    ['0', '$0.00'],
    ['1234.567', '$1,234.56'],
    ['-1234.567', '-$1,234.56'],
    ['0.004', '<$0.01'],
    ['-0.004', '-<$0.01'],
    ['0.009', '<$0.01'],
    ['1234567.891', '$1,234,567.89'],
    ['123456789012345678901234567890.129', '$123,456,789,012,345,678,901,234,567,890.12'],
  ])('a balance of %s reads %s', (text, shown) => {
    expect(money(text, usd).text).toBe(shown)
  })

  test.each([
    ['0', '$0.00'],
    ['0.125', '+$0.12'],
    ['0.135', '+$0.14'],
    ['-0.125', '-$0.12'],
    ['0.0001', '+<$0.01'],
    ['-0.0001', '-<$0.01'],
  ])('a PnL of %s reads %s', (text, shown) => {
    expect(money(text, { ...usd, kind: 'pnl' }).text).toBe(shown)
  })

  test('a million and more is cut in cards, and in full behind', () => {
    expect(money('1234567.899', { ...usd, compact: true })).toEqual({
      text: '$1.234M',
      full: '$1,234,567.89',
    })
    expect(money('999999.99', { ...usd, compact: true }).text).toBe('$999,999.99')
    expect(money('12345678901', { ...usd, compact: true }).text).toBe('$12.34B')
  })

  test('a quote that is a coin has eight decimals', () => {
    expect(money('1.234567891', { currency: 'btc', name: 'code' }).text).toBe('BTC\u00a01.23456789')
  })

  test('a balance never reads as more than it is, nor as 0 when it is none', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        const shown = money(text, usd).text
        expect(/[1-9]/.test(shown)).toBe(signOf(text) !== 0)
        expect(shown).not.toMatch(/^-[^1-9]*$/)
        if (shown.includes('<')) return
        const read = exact(digitsOf(shown))
        const true_ = exact(text)
        expect(read < 0n ? -read : read).toBeLessThanOrEqual(true_ < 0n ? -true_ : true_)
        const off = true_ - read
        expect(off < 0n ? -off : off).toBeLessThan(exact('0.01'))
      }),
    )
  })

  test('a PnL is within half a cent and always says its direction', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        const shown = money(text, { ...usd, kind: 'pnl' }).text
        const sign = signOf(text)
        expect(shown.startsWith('+')).toBe(sign > 0)
        expect(shown.startsWith('-')).toBe(sign < 0)
        if (shown.includes('<')) return
        const off = exact(digitsOf(shown)) - exact(text)
        expect(off < 0n ? -off : off).toBeLessThanOrEqual(exact('0.005'))
      }),
    )
  })
})

describe('price', () => {
  test.each([
    ['86123.456', '$86,123.46'],
    ['1', '$1.00'],
    ['0.5', '$0.5000'],
    ['0.99996', '$1.00'],
    ['0.12344', '$0.1234'],
    ['0.0001', '$0.0001000'],
    ['0.00009999999', '$0.0001000'],
    ['0.000004271', '$0.0₅4271'],
    ['0.0000000000001234567', '$0.0₁₂1235'],
  ])('%s reads %s', (text, shown) => {
    expect(price(text, usd).text).toBe(shown)
  })

  test('those who hear or copy a small one get plain digits', () => {
    expect(price('0.0000042710', usd).full).toBe('$0.0000042710')
    expect(price('0.000004271', { ...usd, plain: true }).text).toBe('$0.000004271')
  })

  test('counted zeros say the same number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 9_999 }),
        fc.integer({ min: 4, max: 40 }),
        (digits, zeros) => {
          const shown = price(`0.${'0'.repeat(zeros)}${String(digits)}`, usd).text
          const count = [...(/[₀-₉]+/.exec(shown)?.[0] ?? '')].map((c) => c.charCodeAt(0) - 0x2080).join('')
          expect(shown).toBe(`$0.0${/[₀-₉]+/.exec(shown)?.[0] ?? ''}${String(digits)}`)
          expect(Number(count)).toBe(zeros)
        },
      ),
    )
  })
})

describe('quantity', () => {
  test.each([
    ['0', '0'],
    ['1.999999', '1.99999'],
    ['0.000009', '<0.00001'],
    ['-0.000009', '-<0.00001'],
    ['12345.6', '12,345.6'],
  ])('%s reads %s', (text, shown) => {
    expect(quantity(text).text).toBe(shown)
  })

  test('a column has the same decimals, a movement its sign, and every digit is behind', () => {
    expect(quantity('1.5', { aligned: true, decimals: 4 }).text).toBe('1.5000')
    expect(quantity('1.5', { signed: true }).text).toBe('+1.5')
    expect(quantity('0.123456789012345678').full).toBe('0.123456789012345678')
  })
})

describe('per cent', () => {
  test.each([
    [0.0123, '+1.23%'],
    [-0.5, '-50.00%'],
    [0, '0.00%'],
    [0.000_01, '+<0.01%'],
    [-1e-9, '-<0.01%'],
  ])('a change of %d reads %s', (fraction, shown) => {
    expect(change(fraction)).toBe(shown)
  })

  test('only all of it is 100 %', () => {
    expect(share(1)).toBe('100%')
    expect(share(0.99999)).toBe('99.9%')
    expect(share(0)).toBe('0.0%')
    expect(share(0.0001)).toBe('<0.1%')
  })
})

describe('time', () => {
  test('in the zone that was asked for', () => {
    expect(time('2026-11-22T14:00:00Z', 'UTC')).toBe('22 Nov 2026, 14:00 UTC')
    expect(time('2026-11-22T00:00:00Z', 'UTC', 'clock')).toBe('00:00 UTC')
    expect(time('2026-11-22T14:00:00Z', 'Asia/Kolkata', 'hour')).toBe('22 Nov, 19:30')
  })

  test('ages', () => {
    const at = Date.parse('2026-11-22T14:00:00Z')
    expect(age('2026-11-22T13:53:00Z', at)).toBe('7 min ago')
    expect(age('2026-11-22T14:00:00Z', at)).toBe('just now')
    expect(span(3 * 86_400_000)).toBe('3 d')
  })
})

test('decimal texts compare as the numbers that they are', () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      const wanted = exact(a) < exact(b) ? -1 : exact(a) > exact(b) ? 1 : 0
      expect(Math.sign(compareDecimals(a, b))).toBe(wanted)
    }),
  )
  fc.assert(
    fc.property(decimals, fc.integer({ min: -10, max: 10 }), (text, power) => {
      const bound = exact(power >= 0 ? `1${'0'.repeat(power)}` : `0.${'0'.repeat(-power - 1)}1`)
      const size = exact(text) < 0n ? -exact(text) : exact(text)
      expect(reaches(text, power)).toBe(size >= bound)
    }),
  )
})
