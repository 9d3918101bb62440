import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { portfolioBook, walletBook, type Portfolio } from '#core/portfolio.ts'
import type { FlowQuery, LedgerStore } from '../ports.ts'
import type { Page, PageAsk } from './page.ts'

export type FlowsAsk = PageAsk & {
  readonly owner: string
  /** Null: the flows of every portfolio stored. */
  readonly portfolio: Portfolio | null
  readonly assets?: readonly AssetId[] | undefined
  /** Milliseconds since 1970, both included. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly newestFirst?: boolean
}

/** Current flows of a portfolio and its wallets, oldest first unless asked otherwise. */
export async function listFlows(store: LedgerStore, ask: FlowsAsk): Promise<Page<Flow>> {
  const portfolios = ask.portfolio === null ? await store.portfolios(ask.owner) : [ask.portfolio]
  const books = portfolios.flatMap(({ name, wallets }) => [
    portfolioBook(name),
    ...wallets.map(({ address }) => walletBook(address)),
  ])
  if (books.length === 0) return { rows: [], total: 0 }
  const query: FlowQuery = {
    owner: ask.owner,
    books: [...new Set(books)],
    newestFirst: ask.newestFirst ?? false,
    // Times are whole seconds, and the port leaves its lower bound out.
    ...(ask.from === undefined ? {} : { after: ask.from - 1 }),
    ...(ask.to === undefined ? {} : { until: ask.to }),
  }
  const assets = ask.assets === undefined ? [undefined] : [...new Set(ask.assets)]
  return assets.length === 1 ? pageOfOne(store, query, assets[0], ask) : pageOfMany(store, query, assets, ask)
}

async function pageOfOne(
  store: LedgerStore,
  query: FlowQuery,
  asset: AssetId | undefined,
  { limit, offset }: PageAsk,
): Promise<Page<Flow>> {
  const one = asset === undefined ? query : { ...query, asset }
  return { rows: await store.flows({ ...one, limit, offset }), total: await store.flowCount(one) }
}

/** Each asset's flows up to the end of the page, merged. */
async function pageOfMany(
  store: LedgerStore,
  query: FlowQuery,
  assets: readonly (AssetId | undefined)[],
  { limit, offset }: PageAsk,
): Promise<Page<Flow>> {
  const rows: Flow[] = []
  let total = 0
  for (const asset of assets) {
    const part = await pageOfOne(store, query, asset, { limit: offset + limit, offset: 0 })
    rows.push(...part.rows)
    total += part.total
  }
  const sign = query.newestFirst === true ? -1 : 1
  rows.sort((a, b) => sign * (a.time - b.time || (a.id < b.id ? -1 : 1)))
  return { rows: rows.slice(offset, offset + limit), total }
}
