import type { AssetId } from '#core/asset.ts'
import { DAY_MS, HOUR_MS, hourOf } from '#core/hour.ts'
import { monthStart } from '#core/month.ts'
import { walletBook, portfolioBook, type Portfolio } from '#core/portfolio.ts'
import type { LedgerStore, SeriesReader } from '../ports.ts'

/** Ranges that people name. */
export const NAMED_RANGES = ['1h', '6h', '24h', '7d', '30d', '90d', 'ytd', '1y', 'all'] as const
export type NamedRange = (typeof NAMED_RANGES)[number]

const SPANS: Readonly<Partial<Record<NamedRange, number>>> = {
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
  '1y': 365 * DAY_MS,
}

/**
 * A range by its name as a question for `pnlReport`: so many days up to the newest hour with a price, or since a time.
 * `ytd` begins with the first hour of the year in UTC, `all` where anything is known to be held.
 */
export async function askOf(
  range: NamedRange,
  portfolio: Portfolio,
  now: number,
  io: SeriesReader & LedgerStore,
): Promise<{ days: number } | { from: number }> {
  const span = SPANS[range]
  if (span !== undefined) return { days: span / DAY_MS }
  if (range === 'ytd') return { from: Date.UTC(new Date(now).getUTCFullYear(), 0, 1) }
  return { from: (await beginning(portfolio, now, io)) ?? now - 7 * DAY_MS }
}

/** The first hour at which something is held, by what is stored; null where nothing is. */
async function beginning(
  portfolio: Portfolio,
  now: number,
  io: SeriesReader & LedgerStore,
): Promise<number | null> {
  const { owner, name, wallets, holdings, baseCurrency } = portfolio
  const books = [portfolioBook(name), ...wallets.map(({ address }) => walletBook(address))]
  const times = (await io.flowAssets(owner, books)).map(({ first }) => first)
  for (const { since } of holdings) if (since !== null) times.push(since)
  for (const { time } of await io.balances(
    owner,
    wallets.map(({ address }) => address),
  ))
    times.push(time)
  // What was always held counts from its first price.
  const always = new Set<AssetId>(holdings.filter(({ since }) => since === null).map(({ asset }) => asset))
  if (always.size > 0)
    for (const { asset, quote, from } of await io.series())
      if (always.has(asset) && quote === baseCurrency) times.push(monthStart(from))
  const known = times.filter((time) => time <= now)
  return known.length === 0 ? null : hourOf(known.reduce((least, time) => Math.min(least, time)))
}
