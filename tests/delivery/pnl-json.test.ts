import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { pnlDocument } from '#delivery/pnl-json.ts'
import { report, token } from './report.ts'
import { testSeed } from '../support/random.ts'

fc.configureGlobal({ seed: testSeed(7) })

const document = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('the contract, field by field and in its order', () => {
  const given = report([
    token('bitcoin', 'BTC', '0.5', [68123.11, 68124.11, NaN]),
    token('dust', 'DUST', '0.100000000000000000000000000001', [1e-7, 3e-7, 2e-7]),
  ])
  const shown = pnlDocument({
    ...given,
    gaps: [{ asset: 'bitcoin' as AssetId, from: given.to, to: given.to, reason: 'the provider has none' }],
  })
  expect(Object.keys(shown).slice(0, 10)).toEqual(
    'schemaVersion portfolio baseCurrency mode from to hours tokens total gaps'.split(' '),
  )
  expect(document(shown)).toMatchObject({
    schemaVersion: 1,
    portfolio: 'main',
    baseCurrency: 'usd',
    mode: 'snapshot',
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-01T02:00:00Z',
    hours: ['2026-11-01T00:00:00Z', '2026-11-01T01:00:00Z', '2026-11-01T02:00:00Z'],
    tokens: [
      {
        asset: 'bitcoin',
        symbol: 'BTC',
        quantity: ['0.5', '0.5', '0.5'],
        mark: ['68123.11', '68124.11', null],
        value: ['34061.555', '34062.055', null],
        pnl: ['0', '0.5', null],
        quality: ['ok', 'ok', 'missing'],
        source: ['coingecko', 'coingecko', null],
      },
      {
        asset: 'dust',
        quantity: Array(3).fill('0.100000000000000000000000000001'),
        mark: ['0.0000001', '0.0000003', '0.0000002'],
        value: ['0.00000001', '0.00000003', '0.00000002'],
        pnl: ['0', '0.00000002', '0.00000001'],
      },
    ],
    total: {
      value: ['34061.555', '34062.055', '0.00000002'],
      coverage: [1, 1, 0.5],
      coverageByCount: [1, 1, 0.5],
      quality: ['ok', 'ok', 'ok'],
    },
    gaps: [
      {
        asset: 'bitcoin',
        from: '2026-11-01T02:00:00Z',
        to: '2026-11-01T02:00:00Z',
        reason: 'the provider has none',
      },
    ],
  })
})

test('F15: what is missing is null in every field, never 0 and never the text NaN', () => {
  const shown = document(pnlDocument(report([token('a', 'A', '1', [NaN, NaN])]))) as {
    tokens: Record<string, unknown>[]
  }
  expect(shown.tokens[0]).toMatchObject({
    mark: [null, null],
    value: [null, null],
    pnl: [null, null],
    quality: ['missing', 'missing'],
    pnlFraction: null,
    attribution: { price: null },
  })
  expect(JSON.stringify(shown)).not.toContain('NaN')
})

test('without a portfolio its name is null; a name of a provider is text, whatever it says', () => {
  const shown = document(pnlDocument(report([token('__proto__', '","x":"', '1', [1])], { portfolio: null })))
  expect(shown).toMatchObject({ portfolio: null, tokens: [{ asset: '__proto__', symbol: '","x":"' }] })
})

test('every number is plain decimal text that reads as the number, arrays run parallel to hours', () => {
  const marks = fc.array(fc.double({ min: 1e-300, max: 1e200, noNaN: true }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(marks, (prices) => {
      const given = report([token('a', 'A', '2', prices)])
      const { tokens, total, hours } = pnlDocument(given)
      const [shown] = tokens
      expect(hours).toHaveLength(prices.length)
      expect(shown?.mark.map(Number)).toEqual(prices)
      for (const column of [shown?.mark, shown?.value, shown?.pnl, total.value, total.pnl]) {
        expect(column).toHaveLength(prices.length)
        for (const text of column ?? []) expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/)
      }
      shown?.value.forEach((text, at) => {
        const exact = given.tokens[0]?.value[at] as number
        expect(Math.abs(Number(text) / exact - 1)).toBeLessThan(1e-11)
      })
    }),
  )
})
