import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pnlByDocument } from '#delivery/pnl-by-json.ts'
import { renderPnlByTable } from '#delivery/pnl-by-table.ts'
import { pnlDocument } from '#delivery/pnl-json.ts'
import type { AssetId } from '#core/asset.ts'
import { addHours, type Hour } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { Store } from '#pipeline/ports.ts'
import { BY, pnlBy, type By, type PnlBreakdown } from '#pipeline/queries/pnl-by.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { ASSETS, USD, flow, ledgerArbitrary, pricesArbitrary } from '#tests/support/ledgers.ts'
import { testSeed } from '#tests/support/random.ts'
import { candles, content, importAll, write } from './pnl-history.ts'

fc.configureGlobal({ seed: testSeed(47) })

const FROM = Date.UTC(2026, 0, 31) as Hour
const HOURS = 60
const TO = addHours(FROM, HOURS)
const SETTINGS = { ...DEFAULT_SETTINGS, carryHours: { crypto: 1 } }
const A = `0x${'a'.repeat(40)}`
const B = `0x${'b'.repeat(40)}`

const portfolio: Portfolio = {
  ...{ owner: 'local', name: 'main', baseCurrency: USD, flowsFile: null },
  wallets: [
    { address: A, label: 'hot', chains: ['ethereum', 'base'] },
    { address: B, label: 'cold', chains: ['ethereum'] },
  ],
  holdings: [{ asset: ASSETS[0] as AssetId, quantity: '1.5', unitCost: null, since: null }],
}

let folder: string
let stores = 0
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tidemark-by-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open = () => openStore({ kind: 'embedded', file: join(folder, `${++stores}.db`), create: true })

const ask = { portfolio, quote: USD, from: addHours(FROM, 10), to: TO, now: TO }
const by = (store: Store, part: By, more: object = {}) =>
  pnlBy({ ...ask, by: part, ...more }, store, SETTINGS)

/** The groups sum to the total: value and PnL at every hour, and everything that is told of the whole range. */
function sumsUp({ report, groups }: PnlBreakdown): void {
  const { total } = report
  const sizeOf = ({ value, pnl, attribution, external, exchanged }: typeof total) =>
    [...value, ...pnl, ...Object.values(attribution), external, exchanged].reduce(
      (most, term) => Math.max(most, Math.abs(term) || 0),
      1,
    )
  const size = [total, ...groups].reduce((sum, part) => sum + sizeOf(part), 0)
  const near = (whole: number, parts: readonly number[]) => {
    const off = Math.abs(parts.reduce((sum, part) => sum + part, 0) - whole)
    if (!Number.isNaN(whole)) expect(off).toBeLessThanOrEqual(1e-9 * size)
  }
  for (const series of ['value', 'pnl'] as const) {
    total[series].forEach((whole, hour) =>
      near(
        whole,
        groups.map((group) => group[series][hour] || 0),
      ),
    )
  }
  for (const name of ['external', 'exchanged'] as const)
    near(
      total[name],
      groups.map((group) => group[name]),
    )
  for (const name of Object.keys(total.attribution) as (keyof typeof total.attribution)[])
    near(
      total.attribution[name],
      groups.map(({ attribution }) => attribution[name]),
    )
}

describe('a portfolio taken apart', () => {
  test('sums to its total by wallet, chain, asset and category, whatever flowed and whatever price is missing', async () => {
    const world = fc.record({
      ledger: ledgerArbitrary(addHours(FROM, 1), HOURS - 2, 14),
      chains: fc.infiniteStream(fc.constantFrom(null, 'ethereum', 'base')),
      prices: fc.tuple(...ASSETS.map(() => pricesArbitrary(HOURS + 1, 0.3))),
    })
    await fc.assert(
      fc.asyncProperty(world, async ({ ledger, chains, prices }) => {
        const store = await open()
        for (const [at, asset] of ASSETS.entries())
          await write(store, candles(asset, 'coingecko', FROM, prices[at] as number[], 4))
        const placed = ledger.map((row) => ({
          ...row,
          chain: row.tx === null ? (chains.next().value as string | null) : null,
        }))
        await importAll(store, placed, TO)
        for (const mode of ['flows', 'snapshot'] as const) {
          const plain = await pnlReport({ ...ask, mode }, store, SETTINGS)
          for (const part of BY) {
            const found = await by(store, part, { mode })
            expect(content(found.report)).toEqual(content(plain))
            sumsUp(found)
          }
        }
        await store.close()
      }),
      { numRuns: Number(process.env['RUNS'] ?? 12), endOnFailure: true },
    )
  })

  async function small(): Promise<Store> {
    const store = await open()
    const flat = (price: number) =>
      Array.from({ length: HOURS + 1 }, (_, hour) => price + (hour === HOURS ? 10 : 0))
    const ids = ['ethereum', 'weth', 'usd-coin'] as AssetId[]
    for (const [at, asset] of ids.entries())
      await write(store, candles(asset, 'coingecko', FROM, flat([1000, 1000, 1][at] ?? 0), 4))
    const at = (hour: number) => FROM + hour * 3_600_000
    await importAll(
      store,
      [
        flow({
          time: at(1),
          asset: ids[0] as AssetId,
          quantity: '3',
          kind: 'deposit',
          wallet: 'hot',
          chain: 'ethereum',
        }),
        flow({
          time: at(20),
          asset: ids[0] as AssetId,
          quantity: '-1',
          kind: 'transfer',
          wallet: 'hot',
          chain: 'ethereum',
          tx: '0x1',
        }),
        flow({
          time: at(20),
          asset: ids[0] as AssetId,
          quantity: '1',
          kind: 'transfer',
          wallet: 'cold',
          chain: 'ethereum',
          tx: '0x1',
        }),
        flow({
          time: at(30),
          asset: ids[0] as AssetId,
          quantity: '-1',
          kind: 'convert',
          wallet: 'hot',
          chain: 'ethereum',
          tx: '0x2',
        }),
        flow({
          time: at(30),
          asset: ids[1] as AssetId,
          quantity: '1',
          kind: 'convert',
          wallet: 'hot',
          chain: 'ethereum',
          tx: '0x2',
        }),
        flow({
          time: at(40),
          asset: ids[2] as AssetId,
          quantity: '500',
          kind: 'deposit',
          wallet: 'hot',
          chain: 'base',
        }),
      ],
      TO,
    )
    return store
  }
  const bare = { ...portfolio, holdings: [] }
  const ends = ({ groups }: PnlBreakdown) =>
    groups.map(({ key, label, value, pnl, external, exchanged }) => [
      key,
      label,
      value.at(-1),
      pnl.at(-1),
      external,
      exchanged,
    ])

  test('by wallet a transfer is external to both, by category a conversion is an exchange', async () => {
    const store = await small()
    const of = async (part: By) => ends(await by(store, part, { portfolio: bare }))
    expect(await of('wallet')).toEqual([
      [A, 'hot', 1010 + 1010 + 500 * 11, 10 + 10 + 5000, -1000 + 500, 0],
      [B, 'cold', 1010, 10, 1000, 0],
    ])
    expect(await of('chain')).toEqual([
      ['base', 'base', 5500, 5000, 500, 0],
      ['ethereum', 'ethereum', 3030, 30, 0, 0],
    ])
    expect(await of('category')).toEqual([
      ['native', 'native', 2020, 20, 0, -1000],
      ['stablecoin', 'stablecoin', 5500, 5000, 500, 0],
      ['wrapped', 'wrapped', 1010, 10, 0, 1000],
    ])
    expect((await of('asset')).map(([key]) => key)).toEqual(['ethereum', 'usd-coin', 'weth'])
    await store.close()
  })

  test('sums where a token has no mark and one wallet has sold all of it: what it made counts at the next mark', async () => {
    const store = await open()
    const coin = 'ethereum' as AssetId
    const prices = Array.from({ length: HOURS + 1 }, (_, hour) => (hour >= 29 && hour < 40 ? NaN : 1000))
    await write(store, candles(coin, 'coingecko', FROM, prices, 4))
    const at = (hour: number) => FROM + hour * 3_600_000
    const sold = { time: at(31), wallet: 'cold', tx: '0x3' }
    await importAll(
      store,
      [
        flow({ time: at(1), asset: coin, quantity: '1', kind: 'deposit', wallet: 'hot' }),
        flow({ time: at(1), asset: coin, quantity: '1', kind: 'deposit', wallet: 'cold' }),
        flow({ ...sold, asset: coin, quantity: '-1', kind: 'sell' }),
        flow({ ...sold, asset: 'fiat:usd' as AssetId, quantity: '1200', kind: 'buy' }),
      ],
      TO,
    )
    const found = await by(store, 'wallet', { portfolio: bare })
    sumsUp(found)
    const cold = found.groups.find(({ label }) => label === 'cold')
    expect([cold?.pnl[20], cold?.pnl[21], cold?.pnl[29], cold?.pnl[30]]).toEqual([0, 0, 0, 200])
    await store.close()
  })

  test('is a table, the largest part first, and a document with the report in it', async () => {
    const store = await small()
    const found = await by(store, 'wallet', { portfolio: bare, every: '1d' })
    const text = renderPnlByTable(found, { width: null, colour: false, sparkline: false })
    const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/))
    const [head, hot, cold, total] = rows.slice(rows.findIndex(([first]) => first === 'wallet'))
    expect(head).toEqual(['wallet', 'assets', 'value', 'share', 'PnL', 'PnL %', '24 h'])
    expect(hot?.slice(0, 4)).toEqual(['hot', '3', '7,520.00', '88.2 %'])
    expect(cold?.slice(0, 3)).toEqual(['cold', '1', '1,010.00'])
    expect(total?.slice(0, 3)).toEqual(['total', '3', '8,530.00'])
    expect(text).toContain('Total 8,530.00 usd')
    const document = pnlByDocument(found)
    expect(document).toMatchObject(pnlDocument(found.report))
    expect(document.by).toBe('wallet')
    expect(document.groups.map(({ key, label, assets }) => [key, label, assets])).toEqual([
      [A, 'hot', ['ethereum', 'usd-coin', 'weth']],
      [B, 'cold', ['ethereum']],
    ])
    for (const { value, pnl } of document.groups)
      expect([value.length, pnl.length]).toEqual([document.hours.length, document.hours.length])
    await store.close()
  })
})
