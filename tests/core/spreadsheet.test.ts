import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defuse, undefuse } from '#core/spreadsheet.ts'
import { testSeed } from '../support/random.ts'

fc.configureGlobal({ seed: testSeed(3) })

test.each([
  '=HYPERLINK("http://x","y")',
  '+cmd',
  '-2+3',
  '@SUM(A1)',
  '\tx',
  '\rx',
  '\nx',
  '\0x',
  '＝1+1',
  '＋1',
  '－1',
  '＠x',
  ' =1',
  '"=1',
  "'=1",
  '\u200b=1',
  '"\n=1',
])('A23: %j gets an apostrophe before it', (text) => {
  expect(defuse(text)).toBe(`'${text}`)
})

test.each(['', 'bitcoin', 'a=b', '1-2', "it's", '"quoted"', '0x12', 'économie', '日本'])(
  '%j stays',
  (text) => {
    expect(defuse(text)).toBe(text)
  },
)

const nasty = fc.string({
  unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ' ', '\t', '\n', '\0', '＝', 'a'),
})

test('what was defused comes back as it was', () => {
  fc.assert(fc.property(fc.oneof(nasty, fc.string()), (text) => undefuse(defuse(text)) === text))
})
