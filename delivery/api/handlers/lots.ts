import type { AssetId } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import { share } from '#core/number.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { lotViews } from '#pipeline/lots/compute.ts'
import { explainLots as trailOf } from '#pipeline/lots/explain.ts'
import { refuseStrangers, selectView } from '#pipeline/lots/select.ts'
import { storeInput, type StoreAsk } from '#pipeline/lots/store-input.ts'
import { DEFAULT_LOT_SETTINGS, type LotSettings, type LotView } from '#pipeline/lots/view.ts'
import { listTrades } from '#pipeline/queries/trades.ts'
import { METHODS } from '#pipeline/lots/view.ts'
import { explainText } from '../../lots/explain-text.ts'
import { gainsDocument } from '../../lots/gains.ts'
import { lotsDocument } from '../../lots/json.ts'
import { tradeDocument } from '../../trade-json.ts'
import type { Answered } from '../contract.ts'
import type { ApiIo, Frozen, Handler } from '../types.ts'
import { offsetOf, pageDocument } from './pages.ts'
import { portfolioOf } from './portfolio-of.ts'
import { timeOf } from './time-of.ts'

/** Methods that need no names of lots. */
const COMPARED = METHODS.filter((method) => method !== 'specific')

export type LotQuery = {
  readonly portfolio?: string | undefined
  readonly method: LotSettings['method']
  readonly scope: LotSettings['scope']
  readonly at?: string | undefined
}

export const lots: Handler<'lots'> = async ({ owner, query }, io) => {
  const { view } = await viewOf(owner, query, io)
  const assets = query.assets as AssetId[] | undefined
  refuseStrangers(view, assets)
  const shown = selectView(view, { assets, open: query.open === 'true' })
  return stamped<'lots'>(lotsDocument(shown), io)
}

export const gains: Handler<'gains'> = async ({ owner, query }, io) => {
  const { view } = await viewOf(owner, query, io)
  return stamped<'gains'>(gainsDocument(selectView(view, { year: query.year })), io)
}

export const compareLots: Handler<'compareLots'> = async ({ owner, query }, io) => {
  const { ask, heading } = await askOf(owner, query, io)
  const input = await storeInput(ask, io.store, io.settings)
  const choices = COMPARED.flatMap((method) =>
    (['pooled', 'wallet'] as const).map((scope) => ({ ...DEFAULT_LOT_SETTINGS, method, scope })),
  )
  const views = lotViews(input, choices, heading)
  const at = views[0]?.at ?? null
  return {
    schemaVersion: 1,
    asOf: formatTime(io.now()),
    portfolio: ask.portfolio.name,
    baseCurrency: ask.portfolio.baseCurrency,
    at: at === null ? null : formatTime(at),
    results: views.map(({ settings, report: { total, problems } }) => ({
      ...{ method: settings.method, scope: settings.scope },
      ...total,
      coverage: share(total.coverage),
      problems: problems.length,
    })),
  }
}

export const explainLots: Handler<'explainLots'> = async ({ owner, query }, io) => {
  const { view, input } = await viewOf(owner, query, io)
  const { method, scope } = query
  const text = explainText(trailOf(view, input, query.what), view)
  return { schemaVersion: 1, asOf: formatTime(io.now()), asked: query.what, method, scope, text }
}

export const trades: Handler<'trades'> = async ({ owner, query }, io) => {
  const { portfolio, method, scope } = query
  const { view, input } = await viewOf(owner, { portfolio, method, scope }, io)
  const now = io.now()
  const page = { offset: offsetOf(query.cursor), limit: query.limit }
  const { rows, total } = listTrades(input, view, {
    ...page,
    assets: query.assets as AssetId[] | undefined,
    wallet: query.wallet,
    from: timeOf('from', query.from, now),
    to: timeOf('to', query.to, now),
  })
  return pageDocument(rows.map(tradeDocument), total, { ...page, now })
}

export async function viewOf(owner: string, query: LotQuery, io: ApiIo) {
  const { ask, heading } = await askOf(owner, query, io)
  const settings = { ...DEFAULT_LOT_SETTINGS, method: query.method, scope: query.scope }
  if (io.lots !== undefined) return io.lots.view(ask, settings, heading)
  const input = await storeInput(ask, io.store, io.settings)
  const [view] = lotViews(input, [settings], heading) as [LotView]
  return { view, input }
}

async function askOf(owner: string, query: Pick<LotQuery, 'portfolio' | 'at'>, io: ApiIo) {
  const portfolio: Portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const ask: StoreAsk = { portfolio, at: timeOf('at', query.at, now) ?? null, now }
  const heading = { portfolio: portfolio.name, baseCurrency: portfolio.baseCurrency, timed: true }
  return { ask, heading }
}

/** These documents have contracts of their own; the tests hold them to the schema. */
function stamped<N extends 'lots' | 'gains'>(document: object, io: ApiIo): Frozen<Answered<N>> {
  return { schemaVersion: 1, asOf: formatTime(io.now()), ...document } as unknown as Frozen<Answered<N>>
}
