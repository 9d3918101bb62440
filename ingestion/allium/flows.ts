import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { AssetId } from '#core/asset.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import { UNDETAILED, type Flow, type FlowKind } from '#core/flow.ts'
import { walletBook } from '#core/portfolio.ts'
import type { WalletPlace } from './balances.ts'
import { TransactionRow, type Transfer } from './schema.ts'
import { amountOf, isNft, plainAddress, timeOf, tokenAsset, tokenDecimals } from './tokens.ts'

type Leg = {
  readonly asset: AssetId
  readonly quantity: Decimal
  readonly logIndex: number | null
  readonly index: number
  readonly from: string | null
  readonly to: string | null
}

/**
 * Flows of one wallet from rows of `/wallet/transactions`: an exchange where a transaction gave and took different
 * assets, else deposits and withdrawals, or transfers where the other side is an own wallet; and the gas it paid.
 */
export function flowsOf(
  rows: readonly unknown[],
  place: WalletPlace,
  isOwn: (address: string) => boolean,
): { flows: Flow[]; faults: string[] } {
  const flows: Flow[] = []
  const faults: string[] = []
  for (const raw of rows) {
    const row = TransactionRow.safeParse(raw)
    const time = row.success ? timeOf(row.data.block_timestamp) : null
    if (!row.success || time === null) {
      faults.push(`allium: a transaction of ${place.address} on ${place.chainName} is unusable`)
      continue
    }
    flows.push(...flowsOfTransaction(row.data, Math.floor(time / 1000) * 1000, place, isOwn, faults))
  }
  return { flows, faults }
}

function flowsOfTransaction(
  row: TransactionRow,
  time: number,
  place: WalletPlace,
  isOwn: (address: string) => boolean,
  faults: string[],
): Flow[] {
  const legs = (row.asset_transfers ?? []).flatMap((transfer, index) => {
    const leg = legOf(transfer, index, place)
    if (leg === 'unreadable')
      faults.push(`allium: a transfer of transaction ${row.hash} has no readable amount`)
    return leg === null || leg === 'unreadable' ? [] : [leg]
  })
  const exchange = isExchange(legs)
  const make = (kind: FlowKind, leg: Leg) => flow(row.hash, time, place, kind, leg)
  const flows = legs.map((leg) => make(kindOf(leg, exchange, isOwn), leg))
  const gas = gasOf(row, place)
  return gas === null ? flows : [...flows, make('gas', gas)]
}

function legOf(transfer: Transfer, index: number, place: WalletPlace): Leg | 'unreadable' | null {
  const { asset: token, log_index } = transfer
  if (isNft(token.type) || (token.token_id !== null && token.token_id !== undefined)) return null
  const wallet = plainAddress(place.address)
  const from = transfer.from_address ? plainAddress(transfer.from_address) : null
  const to = transfer.to_address ? plainAddress(transfer.to_address) : null
  const sent = from === null ? transfer.transfer_type === 'sent' : from === wallet
  const received = to === null ? transfer.transfer_type === 'received' : to === wallet
  // What goes from the wallet to itself changes nothing.
  if (sent === received) return null
  const asset = tokenAsset(place.chain, token, place.resolve)
  const amount = amountOf(transfer.amount, tokenDecimals(place.chain, token))
  if (asset === null || amount === null) return 'unreadable'
  const quantity = new Decimal(amount).abs().times(sent ? -1 : 1)
  return quantity.isZero() ? null : { asset, quantity, logIndex: log_index ?? null, index, from, to }
}

// Judged by what is left per asset: change of the same coin that comes back is no exchange.
function isExchange(legs: readonly Leg[]): boolean {
  const net = new Map<AssetId, Decimal>()
  for (const { asset, quantity } of legs) net.set(asset, quantity.plus(net.get(asset) ?? 0))
  const left = [...net.values()]
  return left.some((sum) => sum.gt(0)) && left.some((sum) => sum.lt(0))
}

function kindOf(leg: Leg, exchange: boolean, isOwn: (address: string) => boolean): FlowKind {
  const comes = leg.quantity.gt(0)
  if (exchange) return comes ? 'buy' : 'sell'
  const other = comes ? leg.from : leg.to
  if (other !== null && isOwn(other)) return 'transfer'
  return comes ? 'deposit' : 'withdraw'
}

function gasOf(row: TransactionRow, place: WalletPlace): Leg | null {
  if (!row.fee || !row.from_address || plainAddress(row.from_address) !== plainAddress(place.address))
    return null
  const asset = place.resolve(place.chain.id, 'native') ?? place.chain.coin
  const amount = amountOf(row.fee, place.chain.decimals)
  const quantity = new Decimal(amount ?? 0).abs().negated()
  const { address } = place
  return quantity.isZero() ? null : { asset, quantity, logIndex: null, index: -1, from: address, to: null }
}

function flow(tx: string, time: number, place: WalletPlace, kind: FlowKind, leg: Leg): Flow {
  const { owner, address, chainName } = place
  // The same transfer always has the same id, whenever and however often it is read.
  const within = leg.logIndex === null ? `#${leg.index}` : String(leg.logIndex)
  const sign = leg.quantity.isNegative() ? 'out' : 'in'
  const key = ['allium', owner, plainAddress(address), place.chain.id, tx, within, sign].join('|')
  return {
    ...UNDETAILED,
    id: bytesToHex(sha256(utf8ToBytes(key))),
    owner,
    book: walletBook(address),
    source: `allium:${chainName}`,
    time,
    asset: leg.asset,
    quantity: formatDecimal(leg.quantity),
    kind,
    wallet: address,
    chain: chainName,
    tx,
    logIndex: leg.logIndex,
    from: leg.from,
    to: leg.to,
  }
}
