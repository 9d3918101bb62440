import { expect, onTestFinished, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { emptyColumns } from '#core/candle.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { portfolioBook, type Portfolio } from '#core/portfolio.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { USD, flow } from '#tests/support/ledgers.ts'

const ETH = 'ethereum' as AssetId
/** Two days around the end of a month. */
const FROM = Date.UTC(2026, 0, 31) as Hour
const HOURS = 48
const FIRST_PRICED = 30

const portfolio: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [],
  holdings: [],
  flowsFile: null,
}

test('what flowed before a range does not count in it, though the first mark comes a month later', async () => {
  const store = await openStore({ kind: 'embedded', file: `${temporaryFolder()}/t.db`, create: true })
  onTestFinished(() => store.close())
  const columns = emptyColumns(HOURS - FIRST_PRICED)
  for (const name of ['open', 'high', 'low', 'close', 'mean', 'count'] as const) columns[name].fill(1)
  columns.first.fill(60_000)
  columns.last.fill(60_000)
  columns.covered.fill(HOUR_MS)
  const run = { asset: ETH, quote: USD, provider: 'coingecko', from: addHours(FROM, FIRST_PRICED), columns }
  await store.writePrices([{ run, suspects: [], gaps: [] }])
  const at = FROM + 2 * HOUR_MS
  const flows = [
    flow({ id: 'a', time: at, asset: ETH, quantity: '5', kind: 'deposit' }),
    flow({ id: 'b', time: at, asset: ETH, quantity: '-5', kind: 'gas' }),
  ]
  const place = { owner: 'local', book: portfolioBook('main'), source: 'test', file: null }
  await store.importFlows({ ...place, mode: 'mirror', at, flows: [flows] })
  const now = addHours(FROM, HOURS)
  const pnlFrom = async (from: Hour) => {
    const request = { portfolio, quote: USD, mode: 'flows' as const, from, to: now, now }
    return (await pnlReport(request, store, DEFAULT_SETTINGS)).total.pnl.at(-1)
  }
  expect(await pnlFrom(FROM)).toBe(-5)
  expect(await pnlFrom(addHours(FROM, 12))).toBe(0)
})
