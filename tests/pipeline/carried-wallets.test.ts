import { beforeEach, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { emptyColumns } from '#core/candle.ts'
import { HOUR_MS, addHours, formatTime, type Hour } from '#core/hour.ts'
import { pairBook, type Portfolio } from '#core/portfolio.ts'
import { qualityName } from '#core/quality.ts'
import { carriedLines } from '#delivery/readings.ts'
import { renderPnlTable } from '#delivery/pnl-table.ts'
import { valueFooter } from '#delivery/value-table.ts'
import { keepPairTimes } from '#pipeline/chain/pair-times.ts'
import { valuePortfolios } from '#pipeline/jobs/value.ts'
import type { Store } from '#pipeline/ports.ts'
import { listHoldings } from '#pipeline/queries/holdings.ts'
import { pnlBy } from '#pipeline/queries/pnl-by.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { ValueTally } from '#pipeline/value/tally.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { newFile, openFile } from '#tests/storage/support/embedded.ts'
import { flow, USD } from '#tests/support/ledgers.ts'

const ETH = 'ethereum' as AssetId
const BTC = 'bitcoin' as AssetId
const [HOT, COLD] = ['ab', 'cd'].map((byte) => `0x${byte.repeat(20)}`) as [string, string]
const FROM = Date.UTC(2026, 5, 30, 12) as Hour
const TO = addHours(FROM, 24)
const at = (hours: number) => FROM + hours * HOUR_MS

const portfolio: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [
    { address: HOT, label: 'hot', chains: ['base', 'ethereum'] },
    { address: COLD, label: null, chains: ['ethereum'] },
  ],
  holdings: [],
  flowsFile: null,
}

let store: Store
beforeEach(async () => {
  store = await openFile(newFile())
  await store.writePortfolio(portfolio)
  for (const asset of [ETH, BTC]) {
    const columns = emptyColumns(25)
    for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) columns[name].fill(100)
    columns.count.fill(1)
    columns.covered.fill(HOUR_MS)
    const run = { asset, quote: USD, provider: 'coingecko', from: FROM, columns }
    await store.writePrices([{ run, suspects: [], gaps: [] }])
  }
  await hold(HOT, 'base', ETH)
  await hold(HOT, 'ethereum', BTC)
  await hold(COLD, 'ethereum', BTC)
  await read('base', [HOT], 20.5)
  await read('ethereum', [HOT, COLD], 24.1)
})

async function hold(wallet: string, chain: string, asset: AssetId): Promise<void> {
  const row = flow({ time: at(1), asset, quantity: '2', kind: 'deposit', wallet, chain })
  const book = `wallet:${wallet}`
  const how = { owner: 'local', book, source: `rpc:${chain}`, file: null, mode: 'add', at: 1 } as const
  await store.importFlows({ ...how, flows: [[{ ...row, ...how }]] })
  await store.coverFlows('local', pairBook(wallet, chain), FROM, at(20))
}

const read = (chain: string, wallets: string[], hours: number) =>
  keepPairTimes(store, { owner: 'local', chain, at: at(hours) }, { read: wallets, failed: [] })
const fail = (chain: string, wallets: string[], hours: number) =>
  keepPairTimes(store, { owner: 'local', chain, at: at(hours) }, { read: [], failed: wallets })

const report = (to: number = TO) =>
  pnlReport({ portfolio, quote: USD, from: FROM, to, now: at(24.2) }, store, DEFAULT_SETTINGS)
const holdings = async (now = at(24.2)) =>
  (await listHoldings(store, DEFAULT_SETTINGS, { portfolio, now, limit: 10, offset: 0 })).rows.map(
    ({ asset, chain, quality, readAt }) => [asset, chain, quality, readAt],
  )
async function value() {
  const tally = new ValueTally()
  const request = { portfolio, time: TO, now: at(24.2), persist: true }
  const { signal } = new AbortController()
  for await (const page of valuePortfolios(request, store, DEFAULT_SETTINGS, signal)) {
    tally.add(page)
    const [valued] = page.valued
    if (valued !== undefined) return { ...valued.snapshot, footer: valueFooter(tally.summary, TO) }
  }
  throw new Error('nothing was valued')
}
const OPTIONS = { width: null, colour: false, sparkline: false }

describe('a chain that was last read before the hour', () => {
  test('is carried in holdings, with when it was read', async () => {
    expect(await holdings()).toEqual([
      [BTC, 'ethereum', 'ok', null],
      [BTC, 'ethereum', 'ok', null],
      [ETH, 'base', 'carried', at(20.5)],
    ])
    expect((await holdings(at(20.9))).at(-1)).toEqual([ETH, 'base', 'ok', null])
  })

  test('is carried in pnl at the hours after the reading, and the total with it, which does not move', async () => {
    const { tokens, total, carriedWallets } = await report()
    const eth = tokens.find(({ asset }) => asset === ETH)
    const qualities = (of: Uint8Array | undefined) => [...(of ?? [])].slice(19, 23).map(qualityName)
    expect(qualities(eth?.quality)).toEqual(['ok', 'ok', 'carried', 'carried'])
    expect(qualities(total.quality)).toEqual(['ok', 'ok', 'carried', 'carried'])
    expect(new Set(tokens.find(({ asset }) => asset === BTC)?.quality.slice(2))).toEqual(new Set([3]))
    expect(total.value.slice(19, 23)).toEqual(Float64Array.of(600, 600, 600, 600))
    expect(carriedWallets).toMatchObject([{ name: 'hot', chain: 'base', at: at(20.5), failed: false }])
    const text = renderPnlTable(await report(), OPTIONS)
    expect(text).toContain(`Carried: hot on base as last read at ${formatTime(at(20.5))}.`)
    expect((await report(at(20))).carriedWallets).toEqual([])
  })

  test('is carried in its own part of pnl --by alone', async () => {
    const ask = { portfolio, quote: USD, from: FROM, to: TO, now: at(24.2), by: 'chain' as const }
    const { groups } = await pnlBy(ask, store, DEFAULT_SETTINGS)
    expect(groups.map(({ key, quality }) => [key, qualityName(quality.at(-1) ?? 0)])).toEqual([
      ['base', 'carried'],
      ['ethereum', 'ok'],
    ])
  })

  test('is carried in value, and the footer names it', async () => {
    const { quality, positions, footer, value: worth } = await value()
    expect([quality, worth]).toEqual(['carried', 600])
    expect(positions.map(({ chain, quality: each }) => [chain, each])).toEqual([
      ['ethereum', 'ok'],
      ['ethereum', 'ok'],
      ['base', 'carried'],
    ])
    expect(footer).toContain('Carried  1 wallet as last read on base')
  })
})

describe('a chain that the last run could not read', () => {
  test('is carried from the hour on in which it was last read', async () => {
    await fail('ethereum', [HOT, COLD], 24.15)
    expect((await holdings()).map(([, , quality]) => quality)).toEqual(['carried', 'carried', 'carried'])
    const { carriedWallets } = await report()
    expect(carriedLines(carriedWallets)).toContain(
      `Carried: hot, ${COLD} on ethereum as last read at ${formatTime(at(24.1))}; the last run could not read it.`,
    )
    expect((await value()).footer).toContain('Carried  2 wallets as last read on base, ethereum')
    await read('ethereum', [HOT, COLD], 24.18)
    expect((await holdings()).map(([, , quality]) => quality)).toEqual(['ok', 'ok', 'carried'])
  })

  test('is missing, not carried, where it was never read', async () => {
    const wallets = [{ address: `0x${'ef'.repeat(20)}`, label: 'new', chains: ['base', 'ethereum'] }]
    await fail('base', [`0x${'ef'.repeat(20)}`], 24)
    const ask = { portfolio: { ...portfolio, wallets }, now: at(24.2), limit: 10, offset: 0 }
    const { unread, carried } = await listHoldings(store, DEFAULT_SETTINGS, ask)
    expect([unread, carried]).toEqual([[{ name: 'new', chains: null }], []])
  })

  test('counts wallets, not their chains, in the footer of value', async () => {
    const tally = new ValueTally()
    const base = await value()
    const snapshot = { ...base, positions: [] }
    const unread = [
      { name: 'a', chains: ['base', 'optimism'] },
      { name: 'b', chains: null },
    ]
    const valued = [{ snapshot, priced: 0, known: 0, unread, carried: [] }]
    tally.add({ valued, last: true, written: { added: 0, changed: 0, unchanged: 0 } })
    expect(valueFooter(tally.summary, TO)).toContain(
      'Missing  in 1 portfolio: 1 wallet never read, 1 wallet not read on every chain',
    )
  })
})

test('where the only wallet was never read, the total is missing and not 0', async () => {
  const unread = {
    ...portfolio,
    name: 'unread',
    wallets: [{ address: `0x${'ef'.repeat(20)}`, label: null, chains: ['base'] }],
  }
  await store.writePortfolio(unread)
  const ask = { portfolio: unread, quote: USD, from: FROM, to: TO, now: at(25) }
  const { total, missingWallets } = await pnlReport(ask, store, DEFAULT_SETTINGS)
  expect(missingWallets).toHaveLength(1)
  expect(total.value.every(Number.isNaN)).toBe(true)
  expect(total.pnl.every(Number.isNaN)).toBe(true)
  expect(qualityName(total.quality.at(-1) as number)).toBe('missing')
  expect([total.coverage.at(-1), total.change24h]).toEqual([0, null])
  const request = { portfolio: unread, time: TO, now: at(25), persist: false }
  for await (const { valued } of valuePortfolios(
    request,
    store,
    DEFAULT_SETTINGS,
    new AbortController().signal,
  ))
    expect(valued[0]?.snapshot).toMatchObject({
      value: null,
      quality: 'missing',
      coverage: 0,
      change24h: null,
    })
})
