import { expect, test } from 'vitest'
import { withoutAmounts } from '../../web/src/pages/lots/without-amounts.ts'

test.each([
  [
    'opening at holdings brings 310 chainlink without a cost basis.',
    'opening at holdings brings • chainlink without a cost basis.',
  ],
  ['sell at flows.csv:12: 0.25 bitcoin more', 'sell at flows.csv:12: • bitcoin more'],
  ['sold 1,200.50 at 2026-01-05T10:00:00Z', 'sold • at 2026-01-05T10:00:00Z'],
  ['deposit at 0x628316f6 brings -3.5 ethereum.', 'deposit at 0x628316f6 brings • ethereum.'],
  ['the coin 1inch is none', 'the coin 1inch is none'],
])('amounts of a sentence are hidden, what names something is not: %s', (sentence, shown) => {
  expect(withoutAmounts(sentence, '•')).toBe(shown)
})
