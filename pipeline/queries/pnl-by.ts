import { byBytes, tokenOf, type AssetId } from '#core/asset.ts'
import { categoryOf, type Category } from '#core/category.ts'
import { IN_TRANSIT, MANUAL_WALLET, type Portfolio } from '#core/portfolio.ts'
import type { TokenResult } from '#pnl/hourly/token.ts'
import { totalFractions, totalOf, type Part } from '#pnl/hourly/total.ts'
import type { MarkSeries } from '#pnl/marks/marks.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { RecordStore } from '../ports.ts'
import type { PnlReport, TotalSeries } from './pnl-report.ts'
import { symbolOf, symbolsOf, totalSeries } from './pnl-series.ts'
import {
  openSession,
  reportOf,
  wasHeld,
  type GroupOf,
  type PnlPorts,
  type PnlRequest,
  type RangeResult,
} from './pnl.ts'

export const BY = ['wallet', 'chain', 'asset', 'category'] as const
export type By = (typeof BY)[number]

/** What one wallet, chain, asset or category made; series run parallel to the hours of the report. */
export type PnlGroup = TotalSeries & {
  /** A wallet's address or pseudo-wallet, a chain's name, an asset's id, a category; empty for no chain. */
  readonly key: string
  /** How people call it. */
  readonly label: string
  readonly assets: readonly AssetId[]
}
export type PnlBreakdown = {
  readonly by: By
  readonly report: PnlReport
  readonly groups: readonly PnlGroup[]
}

/**
 * A PnL report with the portfolio taken apart. Groups sum to the total at every hour at which all quantities are known:
 * what moved between two wallets is external to each, with its mirror in `in-transit` (docs/semantics.md, 4).
 */
export async function pnlBy(
  request: PnlRequest & { readonly by: By },
  io: PnlPorts & Pick<RecordStore, 'records'>,
  settings: MarkSettings,
): Promise<PnlBreakdown> {
  const { by } = request
  const session = await openSession(request, io, settings)
  const categories = by === 'category' ? await categoriesOf(session.assets, io) : new Map<AssetId, Category>()
  const { report, range, hours } = await reportOf(session, request, grouping(by, categories))
  const symbols = by === 'asset' ? await symbolsOf(io, session.assets) : new Map<string, string>()
  const groups = [...range.groups]
    .sort(([a], [b]) => byBytes(a, b))
    .flatMap(([key, tokens]) => {
      const parts = partsOf(tokens, range)
      if (parts.length === 0) return []
      const total = totalOf(
        parts.map(({ part }) => part),
        range.total.value.length,
      )
      // What came into a wallet or onto a chain by exchange was given there too; an asset or category gained by it.
      const own = by === 'asset' || by === 'category'
      const fraction = own
        ? totalFractions(
            parts.map(({ part }) => part),
            total.pnl,
          )
        : total.fraction
      const series = totalSeries({ ...total, fraction }, hours)
      const label = labelOf(by, key, session.portfolio, symbols)
      return [{ ...series, key, label, assets: parts.map(({ asset }) => asset) }]
    })
  return { by, report, groups }
}

function grouping(by: By, categories: ReadonlyMap<AssetId, Category>): GroupOf {
  switch (by) {
    case 'wallet':
      return ({ wallet }) => wallet
    case 'chain':
      return ({ chain }) => chain
    case 'asset':
      return ({ asset }) => asset
    case 'category':
      return ({ asset }) => categories.get(asset) ?? 'other'
  }
}

function labelOf(by: By, key: string, portfolio: Portfolio, symbols: ReadonlyMap<string, string>): string {
  if (by === 'asset') return symbolOf(key as AssetId, symbols)
  if (by === 'chain') return key === '' ? 'no chain' : key
  if (by === 'category') return key
  if (key === MANUAL_WALLET) return 'by hand'
  if (key === IN_TRANSIT) return 'in transit'
  return portfolio.wallets.find(({ address }) => address === key)?.label ?? key
}

/** The tokens of a group as its total needs them, in the order of assets. */
function partsOf(
  tokens: ReadonlyMap<AssetId, TokenResult>,
  { shown, marks, before }: RangeResult,
): { readonly asset: AssetId; readonly part: Part }[] {
  return shown.flatMap(([asset, whole]) => {
    const token = tokens.get(asset)
    if (token === undefined || !wasHeld(token)) return []
    const { price } = marks.get(asset) as MarkSeries
    const part = { token: missingTogether(token, whole, price), price, priceBefore: before.get(asset) ?? NaN }
    return [{ asset, part }]
  })
}

/**
 * Where a token lacks its mark it is missing in all of its parts: one that has sold everything knows its PnL there, but
 * the sum of the parts has to be what the total counts, which is what the token had made when it last was priced.
 */
function missingTogether(token: TokenResult, whole: TokenResult, price: Float64Array): TokenResult {
  const isMissing = (hour: number) => Number.isNaN(price[hour]) && Number.isNaN(whole.pnl[hour])
  return { ...token, pnl: token.pnl.map((made, hour) => (isMissing(hour) ? NaN : made)) }
}

/** The category of each asset; of tokens without an id of a provider by what their contracts say of themselves. */
async function categoriesOf(
  assets: readonly AssetId[],
  io: Pick<RecordStore, 'records'>,
): Promise<Map<AssetId, Category>> {
  const facts = new Map<string, Awaited<ReturnType<typeof tokensOfChain>>>()
  const categories = new Map<AssetId, Category>()
  for (const asset of assets) {
    const { caip2 = '', contract = '' } = tokenOf(asset) ?? {}
    if (caip2 !== '' && !facts.has(caip2)) facts.set(caip2, await tokensOfChain(caip2, io))
    const token = facts.get(caip2)?.get(contract as `0x${string}`)
    categories.set(asset, token?.form === 'scaled' ? 'stock token' : categoryOf(asset, token?.symbol))
  }
  return categories
}

async function tokensOfChain(caip2: string, io: Pick<RecordStore, 'records'>) {
  const { factsOf } = await import('../chain/known-tokens.ts')
  return factsOf(io, { caip2 })
}
