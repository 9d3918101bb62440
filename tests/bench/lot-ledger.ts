import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow, FlowKind } from '#core/flow.ts'
import { DAY_MS } from '#core/hour.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import { randomOf } from './years.ts'

export const LOT_BASE = 'fiat:usd' as AssetId
export const LEDGER_BEGIN = Date.UTC(2014, 0, 1)
const YEARS = 12
const SPAN = YEARS * 365 * DAY_MS
const WALLETS = ['cold', 'hot', 'safe']

/**
 * A ledger of a busy trader over twelve years: purchases and sales at own prices, swaps of one tx, fees in the base
 * currency and in tokens, income, gas, transfers between three wallets that lose a little on the way, deposits,
 * withdrawals, conversions within pairs of assets, a rare split. The same for the same seed.
 * @param flows how many rows, at least
 */
export function lotLedger(flows: number, assets: number, seed = 6): Flow[] {
  const random = randomOf(seed)
  const rows: Flow[] = []
  const held = new Float64Array(assets * WALLETS.length)
  const below = (limit: number) => Math.floor(random() * limit)
  const step = SPAN / flows
  let now = LEDGER_BEGIN
  let tx = 0
  const push = (
    asset: number,
    wallet: number,
    kind: FlowKind,
    units: number,
    more: Partial<Pick<Flow, 'unitPrice' | 'fee' | 'feeAsset' | 'tx'>> = {},
  ): void => {
    held[asset * WALLETS.length + wallet] = (held[asset * WALLETS.length + wallet] as number) + units
    // Each field by itself, as stores read their rows: a spread would make objects that are slow to read.
    rows.push({
      id: `f${rows.length}`,
      owner: 'local',
      book: 'portfolio:main',
      source: 'flows.csv',
      file: 'flows.csv',
      line: rows.length + 2,
      time: Math.floor(now / 1000) * 1000,
      asset: assetOf(asset),
      quantity: new Decimal(units).div(1e6).toFixed(),
      kind,
      unitPrice: more.unitPrice ?? null,
      priceCurrency: null,
      fee: more.fee ?? null,
      feeAsset: more.feeAsset ?? null,
      wallet: WALLETS[wallet] as string,
      chain: null,
      tx: more.tx ?? null,
      logIndex: null,
      from: null,
      to: null,
      lot: null,
      note: '',
      ordinal: 0,
    })
  }
  const price = (asset: number) => ((asset % 17) + 1) * (1 + ((rows.length * 7919) % 1000) / 1000)
  const priced = (asset: number) => ({ unitPrice: price(asset).toFixed(4) })
  while (rows.length < flows) {
    now += step * (0.5 + random())
    const asset = below(assets)
    const wallet = below(WALLETS.length)
    const there = held[asset * WALLETS.length + wallet] as number
    const dice = random()
    if (there < 2_000_000 || dice < 0.3) {
      const fee =
        random() < 0.3 ? { fee: '0.25' } : random() < 0.1 ? { fee: '0.001', feeAsset: assetOf(asset) } : {}
      push(asset, wallet, 'buy', 1_000_000 + below(9_000_000), { ...priced(asset), ...fee })
    } else if (dice < 0.6)
      push(asset, wallet, 'sell', -(1 + below(there * 0.9)), { ...priced(asset), fee: '0.25' })
    else if (dice < 0.75) {
      const id = { tx: `s${tx++}` }
      push(asset, wallet, 'sell', -(1 + below(there * 0.5)), id)
      push(below(assets), wallet, 'buy', 1_000_000 + below(5_000_000), id)
    } else if (dice < 0.83) push(asset, wallet, 'income', 1 + below(100_000))
    else if (dice < 0.88) push(asset, wallet, 'gas', -(1 + below(1000)))
    else if (dice < 0.93) {
      const id = { tx: `m${tx++}` }
      const size = 1000 + below(there * 0.5)
      push(asset, wallet, 'transfer', -size, id)
      push(asset, (wallet + 1) % WALLETS.length, 'transfer', size - 10, id)
    } else if (dice < 0.96) push(asset, wallet, 'withdraw', -(1 + below(there * 0.1)))
    else if (dice < 0.985) push(asset, wallet, 'deposit', 1 + below(1_000_000), priced(asset))
    else if (dice < 0.9995 && (asset ^ 1) < assets) {
      const id = { tx: `c${tx++}` }
      const size = 1 + below(there * 0.5)
      push(asset, wallet, 'convert', -size, id)
      push(asset ^ 1, wallet, 'convert', size, id)
    } else push(asset, wallet, 'split', there)
  }
  return rows
}

const assetOf = (index: number): AssetId => `coin-${String(index).padStart(4, '0')}` as AssetId

/** Input of that ledger, with a mark for every asset and hour. */
export function lotInput(flows: readonly Flow[]): LotInput {
  const prices = Array.from({ length: 50 }, (_, index) => new Decimal(index + 1))
  const markAt = (_asset: AssetId, time: number) => ({
    price: prices[Math.floor(time / 3_600_000) % 50] as Decimal,
    quality: 'ok' as const,
  })
  return {
    flows,
    base: LOT_BASE,
    names: new Map(),
    rateAt: () => null,
    markAt,
    at: LEDGER_BEGIN + SPAN + 30 * DAY_MS,
  }
}
