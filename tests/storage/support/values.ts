import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns, type CandleRun } from '#core/candle.ts'
import type { Coin } from '#core/coin.ts'
import { UNDETAILED, type Flow } from '#core/flow.ts'
import { addHours, HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import type { Month } from '#core/month.ts'
import type { Balance, Portfolio } from '#core/portfolio.ts'
import type { Gap, Suspect } from '#core/sample.ts'
import type { Batch, FlowImport, PnlMonth, Snapshot } from '#pipeline/ports.ts'

export const BTC = 'bitcoin' as AssetId
export const ETH = 'ethereum' as AssetId
export const USD = 'usd' as Quote
export const MONTH = '2026-01' as Month
export const START = hourOf(Date.UTC(2026, 0, 1))
export const hour = (n: number): Hour => addHours(START, n)

/** Candles of consecutive hours from hour `from`, one sample each; NaN is an hour that was asked for and held none. */
export function runOf(
  prices: readonly number[],
  from = 0,
  more: Partial<CandleRun> & { covered?: number } = {},
): CandleRun {
  const columns = emptyColumns(prices.length)
  prices.forEach((price, at) => {
    const empty = Number.isNaN(price)
    for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) columns[name][at] = price
    columns.count[at] = empty ? 0 : 1
    columns.first[at] = columns.last[at] = empty ? NaN : 120_000
    columns.covered[at] = more.covered ?? HOUR_MS
  })
  const { covered: _covered, ...keys } = more
  return { asset: BTC, quote: USD, provider: 'coingecko', from: hour(from), columns, ...keys }
}

export function suspectOf(time: number, more: Partial<Suspect> = {}): Suspect {
  return {
    asset: BTC,
    quote: USD,
    provider: 'coingecko',
    time,
    price: '1e-30',
    reason: 'jump',
    state: 'pending',
    ...more,
  }
}

export function gapOf(from: number, to: number, more: Partial<Gap> = {}): Gap {
  return {
    asset: BTC,
    quote: USD,
    provider: 'coingecko',
    from: hour(from),
    to: hour(to),
    reason: 'no-data',
    message: 'no points',
    seen: 1,
    tried: 2,
    tries: 3,
    ...more,
  }
}

export function flowOf(id: string, more: Partial<Flow> = {}): Flow {
  return {
    ...UNDETAILED,
    id,
    owner: 'local',
    book: 'portfolio:main',
    source: 'flows:main',
    file: '/data/flows.csv',
    line: 2,
    time: hour(1),
    asset: BTC,
    quantity: '0.5',
    kind: 'buy',
    unitPrice: '41000',
    wallet: 'manual',
    ...more,
  }
}

export function importOf(flows: readonly Flow[], more: Partial<FlowImport> = {}): FlowImport {
  const { owner, book, source, file } = flowOf('any')
  return { owner, book, source, file, mode: 'mirror', at: hour(9), flows: [flows], ...more }
}

export function coinOf(asset: string, rank: number | null, more: Partial<Coin> = {}): Coin {
  const coin = {
    asset: asset as AssetId,
    symbol: asset.slice(0, 3),
    name: asset,
    rank,
    price: '1.50',
    quote: 'usd',
  }
  return { ...coin, marketCap: '1e9', volume: null, updated: 5, ...more }
}

export function balanceOf(time: number, quantity: string, more: Partial<Balance> = {}): Balance {
  const place = { owner: 'local', wallet: '0xab', chain: 'eip155:1', asset: ETH }
  return { ...place, time, quantity, source: 'allium', ...more }
}

export function portfolioOf(name: string, more: Partial<Portfolio> = {}): Portfolio {
  return {
    owner: 'local',
    name,
    baseCurrency: USD,
    wallets: [{ address: '0xab', label: 'hot', chains: ['ethereum'] }],
    holdings: [{ asset: BTC, quantity: '0.50', unitCost: null, since: null }],
    flowsFile: '/data/flows.csv',
    ...more,
  }
}

export function batchOf(
  month: string,
  wallet: string,
  data: readonly number[],
  more: Partial<Batch> = {},
): Batch {
  const key = {
    owner: 'local',
    portfolio: 'main',
    quote: USD,
    month: month as Month,
    asset: BTC,
    wallet,
    chain: '',
  }
  return { ...key, fingerprint: 'f1', steps: '[[0,"0.5"]]', data: Float64Array.from(data), ...more }
}

export function pnlMonthOf(month: string, more: Partial<PnlMonth> = {}): PnlMonth {
  const key = { owner: 'local', portfolio: 'main', quote: USD, month: month as Month }
  return { ...key, key: 'k1', states: '{}', ...more }
}

/** Two assets, one of them without a mark. */
export function snapshotOf(n: number, more: Partial<Snapshot> = {}): Snapshot {
  const where = { token: null, chain: '', wallet: 'manual' }
  return {
    owner: 'local',
    portfolio: 'main',
    quote: USD,
    time: hour(n),
    value: 50_123.25,
    change24h: { amount: 12.5, fraction: 0.1 + 0.2 },
    quality: 'carried',
    coverage: 1,
    coverageByCount: 0.5,
    positions: [
      { ...where, asset: BTC, quantity: '0.5', mark: 100_246.5, value: 50_123.25, quality: 'carried' },
      {
        asset: ETH,
        token: 'native',
        chain: 'base',
        wallet: '0xab',
        quantity: '4.000000000000000001',
        mark: null,
        value: null,
        quality: 'missing',
      },
    ],
    ...more,
  }
}
