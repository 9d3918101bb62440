import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import type { Hour } from '#core/hour.ts'
import { renderPnlTable, type PnlTableOptions } from '#delivery/pnl-table.ts'
import { renderTable } from '#delivery/table.ts'
import { widthOf } from '#delivery/text.ts'
import { report, token } from './report.ts'

const PLAIN: PnlTableOptions = { width: null, colour: false, sparkline: false }
const hours = (count: number, price: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => price(at))
const squeeze = (text: string) => text.replace(/ {2,}/g, ' ').split('\n')

test('few hours: all of them by token, with the total', () => {
  const text = renderPnlTable(
    report([token('bitcoin', 'BTC', '0.5', [60000, 61000]), token('usd-coin', 'USDC', '-100', [1, 1.0002])]),
    PLAIN,
  )
  expect(squeeze(text)).toEqual([
    'main · usd · snapshot · 2026-11-01T00:00:00Z to 2026-11-01T01:00:00Z (1 h)',
    '',
    'hour (UTC) token quantity mark value this hour PnL PnL %',
    '2026-11-01 00:00 BTC 0.5 60,000.00 30,000.00 — 0.00 0.00 %',
    '2026-11-01 00:00 USDC -100 1.00 -100.00 — 0.00 0.00 %',
    '2026-11-01 00:00 total 29,900.00 — 0.00 0.00 %',
    '2026-11-01 01:00 BTC 0.5 61,000.00 30,500.00 +500.00 +500.00 +1.67 %',
    '2026-11-01 01:00 USDC -100 1.0002 -100.02 -0.02 -0.02 -0.02 %',
    '2026-11-01 01:00 total 30,399.98 +499.98 +499.98 +1.67 %',
    '',
    'Total 30,399.98 usd PnL +499.98 (+1.67 %)',
  ])
})

test.each([
  [[0, 1, 2], 'this hour'],
  [[0, 6, 12], 'since before'],
  [[0, 7, 31, 48], 'this day'],
  [[0, 1], 'this hour'],
  [[0, 100, 268], 'this week'],
])('a row at %j hours says what its own change covers: %s', (steps, head) => {
  const given = report([
    token(
      'bitcoin',
      'BTC',
      '1',
      steps.map(() => 1),
    ),
  ])
  const shown = { ...given, hours: steps.map((step) => (given.from + step * 3_600_000) as Hour) }
  expect(renderPnlTable(shown, PLAIN)).toContain(`  ${head}  `)
})

test('many hours: the last ones, said to be so, and a summary by token with the largest first', () => {
  const given = report([
    token(
      'usd-coin',
      'USDC',
      '100',
      hours(169, () => 1),
    ),
    token(
      'bitcoin',
      'BTC',
      '0.5',
      hours(169, (at) => 60000 + at),
    ),
  ])
  const lines = squeeze(renderPnlTable(given, PLAIN))
  expect(lines.filter((line) => line.startsWith('2026-11-'))).toHaveLength(60)
  expect(lines.find((line) => line.startsWith('2026-11-'))).toMatch(/^2026-11-07 05:00 USDC/)
  expect(lines).toContain('The last 20 of 169 marks; --json and "tidemark export --what pnl" give all.')
  const summary = lines.slice(lines.indexOf('token asset quantity mark value PnL PnL %'))
  expect(summary.slice(1, 4)).toEqual([
    'BTC bitcoin 0.5 60,168.00 30,084.00 +84.00 +0.28 %',
    'USDC usd-coin 100 1.00 100.00 0.00 0.00 %',
    'total 30,184.00 +84.00 +0.28 %',
  ])
})

test('many tokens: the total by hour, every token in the summary', () => {
  const tokens = Array.from({ length: 40 }, (_, at) => token(`coin-${at}`, `C${at}`, '1', [1, 2, 3]))
  const lines = squeeze(renderPnlTable(report(tokens), PLAIN))
  expect(lines.filter((line) => line.startsWith('2026-11-'))).toEqual([
    expect.stringContaining('00:00 total') as string,
    expect.stringContaining('01:00 total') as string,
    expect.stringContaining('02:00 total') as string,
  ])
  expect(lines.filter((line) => /^C\d+ coin-/.test(line))).toHaveLength(40)
})

describe('F15: what is missing is said in words, and is no number', () => {
  test('a missing mark, the coverage, gaps and wallets', () => {
    const given = report([token('bitcoin', 'BTC', '1', [100, 110]), token('rare', 'RARE', '5', [1, NaN])])
    const lines = squeeze(
      renderPnlTable(
        {
          ...given,
          gaps: [{ asset: 'rare' as AssetId, from: given.to, to: given.to, reason: 'no price is stored' }],
          missingWallets: [{ wallet: 'cold', reason: 'nothing configured could read it' }],
        },
        PLAIN,
      ),
    )
    expect(lines).toContain('2026-11-01 01:00 RARE 5 — — — — — missing')
    expect(lines).toContain('2026-11-01 01:00 total 110.00 +10.00 +10.00 +9.52 % 50.0 % priced')
    expect(lines.slice(-3)).toEqual([
      '50.0 % of the last total has a price; 1 of 2 tokens stands there with the last price known, or not at all.',
      'Missing: wallet cold: nothing configured could read it.',
      'Missing: rare at 2026-11-01 01:00: no price is stored.',
    ])
  })

  test('many gaps are counted', () => {
    const given = report([token('bitcoin', 'BTC', '1', [100])])
    const gap = { asset: 'rare' as AssetId, from: given.from, to: given.to, reason: 'x' }
    const lines = squeeze(renderPnlTable({ ...given, gaps: Array(20).fill(gap) as (typeof gap)[] }, PLAIN))
    expect(lines.at(-1)).toBe('and 8 more gaps: "tidemark gaps" lists them.')
  })

  test('what is carried or estimated says so', () => {
    const given = token('a', 'A', '1', [1, 2, 3])
    const notes = { ...given, quality: Uint8Array.of(3, 1, 2), source: ['coingecko', 'carried:2h', 'allium'] }
    const lines = squeeze(renderPnlTable(report([notes]), PLAIN))
    expect(lines).toContain('2026-11-01 01:00 A 1 2.00 2.00 +1.00 +1.00 +100.00 % carried 2h')
    expect(lines).toContain('2026-11-01 02:00 A 1 3.00 3.00 +1.00 +2.00 +200.00 % estimated (allium)')
  })
})

test('per cent is of what was put in until that hour', () => {
  const flows = { ...token('a', 'A', '1', [100, 110, 120]), fraction: Float64Array.of(0, 0.1, 0.05) }
  const lines = squeeze(renderPnlTable({ ...report([flows]), mode: 'flows' }, PLAIN))
  expect(lines).toContain('2026-11-01 01:00 A 1 110.00 110.00 +10.00 +10.00 +10.00 %')
  expect(lines).toContain('2026-11-01 02:00 A 1 120.00 120.00 +10.00 +20.00 +5.00 %')
})

test('what the PnL is made of, and what came in, where it is more than prices', () => {
  const given = report([token('a', 'A', '1', [100, 110])])
  const attribution = { price: 10, trading: 0, income: 2, fees: -1, loss: 0, residual: 1e-14 }
  const total = {
    ...given.total,
    attribution,
    external: -50,
    exchanged: 70,
    change24h: { pnl: 4, percent: 0.04 },
  }
  const lines = squeeze(renderPnlTable({ ...given, total }, PLAIN))
  expect(lines).toContain('Total 110.00 usd PnL +10.00 (+10.00 %) last 24 h +4.00 (+4.00 %)')
  expect(lines).toContain(
    'Of it price +10.00, income +2.00, fees -1.00. Deposits less withdrawals: -50.00. Bought less sold for money that is not tracked: +70.00.',
  )
})

test('without a portfolio that is said first, and init is named; nothing held is said too', () => {
  expect(renderPnlTable(report([token('a', 'A', '1', [1])], { portfolio: null }), PLAIN)).toMatch(
    /^No portfolio is set.*"tidemark init".*\n/,
  )
  expect(renderPnlTable(report([]), PLAIN)).toContain('Nothing was held in this range.')
})

test('the line of the total is for terminals, colours where they are wanted', () => {
  const given = report([
    token(
      'a',
      'A',
      '1',
      hours(100, (at) => at + 1),
    ),
  ])
  expect(renderPnlTable(given, { ...PLAIN, width: 80, sparkline: true })).toMatch(/^PnL ▁[▁▂▃▄▅▆▇█]{70}█$/m)
  expect(renderPnlTable(given, PLAIN)).not.toMatch(/[▁█]/)
  const escapes = /\u001b\[/
  expect(renderPnlTable(given, PLAIN)).not.toMatch(escapes)
  expect(renderPnlTable(given, { ...PLAIN, colour: true })).toContain('\u001b[32m+99.00')
})

test('A35: hostile names stay text, in one row, in a table as wide as the terminal', () => {
  const given = report([
    token('evil\u001b[2J', 'E\u001b]0;x\u0007\n{"level":50}', '1', [1, 2]),
    token('wide', '日本語日本語日本語', '1', [1, 2]),
  ])
  const text = renderPnlTable(
    { ...given, portfolio: 'x\u202ey' },
    { width: 90, colour: false, sparkline: false },
  )
  expect(text).not.toMatch(/[^\P{C}\n]/u)
  expect(text.split('\n').filter((line) => line.startsWith('2026-11-'))).toHaveLength(6)
  for (const line of text.split('\n').slice(2, 9)) expect(widthOf(line)).toBeLessThanOrEqual(90)
})

test('a narrow terminal cuts texts, the longest first, and never a number', () => {
  const columns = [
    { head: 'name', align: 'left' },
    { head: 'number', align: 'right' },
    { head: 'note', align: 'left' },
  ] as const
  const rows = [
    ['a-very-long-name-indeed', '123,456,789.00', 'short'],
    ['b', '-1.00', ''],
  ]
  expect(renderTable(columns, rows, { width: null, colour: false })).toBe(
    'name                             number  note\n' +
      'a-very-long-name-indeed  123,456,789.00  short\n' +
      'b                                 -1.00',
  )
  expect(renderTable(columns, rows, { width: 34, colour: false })).toBe(
    'name                 number  note\n' +
      'a-very-lon…  123,456,789.00  short\n' +
      'b                     -1.00',
  )
  expect(renderTable(columns, rows, { width: 5, colour: false })).toContain('123,456,789.00')
})
