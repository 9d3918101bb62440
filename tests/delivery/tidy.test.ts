import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Decimal, divide, formatDecimal } from '#core/decimal.ts'
import { tidy, tidyGain } from '#delivery/lots/tidy.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(91) })

test.each([
  ['99.99999999999999999999999999', '100'],
  ['-0.3000000000000000000000000001', '-0.3'],
  ['33.33333333333333333333333333', '33.33333333333333333333333333'],
  ['123456789012345678901234567890.123456', '123456789012345678901234567900'],
  ['0.000000000000000001', '0.000000000000000001'],
  ['1234567890.123456789012345678', '1234567890.123456789012345678'],
  ['0', '0'],
])('%s is printed as %s', (exact, printed) => expect(tidy(exact)).toBe(printed))

test('a worth divided by a quantity and multiplied again is that worth', () => {
  const cents = fc.integer({ min: 1, max: 1_000_000_000 }).map((n) => new Decimal(n).div(100))
  const units = fc.integer({ min: 1, max: 1_000_000_000 }).map((n) => new Decimal(n).div(1e6))
  fc.assert(
    fc.property(cents, units, (worth, quantity) => {
      const again = formatDecimal(divide(worth, quantity).times(quantity))
      expect(tidy(again)).toBe(formatDecimal(worth))
    }),
  )
})

test('a line adds up as printed', () => {
  expect(tidyGain('99.99999999999999999999999999', '100')).toBe('0')
  expect(tidyGain(null, '1')).toBe(null)
})
