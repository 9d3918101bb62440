import type { Chain } from '#core/chain.ts'
import type { Balance } from '#core/portfolio.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import { BalanceRow } from './schema.ts'
import {
  isNft,
  plainAddress,
  timeOf,
  tokenAsset,
  tokenDecimals,
  unitsOf,
  type ResolveToken,
} from './tokens.ts'

export type WalletPlace = {
  readonly owner: string
  readonly address: string
  /** As the portfolio names it. */
  readonly chainName: string
  readonly chain: Chain
  readonly resolve: ResolveToken
}

/**
 * Balances from rows of `/wallet/balances` and `/wallet/balances/history`, each an anchor at the time the balance
 * last changed: what is read again is the same row again. NFTs are left out.
 * @param readAt time of rows that do not say when they changed
 */
export function balancesOf(
  latest: readonly unknown[],
  history: readonly unknown[],
  place: WalletPlace,
  readAt: number,
): { balances: Balance[]; faults: string[] } {
  const faults: string[] = []
  const decimals = new Map<string, number>()
  const current = summed(latest.flatMap((row) => anchorOf(row, place, decimals, readAt, faults)))
  const past = history.flatMap((row) => anchorOf(row, place, decimals, readAt, faults))
  const anchors = new Map<string, Balance>()
  // Newest first in each list: of several changes in one second the last one stands.
  for (const anchor of [...past.reverse(), ...current]) anchors.set(`${anchor.asset}|${anchor.time}`, anchor)
  return { balances: [...anchors.values()], faults }
}

function anchorOf(
  raw: unknown,
  place: WalletPlace,
  decimals: Map<string, number>,
  readAt: number,
  faults: string[],
): Balance[] {
  const row = BalanceRow.safeParse(raw)
  if (!row.success) {
    faults.push(`allium: a balance of ${place.address} on ${place.chainName} is unusable`)
    return []
  }
  const { token, raw_balance_str, block_timestamp, token_account } = row.data
  // Solana's history is per token account; the balance of the wallet is the sum that `/wallet/balances` gives.
  const other = plainAddress(row.data.address) !== plainAddress(place.address)
  if (other || isNft(token.type) || typeof token_account === 'string') return []
  const places = tokenDecimals(place.chain, token) ?? decimals.get(token.address) ?? null
  const asset = tokenAsset(place.chain, token, place.resolve)
  if (places === null || asset === null) {
    // Spam has neither decimals nor price; what has a price would be missed.
    if (typeof token.price === 'number')
      faults.push(`allium: ${token.address} has no decimals; its balance is unknown`)
    return []
  }
  decimals.set(token.address, places)
  const changed = typeof block_timestamp === 'string' ? timeOf(block_timestamp) : null
  const quantity = unitsOf(raw_balance_str, places)
  return quantity === null ? [] : [balance(place, asset, changed ?? readAt, quantity)]
}

function balance(place: WalletPlace, asset: Balance['asset'], time: number, quantity: string): Balance {
  return {
    owner: place.owner,
    wallet: place.address,
    chain: place.chainName,
    asset,
    time: Math.floor(time / 1000) * 1000,
    quantity,
    source: 'allium',
  }
}

// Two contracts of one chain can be one asset (a bridged and a native coin): then the wallet holds their sum.
function summed(balances: readonly Balance[]): Balance[] {
  const sums = new Map<string, Balance>()
  for (const one of balances) {
    const sum = sums.get(one.asset)
    const quantity = new Decimal(one.quantity).plus(sum?.quantity ?? 0)
    const time = Math.max(one.time, sum?.time ?? 0)
    sums.set(one.asset, { ...one, time, quantity: formatDecimal(quantity) })
  }
  return [...sums.values()]
}
