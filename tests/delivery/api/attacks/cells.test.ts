import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { askRoute } from '../contract/requests.ts'
import { world } from '../contract/world.ts'

const EVIL = ['=HYPERLINK("http://evil")', '+cmd|x', '-2+3', '@SUM(A1)', '＝1+1', '"=1+1', ' =1']
const NUMBER = /^-?\d+(\.\d+)?$/
const NUMBERS = ['quantity', 'unit_price', 'fee', 'log_index']

test('A23: what comes in as a formula leaves GET /export as text, and numbers leave as numbers', async () => {
  const at = await world()
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const rows = EVIL.map(
    (note, index) => `2026-11-0${index + 1}T00:00:00Z,bitcoin,-0.5,sell,50000,kraken,${quoted(note)}`,
  )
  const body = `time,asset,quantity,kind,unit_price,wallet,note\n${rows.join('\n')}\n`
  const imported = await askRoute(at, 'importFlows', 'ada', { query: { portfolio: 'ada' }, body })
  expect(imported.statusCode, imported.body).toBe(201)
  const reply = await askRoute(at, 'export', 'ada', {
    query: { portfolio: 'ada', what: 'flows', format: 'csv' },
  })
  const table = parse<Record<string, string>>(reply.body, { columns: true })
  expect(table.length).toBe(EVIL.length + 2)
  for (const row of table)
    for (const [column, cell] of Object.entries(row))
      if (cell !== '' && NUMBERS.includes(column)) expect(cell, column).toMatch(NUMBER)
      else expect(cell, column).not.toMatch(/^[\s"]*[=+\-@＝]/)
  expect(table.filter(({ note = '' }) => note.startsWith("'"))).toHaveLength(EVIL.length)
})
