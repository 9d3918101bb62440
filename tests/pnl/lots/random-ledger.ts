import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import { UNDETAILED, type Flow, type FlowKind } from '#core/flow.ts'
import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import { METHODS, type LotSettings } from '#pnl/lots/settings.ts'
import { below, pick, type Random } from '#tests/support/random.ts'

export const BASE = 'fiat:usd' as AssetId
const ASSETS = ['aaa', 'bbb', 'ccc'] as AssetId[]
const WALLETS = ['cold', 'hot', 'safe']
export const BEGIN = Date.UTC(2023, 0, 30)

/** Kinds of rows to ask for: kinds of flows, and groups of several. */
export type Ask = FlowKind | 'swap' | 'cash' | 'basket' | 'move' | 'wrap'
export type LedgerOptions = {
  readonly rows: number
  /** Marks for every asset and hour, prices wherever they are needed. */
  readonly complete?: boolean
  readonly wallets?: readonly string[]
  readonly kinds?: readonly Ask[]
  /** Days that it covers. */
  readonly days?: number
}
export type Ledger = { flows: Flow[]; price: (asset: AssetId, time: number) => Decimal | null; at: number }

const SINGLE = [
  'buy', 'buy', 'buy', 'buy', 'sell', 'sell', 'sell', 'deposit', 'opening', 'withdraw', 'gift', 'income', 'airdrop',
  'rebase', 'gas', 'fee', 'lost', 'split', 'unexplained', 'transfer',
] as const // prettier-ignore
const KINDS: readonly Ask[] = [...SINGLE, 'swap', 'swap', 'cash', 'cash', 'move', 'move', 'wrap', 'basket']

/** A ledger of all kinds of flows: same seconds, same days, oversells, fees of all sorts, prices that are missing. */
export function randomLedger(random: Random, options: LedgerOptions): Ledger {
  const {
    rows,
    complete = false,
    wallets = WALLETS,
    kinds = KINDS,
    days = pick(random, [3, 40, 900]),
  } = options
  const flows: Flow[] = []
  let line = 1
  let tx = 0
  const chance = (share: number) => random() < share
  const quantity = () => {
    const text = String(1 + below(random, pick(random, [4, 30, 1000])))
    return chance(0.4) ? new Decimal(text).div(pick(random, [2, 10, 1000])).toFixed() : text
  }
  const price = () => String(pick(random, [0, 1, 2, 2, 3, 5, 7.25, 10, 0.001]))
  const time = () =>
    BEGIN +
    Math.floor((below(random, 24 * days) / pick(random, [1, 24])) | 0) * HOUR_MS * pick(random, [1, 1, 24]) +
    pick(random, [0, 0, 60_000, 1_800_000])
  const fee = () => {
    if (!chance(0.25)) return {}
    return {
      fee: pick(random, ['0.5', '1', '0.01', '0']),
      feeAsset: chance(0.5) ? null : pick(random, ASSETS),
    }
  }
  const push = (part: Partial<Flow> & Pick<Flow, 'time' | 'asset' | 'quantity' | 'kind'>) => {
    line++
    flows.push({
      ...UNDETAILED,
      id: `f${String(line).padStart(6, '0')}`,
      owner: 'local',
      book: 'portfolio:main',
      source: 'flows.csv',
      file: 'flows.csv',
      line,
      wallet: pick(random, wallets),
      ...fee(),
      ...part,
    })
  }
  const own = () => (complete || chance(0.7) ? { unitPrice: price() } : {})
  while (flows.length < rows) {
    const kind = pick(random, kinds)
    const asset = pick(random, ASSETS)
    const when = Math.min(time(), BEGIN + days * DAY_MS)
    const id = { tx: `t${++tx}` }
    switch (kind) {
      case 'swap': {
        const other = pick(random, ASSETS)
        push({
          time: when,
          asset,
          quantity: `-${quantity()}`,
          kind: 'sell',
          ...id,
          ...(chance(0.3) ? own() : {}),
        })
        push({
          time: when,
          asset: other,
          quantity: quantity(),
          kind: 'buy',
          ...id,
          ...(chance(0.3) ? own() : {}),
        })
        if (chance(0.3))
          push({
            time: when,
            asset: pick(random, [...ASSETS, BASE]),
            quantity: '-0.5',
            kind: pick(random, ['gas', 'fee']),
            ...id,
          })
        break
      }
      case 'cash': {
        const buys = chance(0.6)
        push({
          time: when,
          asset: BASE,
          quantity: `${buys ? '-' : ''}${quantity()}`,
          kind: buys ? 'sell' : 'buy',
          ...id,
        })
        push({
          time: when,
          asset,
          quantity: `${buys ? '' : '-'}${quantity()}`,
          kind: buys ? 'buy' : 'sell',
          ...id,
        })
        if (chance(0.2))
          push({
            time: when,
            asset: pick(random, [asset, BASE]),
            quantity: '-0.25',
            kind: 'fee',
            ...id,
            ...own(),
          })
        break
      }
      case 'basket':
        for (const part of ASSETS) push({ time: when, asset: part, quantity: quantity(), kind: 'buy', ...id })
        push({ time: when, asset: BASE, quantity: '-100', kind: 'sell', ...id })
        break
      case 'move': {
        const size = new Decimal(quantity())
        const lag = pick(random, [0, 0, 0, HOUR_MS, -HOUR_MS, 40 * DAY_MS])
        const got = complete ? pick(random, [1, 1, 0.9]) : pick(random, [1, 1, 0.9, 0.5, 1.5])
        push({ time: when, asset, quantity: `-${size.toFixed()}`, kind: 'transfer', ...id })
        if (chance(0.1)) push({ time: when, asset, quantity: `-${size.toFixed()}`, kind: 'transfer', ...id })
        push({
          time: Math.max(BEGIN, when + lag),
          asset,
          quantity: size.times(got).toFixed(),
          kind: 'transfer',
          ...id,
        })
        break
      }
      case 'wrap': {
        const size = quantity()
        const other = pick(random, ASSETS)
        push({ time: when, asset, quantity: `-${size}`, kind: 'convert', ...id })
        if (complete || chance(0.9))
          push({
            time: when,
            asset: other,
            quantity: chance(0.6) ? size : quantity(),
            kind: 'convert',
            ...id,
          })
        if (chance(0.2))
          push({ time: when, asset: pick(random, ASSETS), quantity: '-0.5', kind: 'gas', ...id })
        break
      }
      case 'buy':
      case 'sell':
      case 'deposit':
      case 'opening':
      case 'withdraw':
      case 'gift':
      case 'income':
      case 'airdrop':
      case 'rebase':
      case 'gas':
      case 'fee':
      case 'lost':
      case 'split':
      case 'unexplained':
      case 'transfer':
      case 'convert':
        push({
          time: when,
          asset: chance(0.03) ? BASE : asset,
          quantity: signed(kind, quantity(), chance(0.5)),
          kind,
          ...own(),
        })
    }
  }
  const seed = below(random, 1 << 30)
  const marks = new Map<string, Decimal | null>()
  const mark = (asset: AssetId, at: number): Decimal | null => {
    if (asset === BASE) return new Decimal(1)
    const key = `${asset}|${at}`
    let value = marks.get(key)
    if (value === undefined) {
      const mixed = hashOf(`${seed}|${key}`)
      value =
        !complete && mixed % 10 === 0 ? null : new Decimal(1 + (mixed % 1000)).div(mixed % 3 === 0 ? 100 : 10)
      marks.set(key, value)
    }
    return value
  }
  return { flows, price: mark, at: BEGIN + (days + 60) * DAY_MS }
}

function signed(kind: FlowKind, size: string, negative: boolean): string {
  const out = ['sell', 'withdraw', 'gas', 'fee', 'lost'].includes(kind)
  const either = ['gift', 'rebase', 'split', 'unexplained', 'transfer'].includes(kind)
  return out || (either && negative) ? `-${size}` : size
}

function hashOf(text: string): number {
  let hash = 2166136261
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619) >>> 0
  return (hash ^ (hash >>> 13)) >>> 0
}

/** Settings of all sorts. */
export function randomSettings(random: Random): LotSettings {
  const scope = pick(random, ['pooled', 'wallet', 'later'] as const)
  const methods = below(random, 4) > 0 ? [] : [
    { asset: pick(random, ASSETS), year: null, method: pick(random, METHODS) },
    { asset: null, year: pick(random, [2023, 2024, 2025]), method: pick(random, METHODS) },
  ] // prettier-ignore
  return {
    method: pick(random, METHODS),
    methods,
    scope: scope === 'wallet' ? 'wallet' : 'pooled',
    walletFrom: scope === 'later' ? BEGIN + pick(random, [1, 20, 400]) * DAY_MS : null,
    fees: pick(random, ['basis', 'expense']),
    oversell: pick(random, ['report', 'report', 'short']),
    gifts: pick(random, ['market', 'cost']),
    wraps: pick(random, ['move', 'move', 'realise']),
    longTerm: pick(random, [{ years: 1 }, { days: 30 }, { years: 2 }]),
    timeZone: pick(random, ['UTC', 'UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Los_Angeles']),
  }
}
