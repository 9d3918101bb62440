import type { AssetId, Quote } from '#core/asset.ts'
import { DAY_MS } from '#core/hour.ts'
import { listFlows } from '#pipeline/queries/flows.ts'
import { listGaps } from '#pipeline/queries/gaps.ts'
import { listHoldings } from '#pipeline/queries/holdings.ts'
import { listPrices } from '#pipeline/queries/prices.ts'
import { listRuns } from '#pipeline/queries/runs.ts'
import { listUnexplained } from '#pipeline/queries/unexplained.ts'
import { flowDocument } from '../../flow-json.ts'
import { gapDocument, suspectDocument } from '../../gap-json.ts'
import { holdingDocument } from '../../holding-json.ts'
import { priceDocument } from '../../price-json.ts'
import { runDocument } from '../../run-json.ts'
import type { ApiIo, Handler } from '../types.ts'
import { offsetOf, pageDocument } from './pages.ts'
import { portfolioOf } from './portfolio-of.ts'
import { onlyShown, shownAssets } from './shown-assets.ts'
import { timeOf } from './time-of.ts'

export const holdings: Handler<'holdings'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const at = timeOf('at', query.at, now)
  const page = { offset: offsetOf(query.cursor), limit: query.limit }
  const { rows, total } = await listHoldings(io.store, io.settings, {
    ...page,
    portfolio,
    assets: query.assets as AssetId[] | undefined,
    now: at ?? now,
    persist: at === undefined && io.writable !== false,
  })
  return pageDocument(rows.map(holdingDocument), total, { ...page, now })
}

export const flows: Handler<'flows'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const page = { offset: offsetOf(query.cursor), limit: query.limit }
  const { rows, total } = await listFlows(io.store, {
    ...page,
    owner,
    portfolio,
    assets: query.assets as AssetId[] | undefined,
    from: timeOf('from', query.from, now),
    to: timeOf('to', query.to, now),
    newestFirst: true,
  })
  return pageDocument(rows.map(flowDocument), total, { ...page, now })
}

export const prices: Handler<'prices'> = async ({ owner, query }, io) => {
  const now = io.now()
  const to = timeOf('to', query.to, now) ?? now
  const page = { offset: offsetOf(query.cursor), limit: query.limit }
  const quote =
    (query.quote?.toLowerCase() as Quote | undefined) ?? (await quoteOf(owner, query.portfolio, io))
  const { rows, total } = await listPrices(io.store, io.settings, {
    ...page,
    assets: onlyShown(query.assets, await shownAssets(owner, query.portfolio, io)),
    quote,
    from: timeOf('from', query.from, now) ?? to - 7 * DAY_MS,
    to,
    newestFirst: true,
  })
  return pageDocument(rows.map(priceDocument), total, { ...page, now })
}

export const gaps: Handler<'gaps'> = async ({ owner, query }, io) => {
  const named = query.portfolio === undefined ? null : await portfolioOf(owner, query.portfolio, io)
  const isShown = (address: string) =>
    named === null || named.wallets.some((wallet) => wallet.address === address)
  const now = io.now()
  const page = { offset: offsetOf(query.cursor), limit: query.limit }
  const ask = {
    assets: onlyShown(query.assets, await shownAssets(owner, query.portfolio, io)),
    from: timeOf('from', query.from, now),
    to: timeOf('to', query.to, now),
  }
  const found = await listGaps(io.store, { ...page, ...ask })
  const unexplained = await listUnexplained(io.store, owner, { ...ask, now })
  return {
    ...pageDocument(found.gaps.rows.map(gapDocument), found.gaps.total, { ...page, now }),
    suspects: found.suspects.rows.map(suspectDocument),
    unexplained: unexplained.filter(({ wallet }) => isShown(wallet)).map(flowDocument),
  }
}

export const runs: Handler<'runs'> = async ({ query }, io) => {
  const page = { offset: offsetOf(query.cursor), limit: query.limit }
  const { rows, more } = await listRuns(io.store, page)
  return pageDocument(rows.map(runDocument), null, { ...page, more, now: io.now() })
}

async function quoteOf(owner: string, name: string | undefined, io: ApiIo): Promise<Quote> {
  if (name !== undefined) return (await portfolioOf(owner, name, io)).baseCurrency
  const [first] = await io.store.portfolios(owner)
  return first?.baseCurrency ?? io.baseCurrency
}
