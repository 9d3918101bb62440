import type { AssetId } from '#core/asset.ts'
import type { Decimal } from '#core/decimal.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart, monthsBetween, previousMonth, type Month } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { sum } from '#core/sum.ts'
import { FORMULA_VERSION, digest } from '#pnl/hourly/batch.ts'
import { snapshotHours, type HourlyParts, type TokenResult } from '#pnl/hourly/token.ts'
import type { TotalResult } from '#pnl/hourly/total.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { PublicationStore, PublishedMonth, PublishedSeries } from '../ports.ts'
import { resolveRange } from '../queries/pnl-range.ts'
import {
  openSession,
  presentQuantities,
  tokensAndTotal,
  type PnlPorts,
  type PnlSession,
} from '../queries/pnl.ts'

/** Moves when what is published of the same figures is laid out otherwise. */
const LAYOUT = 1

export type PublishPorts = PnlPorts & { readonly publication?: PublicationStore }

/** Months of a portfolio that were published now, and those that were before and still are the same. */
export type PublishSummary = { readonly published: number; readonly unchanged: number }

/**
 * Publishes a portfolio's hourly PnL, token by token and in total, where the store has a place that others read: every
 * month whose inputs are not those it was published with. A run that is cut off is made good by the next one.
 * @param options.again every month, also those that are known to be published
 * @returns null on a store that nobody reads past us; then nothing was computed either
 */
export async function publishPnl(
  portfolio: Portfolio,
  now: number,
  io: PublishPorts,
  settings: MarkSettings,
  { again = false }: { readonly again?: boolean } = {},
): Promise<PublishSummary | null> {
  const { publication } = io
  if (publication === undefined) return null
  const { owner, name, baseCurrency: quote } = portfolio
  const session = await openSession({ portfolio, quote, now }, io, settings)
  const present = await presentQuantities(session, now)
  const months = await monthKeys(session, present, now)
  const known = new Map(
    (await publication.published(owner, name, quote)).map(({ month, hash }) => [month, hash]),
  )
  const due = months.filter(({ month, key }) => again || known.get(month) !== key)
  if (due.length === 0) return { published: 0, unchanged: months.length }
  const held = [...present].filter(([, quantity]) => !quantity.isZero()).map(([asset]) => asset)
  const { to: newest } = await resolveRange({ now, days: 0 }, held, session.loader)
  for (const { month, key } of due) {
    const series = await seriesOf(session, month, present, newest)
    await publication.publish({ owner, portfolio: name, quote, month, hash: key, series })
  }
  return { published: due.length, unchanged: months.length - due.length }
}

/**
 * The months that have figures, each with a hash of all that they rest on. A mark may be carried, and the total may go
 * on with a last known one, from any earlier month: so each hash has those before it in it.
 */
async function monthKeys(
  { assets, loader, ledger, mode, io }: PnlSession,
  present: ReadonlyMap<AssetId, Decimal>,
  now: number,
): Promise<{ month: Month; key: string }[]> {
  const marks = await loader.keys(assets)
  if (marks.first === null) return []
  const { portfolio } = ledger
  const stored = await io.pnlKeys(portfolio.owner, portfolio.name, loader.quote)
  const batches = new Map(stored.map(({ month, key }) => [month, key]))
  // In mode `snapshot` the present quantities count in all months; in mode `flows` the keys of months know them.
  const held =
    mode === 'snapshot' ? [...present].map(([asset, quantity]) => [asset, quantity.toString()]) : []
  let key = digest([FORMULA_VERSION, LAYOUT, mode, held])
  return monthsBetween(monthStart(marks.first), now).map((month) => {
    key = digest([key, marks.month(month), batches.get(month) ?? null])
    return { month, key }
  })
}

/** Rows of one month, up to the newest hour with a price. */
async function seriesOf(
  session: PnlSession,
  month: Month,
  present: ReadonlyMap<AssetId, Decimal>,
  newest: Hour,
): Promise<PublishedSeries[]> {
  // A month before it, so that the Δ over a hole at its beginning is known whole.
  const from = monthStart(previousMonth(month))
  const to = Math.min(addHours(monthEnd(month), -1), newest) as Hour
  const begin = (monthStart(month) - from) / HOUR_MS
  if (to < monthStart(month)) return []
  const { shown, marks, total } = await tokensAndTotal(session, present, { from, to, hourly: true })
  const hours = Array.from({ length: (to - from) / HOUR_MS + 1 - begin }, (_, at) =>
    addHours(monthStart(month), at),
  )
  const tokens = shown.map(([asset, token]) => {
    const parts = token.hourly ?? snapshotHours(token)
    const columns = { quantity: token.held, mark: marks.get(asset)?.price ?? token.held, value: token.value }
    return { asset, columns: { ...columns, ...parts }, quality: token.quality, parts }
  })
  const all = [
    ...tokens,
    {
      asset: null,
      ...totalColumns(
        total,
        tokens.map(({ parts }) => parts),
      ),
    },
  ]
  return all.map(({ asset, columns, quality }) => ({
    asset,
    hours,
    columns: cut(columns, begin),
    quality: quality.subarray(begin),
  }))
}

type Columns = PublishedMonth['series'][number]['columns']

const cut = (columns: Columns, begin: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.subarray(begin)]))

/** The total's hours are the sums of what the tokens made in them; a token without a mark adds nothing then. */
function totalColumns(
  total: TotalResult,
  tokens: readonly HourlyParts[],
): { columns: Columns; quality: TokenResult['quality'] } {
  const { value, coverage, coverageByCount, quality } = total
  const names = [
    'pnl',
    'price',
    'trading',
    'income',
    'fees',
    'loss',
    'residual',
    'external',
    'exchanged',
  ] as const
  const sums = names.map((name) => [
    name,
    value.map((worth, hour) =>
      Number.isNaN(worth)
        ? NaN
        : sum(tokens.map((parts) => parts[name][hour] as number).filter((part) => !Number.isNaN(part))),
    ),
  ])
  const columns = {
    value,
    ...Object.fromEntries(sums),
    coverage,
    coverage_by_count: coverageByCount,
  } as Columns
  return { columns, quality }
}
