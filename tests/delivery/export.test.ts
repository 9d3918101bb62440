import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PNL_EXPORT, pnlExportRows } from '#delivery/export/columns.ts'
import { csvChunks, jsonChunks, type ExportColumn } from '#delivery/export/rows.ts'
import { report, token } from './report.ts'
import { testSeed } from '../support/random.ts'

fc.configureGlobal({ seed: testSeed(5) })

type Row = { name: string | null; amount: string | null }
const COLUMNS: readonly ExportColumn<Row>[] = [
  { name: 'name', kind: 'text', of: (row) => row.name },
  { name: 'amount', kind: 'number', of: (row) => row.amount },
]

async function all(chunks: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  return text
}
const csv = (rows: readonly Row[]) => all(csvChunks(COLUMNS, rows))

test('CSV: header, rows, quotes where they are needed, nothing where nothing is known', async () => {
  const rows = [
    { name: 'bitcoin', amount: '-0.5' },
    { name: 'a, "b"\nc', amount: null },
    { name: null, amount: '1' },
  ]
  expect(await csv(rows)).toBe('name,amount\nbitcoin,-0.5\n"a, ""b""\nc",\n,1\n')
  expect(await csv([])).toBe('name,amount\n')
})

describe('A23: no cell is a formula', () => {
  test.each(['=HYPERLINK("x")', '+cmd', '-2+3', '@SUM', '\tx', '\rx', '\0x', '＝1', ' =1', '"\n=1'])(
    '%j',
    async (name) => {
      const text = await csv([{ name, amount: '-1' }])
      expect(text).toMatch(/^name,amount\n"'/)
      expect(text).toMatch(/",-1\n$/)
      expect(parse(text)).toEqual([
        ['name', 'amount'],
        [`'${name}`, '-1'],
      ])
    },
  )

  test('losses stay numbers; what is no number in a column of numbers is an error, not text', async () => {
    for (const amount of ['=1+1', '1e5', 'NaN', '+1', '1,5', '--1', '']) {
      await expect(csv([{ name: 'x', amount }]), amount).rejects.toMatchObject({
        code: 'INTERNAL',
        message: expect.stringContaining('"amount"') as string,
      })
    }
  })
})

const text = fc.string({
  unit: fc.constantFrom('a', '=', '-', "'", '"', ',', '\n', '\r', ';', ' ', '\0', 'é'),
})

test('what was exported reads as it was, but for the apostrophe', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ name: text, amount: fc.constant('1') })), async (rows) => {
      const parsed = parse(await csv(rows), { record_delimiter: '\n' }).slice(1)
      expect(parsed.map(([name]) => name)).toEqual(
        rows.map(({ name }, at) => (parsed[at]?.[0] === `'${name}` ? `'${name}` : name)),
      )
      for (const [name = ''] of parsed) expect(name).not.toMatch(/^\s*[=+\-@]/)
      expect((JSON.parse(await all(jsonChunks('x', COLUMNS, rows))) as { rows: unknown }).rows).toEqual(rows)
    }),
  )
})

test('JSON: one document, missing is null, names of providers are data', async () => {
  const rows = [
    { name: '__proto__', amount: null },
    { name: '</script>"', amount: '0.1' },
  ]
  expect(await all(jsonChunks('prices', COLUMNS, rows))).toBe(
    '{"schemaVersion":1,"what":"prices","rows":[\n{"name":"__proto__","amount":null},\n{"name":"</script>\\"","amount":"0.1"}\n]}\n',
  )
  expect(JSON.parse(await all(jsonChunks('prices', COLUMNS, [])))).toEqual({
    schemaVersion: 1,
    what: 'prices',
    rows: [],
  })
})

test('a long export is never whole in memory: rows are asked for as they are written', async () => {
  let asked = 0
  function* rows(): Generator<Row> {
    for (;;) {
      asked++
      yield { name: 'x', amount: '1' }
    }
  }
  const chunks = csvChunks(COLUMNS, rows())
  await chunks.next()
  expect(asked).toBe(0)
  await chunks.next()
  await chunks.next()
  expect(asked).toBe(2_000)
  await chunks.return(undefined)
})

test('F15: PnL by hour and token, the total last, what is missing left empty', async () => {
  const given = report([token('bitcoin', 'BTC', '0.5', [60000, NaN])])
  expect(await all(csvChunks(PNL_EXPORT, pnlExportRows(given)))).toBe(
    [
      'hour,asset,symbol,quantity,mark,value,pnl,quality,source,coverage',
      '2026-11-01T00:00:00Z,bitcoin,BTC,0.5,60000,30000,0,ok,coingecko,',
      '2026-11-01T00:00:00Z,total,,,,30000,0,ok,,1',
      '2026-11-01T01:00:00Z,bitcoin,BTC,0.5,,,,missing,,',
      '2026-11-01T01:00:00Z,total,,,,0,0,ok,,0',
      '',
    ].join('\n'),
  )
})
