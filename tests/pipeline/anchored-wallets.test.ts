import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { emptyColumns } from '#core/candle.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { pairBook, walletBook, type Balance, type Portfolio } from '#core/portfolio.ts'
import { qualityName } from '#core/quality.ts'
import type { Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { listUnexplained } from '#pipeline/queries/unexplained.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { USD, flow } from '#tests/support/ledgers.ts'

const ETH = 'ethereum' as AssetId
const WALLET = `0x${'ab'.repeat(20)}`
const FROM = Date.UTC(2026, 5, 30, 12) as Hour
const HOURS = 24
const NOW = addHours(FROM, HOURS)
const at = (hours: number) => FROM + hours * HOUR_MS

const portfolio: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [{ address: WALLET, label: 'hot', chains: ['ethereum'] }],
  holdings: [],
  flowsFile: null,
}
const balance = (hours: number, quantity: string): Balance => ({
  owner: 'local',
  wallet: WALLET,
  chain: 'ethereum',
  asset: ETH,
  time: at(hours),
  quantity,
  source: 'allium',
})

let store: Store
beforeEach(async () => {
  store = await openStore({ kind: 'embedded', file: `${temporaryFolder()}/t.db`, create: true })
  await store.writePortfolio(portfolio)
  const columns = emptyColumns(HOURS + 1)
  for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) {
    columns[name].forEach((_, hour) => (columns[name][hour] = 100 + hour))
  }
  columns.count.fill(1)
  columns.first.fill(60_000)
  columns.last.fill(60_000)
  columns.covered.fill(HOUR_MS)
  const run = { asset: ETH, quote: USD, provider: 'coingecko', from: FROM, columns }
  await store.writePrices([{ run, suspects: [], gaps: [] }])
})
afterEach(() => store.close())

const report = (of = portfolio): Promise<PnlReport> =>
  pnlReport(
    { portfolio: of, quote: USD, mode: 'flows', from: FROM, to: NOW, now: NOW },
    store,
    DEFAULT_SETTINGS,
  )

describe('a wallet that is known by its balances', () => {
  test('is missing before the first one, never 0, and enters without a gain', async () => {
    await store.writeBalances([balance(4.5, '2')])
    const { tokens, total, gaps } = await report()
    const [token] = tokens
    expect(token?.quantity.slice(3, 7)).toEqual([null, null, '2', '2'])
    expect([...(token?.value ?? [])].slice(4, 6)).toEqual([NaN, 210])
    expect([...(token?.pnl ?? [])].slice(4, 8)).toEqual([NaN, 0, 2, 4])
    expect(qualityName(token?.quality[4] ?? 3)).toBe('missing')
    expect([...total.coverageByCount].slice(4, 6)).toEqual([0, 1])
    expect(gaps[0]).toMatchObject({ asset: ETH, from: FROM, to: at(4) })
  })

  test('goes back as far as its flows are complete', async () => {
    await store.coverFlows('local', walletBook(WALLET), at(1), at(20))
    await store.importFlows({
      owner: 'local',
      book: walletBook(WALLET),
      source: 'allium',
      file: null,
      mode: 'add',
      at: NOW,
      flows: [
        [
          flow({
            time: at(6.5),
            asset: ETH,
            quantity: '1.5',
            kind: 'deposit',
            wallet: WALLET,
            chain: 'ethereum',
          }),
        ],
      ],
    })
    await store.writeBalances([balance(20, '2')])
    const [token] = (await report()).tokens
    expect(token?.quantity.slice(0, 8)).toEqual([null, '0.5', '0.5', '0.5', '0.5', '0.5', '0.5', '2'])
    expect(token?.attribution.price).toBeCloseTo(0.5 * 6 + 2 * 17, 9)
    expect(await listUnexplained(store, 'local', { now: NOW })).toEqual([])
  })

  test('goes back as far as the flows of its chain are complete, though another chain was never read', async () => {
    const wallets = [{ address: WALLET, label: 'hot', chains: ['ethereum', 'optimism'] }]
    await store.coverFlows('local', pairBook(WALLET, 'ethereum'), at(1), at(20))
    await store.writeBalances([balance(23.5, '2')])
    const { tokens, total, missingWallets } = await report({ ...portfolio, wallets })
    expect(tokens[0]?.quantity.slice(0, 3)).toEqual([null, '2', '2'])
    expect(total.value.at(-1)).toBe(2 * (100 + HOURS))
    expect(missingWallets).toEqual([{ wallet: 'hot', reason: 'never read on optimism' }])
  })

  test('what no flow explains comes from outside, is no gain, and is listed', async () => {
    await store.writeBalances([balance(1, '2'), balance(12.5, '5')])
    const [token] = (await report()).tokens
    expect(token?.quantity.slice(11, 14)).toEqual(['2', '2', '5'])
    expect([...(token?.pnl ?? [])].slice(12, 15)).toEqual([22, 24, 29])
    expect(token?.external).toBe(2 * 101 + 3 * 113)
    const listed = await listUnexplained(store, 'local', { now: NOW })
    expect(listed.map(({ quantity, time }) => [quantity, time])).toEqual([['3', at(12.5)]])
    expect(await listUnexplained(store, 'local', { now: NOW, assets: ['bitcoin' as AssetId] })).toEqual([])
    expect(await listUnexplained(store, 'other', { now: NOW })).toEqual([])
  })

  test('of which nothing was ever read is told of', async () => {
    expect((await report()).missingWallets).toEqual([
      { wallet: 'hot', reason: 'nothing configured could read it' },
    ])
    await store.coverFlows('local', walletBook(WALLET), at(1), at(20))
    expect((await report()).missingWallets).toEqual([])
  })

  test('a chain that was added to it and never read is told of; one with nothing on it was read', async () => {
    const wallets = [{ address: WALLET, label: 'hot', chains: ['ethereum', 'polygon', 'base', 'optimism'] }]
    const missing = async () => (await report({ ...portfolio, wallets })).missingWallets
    await store.coverFlows('local', walletBook(WALLET), at(1), at(20))
    await store.writeBalances([balance(20, '2')])
    // Noted of the wallet alone, as stores did before.
    expect(await missing()).toEqual([])
    await store.coverFlows('local', pairBook(WALLET, 'polygon'), at(1), at(20))
    expect(await missing()).toEqual([{ wallet: 'hot', reason: 'never read on base, optimism' }])
    const record = { owner: 'local', kind: 'read:source', key: `base|${WALLET}`, value: 'allium' }
    await store.writeRecords({ put: [record] })
    expect(await missing()).toEqual([{ wallet: 'hot', reason: 'never read on optimism' }])
  })
})
