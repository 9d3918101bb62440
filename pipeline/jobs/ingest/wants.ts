import { baseAsset, type AssetId, type Quote } from '#core/asset.ts'
import { portfolioBook, walletBook, type Portfolio, type Wallet } from '#core/portfolio.ts'
import type { FlowAsset, LedgerStore } from '../../ports.ts'

/** An asset that is held, and since when; null is for ever. */
export type Held = { readonly asset: AssetId; readonly since: number | null }

/** A series that the run should have, and since when its asset is held (null: for ever, or by nobody). */
export type SeriesWant = { readonly asset: AssetId; readonly quote: Quote; readonly since: number | null }

/**
 * What the portfolio and the wallets hold or have held, with the earliest time: by hand, by flows, by balances.
 * Null: entered by hand and held for ever.
 * @param file assets of the flows file, which a dry run has not stored
 */
export async function heldAssets(
  store: LedgerStore,
  owner: string,
  portfolio: Portfolio | null,
  wallets: readonly Wallet[],
  file: readonly FlowAsset[] = [],
): Promise<Held[]> {
  const since = new Map<AssetId, number>()
  const hold = (asset: AssetId, time: number) =>
    since.set(asset, Math.min(time, since.get(asset) ?? Infinity))
  for (const holding of portfolio?.holdings ?? []) hold(holding.asset, holding.since ?? -Infinity)
  const addresses = wallets.map((wallet) => wallet.address)
  const books = addresses.map(walletBook)
  if (portfolio !== null) books.push(portfolioBook(portfolio.name))
  const stored = books.length === 0 ? [] : await store.flowAssets(owner, books)
  for (const { asset, first } of [...file, ...stored]) hold(asset, first)
  const balances = addresses.length === 0 ? [] : await store.balances(owner, addresses)
  for (const balance of balances) if (balance.quantity !== '0') hold(balance.asset, balance.time)
  return [...since].map(([asset, time]) => ({ asset, since: time === -Infinity ? null : time }))
}

/**
 * The series that value those assets: each in the base currency; for other currencies the asset that conversions go
 * through, in both. The base currency itself needs none.
 */
export function seriesWants(
  held: readonly Held[],
  others: readonly AssetId[],
  quote: Quote,
  through: AssetId,
): SeriesWant[] {
  const wants = new Map<string, SeriesWant>()
  const want = (asset: AssetId, currency: Quote, since: number | null) => {
    const key = `${asset}|${currency}`
    const known = wants.get(key)
    const earliest = Math.min(since ?? Infinity, known?.since ?? Infinity)
    wants.set(key, { asset, quote: currency, since: earliest === Infinity ? null : earliest })
  }
  const base = baseAsset(quote)
  for (const { asset, since } of [...held, ...others.map((asset) => ({ asset, since: null }))]) {
    if (asset === base) continue
    if (!asset.startsWith('fiat:')) {
      want(asset, quote, since)
      continue
    }
    want(through, quote, null)
    want(through, asset.slice('fiat:'.length) as Quote, null)
  }
  return [...wants.values()]
}
