import { parse } from 'csv-parse/sync'
import { beforeAll, expect, test } from 'vitest'
import { LOT_CSVS } from '#delivery/lots/csv-names.ts'
import { EXPORTS } from '#delivery/export/names.ts'
import { build, tidemark } from '../../../scripts/support.ts'
import { askRoute } from '../contract/requests.ts'
import { WALLET, world } from '../contract/world.ts'

const EVIL = ['=HYPERLINK("http://evil")', '+cmd|x', '-2+3', '@SUM(A1)', '＝1+1', '"=1+1', ' =1']
const NUMBER = /^-?\d+(\.\d+)?$/
const FORMULA = /^[\s"]*[=+\-@＝]/

beforeAll(build, 60_000)

/** Formulas wherever a text of somebody comes in: notes, wallets, labels, names that providers give. */
async function poisoned() {
  const at = await world()
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const rows = EVIL.map(
    (note, index) => `2026-11-0${index + 1}T00:00:00Z,ethereum,-0.1,sell,50,${quoted(note)},${quoted(note)}`,
  )
  const body = `time,asset,quantity,kind,unit_price,wallet,note\n${rows.join('\n')}\n`
  const imported = await askRoute(at, 'importFlows', 'ada', { query: { portfolio: 'ada' }, body })
  expect(imported.statusCode, imported.body).toBe(201)
  const labelled = await askRoute(at, 'changeWallet', 'ada', {
    query: { portfolio: 'ada' },
    body: { label: EVIL[0] },
  })
  expect(labelled.statusCode, labelled.body).toBe(200)
  const unknown = { rank: 1, price: null, marketCap: null, volume: null, updated: null }
  await at.store.writeCoins(
    ['bitcoin', 'ethereum'].map((asset, index) => ({
      ...{
        asset: asset as never,
        symbol: EVIL[index] as string,
        name: 'x',
        quote: 'usd' as never,
        ...unknown,
      },
    })),
    1,
  )
  return at
}

function faultsIn(csv: string): string[] {
  const table = parse<Record<string, string>>(csv, { columns: true })
  expect(table.length).toBeGreaterThan(0)
  return table.flatMap((row) =>
    Object.entries(row).flatMap(([column, cell]) =>
      FORMULA.test(cell) && !NUMBER.test(cell) ? [`${column}: ${cell}`] : [],
    ),
  )
}

const ASKS = [
  ...EXPORTS.map((what) => ({ what })),
  ...LOT_CSVS.map((columns) => ({ what: 'gains', columns })),
]

test('A23: what comes in as a formula leaves GET /export as text, whatever is exported', async () => {
  const at = await poisoned()
  let texts = 0
  for (const ask of ASKS) {
    const query = { portfolio: 'ada', from: '2026-10-30', ...ask }
    const reply = await askRoute(at, 'export', 'ada', {
      query: ask.what === 'gains' ? { portfolio: 'ada', ...ask } : query,
    })
    expect(reply.statusCode, `${JSON.stringify(ask)} ${reply.body.slice(0, 300)}`).toBe(200)
    expect(faultsIn(reply.body), JSON.stringify(ask)).toEqual([])
    texts += [...reply.body.matchAll(/(^|,)"?'/gm)].length
  }
  // They were there.
  expect(texts).toBeGreaterThan(EVIL.length * 2)
})

test('A23: nor does the export of the command line hold one', async () => {
  const { store, folder } = await poisoned()
  expect((await store.portfolio('local', 'ada'))?.wallets[0]?.address).toBe(WALLET)
  const env = { TIDEMARK_DATA_DIR: folder }
  for (const what of EXPORTS) {
    const ended = await tidemark(['export', '--what', what, '--from', '2026-10-30', '--to', '2026-11-20'], {
      env,
    })
    expect([0, 3], `${what} ${ended.stderr}`).toContain(ended.code)
    expect(faultsIn(ended.stdout), what).toEqual([])
  }
})
