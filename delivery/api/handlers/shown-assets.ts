import { baseAsset, type AssetId } from '#core/asset.ts'
import { LOCAL_OWNER, type Portfolio } from '#core/portfolio.ts'
import { PortfolioLedger } from '#pipeline/pnl/ledger.ts'
import type { ApiIo } from '../types.ts'
import { portfolioOf } from './portfolio-of.ts'

/**
 * The assets whose prices and gaps somebody is told of: those of the portfolio that is named, else of all that are
 * theirs. Series are shared by everybody, and which ones there are tells what others hold. Null is everything, for whom
 * the server belongs to.
 * @throws Refusal NOT_FOUND for a portfolio that is not there
 */
export async function shownAssets(
  owner: string,
  name: string | undefined,
  io: ApiIo,
): Promise<ReadonlySet<AssetId> | null> {
  if (name === undefined && owner === LOCAL_OWNER) return null
  const portfolios =
    name === undefined ? await io.store.portfolios(owner) : [await portfolioOf(owner, name, io)]
  const each = await Promise.all(portfolios.map((portfolio) => assetsOf(portfolio, io)))
  return new Set(each.flat())
}

/** Everything that a portfolio holds or ever held. */
export async function assetsOf(portfolio: Portfolio, { store, now }: ApiIo): Promise<AssetId[]> {
  return (await PortfolioLedger.open(store, portfolio, baseAsset(portfolio.baseCurrency), now())).assets()
}

/** What was asked for, as far as it is shown; undefined is all there is. */
export function onlyShown(
  asked: readonly string[] | undefined,
  shown: ReadonlySet<AssetId> | null,
): AssetId[] | undefined {
  if (asked === undefined) return shown === null ? undefined : [...shown].sort()
  const ids = asked as readonly AssetId[]
  return shown === null ? [...ids] : ids.filter((asset) => shown.has(asset))
}
