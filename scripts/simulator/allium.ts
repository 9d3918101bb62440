import { formatTime, HOUR_MS, hourOf } from '#core/hour.ts'
import type {
  Market,
  MarketCoin,
  SimulatedTransaction,
  SimulatedTransfer,
  SimulatedWallet,
} from './market.ts'
import { ok, type Ask, type Reply } from './reply.ts'

const CHAINS = ['ethereum', 'base']
const NATIVE = '0x0000000000000000000000000000000000000000'
const PREFIX = '/api/v1/developer'
const ENDPOINTS = ['/wallet/balances', '/wallet/balances/history', '/wallet/transactions', '/prices/history']

/** Answers a request under `/api/v1` as Allium does: an unknown chain is an empty list, never an error. */
export function answerAllium(ask: Ask, market: Market, apiKey: string | null): Reply {
  if (ask.path === '/api/v1/supported-chains/realtime-apis/simple') {
    return ok(Object.fromEntries(ENDPOINTS.map((path) => [PREFIX + path, CHAINS])))
  }
  if (apiKey !== null && ask.headers['x-api-key'] !== apiKey) return detail(401, 'Invalid API key')
  const path = ask.path.slice(PREFIX.length)
  const bare = path === '/wallet/balances' || path === '/wallet/transactions'
  if (!ENDPOINTS.includes(path)) return detail(404, 'Not Found')
  const body = ask.body as { addresses?: unknown }
  const addresses: unknown = bare ? ask.body : body?.addresses
  if (!Array.isArray(addresses)) return misshapen
  if (path === '/prices/history') return prices(ask, addresses as PriceAsk[], market)
  const wallets = market.wallets.filter((wallet) =>
    (addresses as WalletAsk[]).some((one) => one.chain === wallet.chain && one.address === wallet.address),
  )
  if (path === '/wallet/transactions')
    return paged(
      wallets.flatMap((wallet) => transactions(wallet, market)),
      ask,
      25,
    )
  const rows = wallets.flatMap((wallet) => balanceRows(wallet, market))
  return path === '/wallet/balances' ? ok({ items: newest(rows) }) : paged(within(rows, ask), ask, 1000)
}

type WalletAsk = { readonly chain: string; readonly address: string }
type PriceAsk = { readonly chain: string; readonly token_address: string }

const detail = (status: number, text: string): Reply => ({ status, body: { detail: text } })
const misshapen: Reply = {
  status: 422,
  body: { detail: [{ loc: ['body', 'addresses'], msg: 'field required', type: 'value_error.missing' }] },
}

function paged(items: readonly unknown[], { query }: Ask, standard: number): Reply {
  const limit = Number(query.get('limit') ?? standard)
  const start = Number(query.get('cursor') ?? 0)
  const end = start + limit
  return ok({ items: items.slice(start, end), cursor: end < items.length ? String(end) : null })
}

function coinAt(market: Market, chain: string, token: string | null): MarketCoin | undefined {
  const native = token === null || token === NATIVE
  return market.coins.find((coin) => (native ? coin.id === 'ethereum' : coin.platforms[chain] === token))
}

function asset(market: Market, chain: string, token: string | null) {
  const coin = coinAt(market, chain, token)
  const type = token === null ? 'native' : 'evm_erc20'
  const symbol = coin?.symbol.toUpperCase() ?? null
  return {
    type,
    address: token ?? NATIVE,
    name: coin?.name ?? null,
    symbol,
    decimals: coin?.decimals ?? null,
  }
}

// Naive times: part of Allium's answers carries no zone.
const naive = (time: number) => formatTime(time).replace('Z', '')

function transactions(wallet: SimulatedWallet, market: Market) {
  return wallet.transactions.toReversed().map((tx, index) => ({
    id: tx.hash,
    address: wallet.address,
    chain: wallet.chain,
    hash: tx.hash,
    index,
    block_timestamp: naive(tx.time),
    fee: { raw_amount: String(tx.fee), amount_str: null },
    from_address: tx.from,
    to_address: tx.transfers[0]?.to ?? null,
    asset_transfers: tx.transfers.map((transfer, place) => transferRow(transfer, place, tx, wallet, market)),
  }))
}

function transferRow(
  { token, amount, from, to }: SimulatedTransfer,
  place: number,
  tx: SimulatedTransaction,
  { address, chain }: SimulatedWallet,
  market: Market,
) {
  return {
    transfer_type: from === address ? 'sent' : 'received',
    transaction_hash: tx.hash,
    log_index: token === null ? null : place,
    from_address: from,
    to_address: to,
    asset: { ...asset(market, chain, token), token_id: null },
    amount: { raw_amount: String(amount), amount_str: null, amount: Number(amount) },
  }
}

type BalanceRow = { readonly token: { readonly address: string }; readonly block_timestamp: string }

/** One row per change of a token's balance, newest first. */
function balanceRows(wallet: SimulatedWallet, market: Market): BalanceRow[] {
  const held = new Map<string | null, bigint>()
  const rows: BalanceRow[] = []
  for (const tx of wallet.transactions) {
    const changed = new Set<string | null>()
    const add = (token: string | null, amount: bigint) => {
      held.set(token, (held.get(token) ?? 0n) + amount)
      changed.add(token)
    }
    for (const { token, amount, from, to } of tx.transfers) {
      if (from === wallet.address) add(token, -amount)
      if (to === wallet.address) add(token, amount)
    }
    if (tx.from === wallet.address && tx.fee > 0n) add(null, -tx.fee)
    for (const token of changed) rows.push(balanceRow(wallet, market, token, held.get(token) ?? 0n, tx.time))
  }
  return rows.reverse()
}

function balanceRow(
  { address, chain }: SimulatedWallet,
  market: Market,
  token: string | null,
  raw: bigint,
  time: number,
) {
  const { symbol, name, ...rest } = asset(market, chain, token)
  return {
    chain,
    address,
    token: { object: 'token', chain, ...rest, price: null, info: { name, symbol } },
    raw_balance: Number(raw),
    raw_balance_str: String(raw),
    block_timestamp: formatTime(time),
  }
}

function newest(rows: readonly BalanceRow[]): BalanceRow[] {
  const seen = new Set<string>()
  return rows.filter(({ token }) => !seen.has(token.address) && seen.add(token.address))
}

function span(ask: Ask): { from: number; to: number } {
  const body = ask.body as { start_timestamp?: string; end_timestamp?: string }
  return { from: Date.parse(body.start_timestamp ?? ''), to: Date.parse(body.end_timestamp ?? '') }
}

function within(rows: readonly BalanceRow[], ask: Ask): BalanceRow[] {
  const { from, to } = span(ask)
  return rows.filter(
    (row) => Date.parse(row.block_timestamp) >= from && Date.parse(row.block_timestamp) <= to,
  )
}

function prices(ask: Ask, addresses: readonly PriceAsk[], market: Market): Reply {
  const { from, to } = span(ask)
  const items = addresses.flatMap(({ chain, token_address }) => {
    const coin = CHAINS.includes(chain) ? coinAt(market, chain, token_address) : undefined
    if (coin === undefined) return []
    return [
      { mint: token_address, chain, decimals: coin.decimals, prices: buckets(coin.id, from, to, market) },
    ]
  })
  return ok({ items, cursor: null })
}

function buckets(id: string, from: number, to: number, market: Market) {
  const rows = []
  for (let hour = hourOf(from); hour < to; hour = hourOf(hour + HOUR_MS)) {
    const quarters = [0, 0.25, 0.5, 0.75, 0.999].map((part) => market.priceAt(id, hour + part * HOUR_MS))
    const traded = quarters.filter((price) => price !== null)
    if (traded.length === 0) continue
    const sum = traded.reduce((total, price) => total + price, 0)
    rows.push({
      timestamp: formatTime(hour),
      price: sum / traded.length,
      open: traded[0],
      high: Math.max(...traded),
      low: Math.min(...traded),
      close: traded.at(-1),
    })
  }
  return rows
}
