import { byBytes, type AssetId } from '#core/asset.ts'
import { formatTime, HOUR_MS, type Hour } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import { plain } from '#core/number.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { candleAt } from '#pipeline/jobs/hour-candle.ts'
import { listHoldings } from '#pipeline/queries/holdings.ts'
import { askOf } from '#pipeline/queries/named-range.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { assetHours, type AssetHours } from '#pipeline/queries/asset-hours.ts'
import { thinned } from '#pipeline/queries/thin.ts'
import { holdingDocument } from '../../holding-json.ts'
import { pnlDocument } from '../../pnl-json.ts'
import { Refusal } from '../problem.ts'
import type { ApiIo, Handler } from '../types.ts'
import { barsOf, endsOf, sums } from './bars.ts'
import { MOST_POINTS } from './figures.ts'
import { portfolioOf } from './portfolio-of.ts'
import { reportBounds } from './report-bounds.ts'
import { timeOf } from './time-of.ts'

export const asset: Handler<'asset'> = async ({ owner, params, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const id = params.asset as AssetId
  const [from, to] = [timeOf('from', query.from, now), timeOf('to', query.to, now)]
  const named =
    from === undefined && to === undefined ? await askOf(query.range, portfolio, now, io.store) : { from, to }
  const request = { ...reportBounds(io), portfolio, quote: portfolio.baseCurrency, now, ...named }
  const { report, parts } = await hoursOrRefusal(request, id, io)
  const coin = (await io.store.coins()).coins.find((each) => each.asset === id)
  const held = await listHoldings(io.store, io.settings, {
    limit: 1_000,
    offset: 0,
    portfolio,
    assets: [id],
    now: report.to,
    persist: false,
  })
  const { from: first, to: last, hours, tokens, gaps } = thin(pnlDocument(report), report)
  return {
    schemaVersion: 1,
    asOf: formatTime(now),
    asset: id,
    symbol: report.tokens[0]?.symbol ?? id,
    name: coin?.name ?? null,
    baseCurrency: portfolio.baseCurrency,
    pnl: { from: first, to: last, hours, tokens, gaps },
    hourly: parts === null ? null : partsOf(parts, report),
    sources: await sourcesOf(id, portfolio, report, io),
    holdings: held.rows.map(holdingDocument),
  }
}

async function hoursOrRefusal(
  request: Parameters<typeof assetHours>[0],
  id: AssetId,
  io: ApiIo,
): Promise<AssetHours> {
  const found = await assetHours(request, id, io.store, io.settings)
  if (found.report.tokens.length > 0) return found
  throw new Refusal(
    'NOT_FOUND',
    'This asset was not held in that range.',
    'Choose a longer range, or another asset.',
  )
}

/** What every stretch of the range is made of, as bars show it. */
function partsOf(parts: NonNullable<AssetHours['parts']>, { hours }: PnlReport) {
  const bars = barsOf(hours)
  const { pnl, price, trading, income, fees, loss, residual } = parts
  return {
    span: bars.span,
    time: endsOf(hours, bars),
    pnl: sums(pnl, bars),
    price: sums(price, bars),
    trading: sums(trading, bars),
    income: sums(income, bars),
    fees: sums(fees, bars),
    loss: sums(loss, bars),
    residual: sums(residual, bars),
  }
}

type Document = ReturnType<typeof pnlDocument>

/** The same points of every series, few enough for a chart. */
function thin(document: Document, { tokens }: PnlReport): Document {
  const [token] = tokens
  const at = token === undefined ? [] : thinned([token.value, token.pnl], MOST_POINTS)
  const pick = <T>(rows: readonly T[]): T[] => at.map((index) => rows[index] as T)
  return {
    ...document,
    hours: pick(document.hours),
    tokens: document.tokens.map((each) => ({
      ...each,
      quantity: pick(each.quantity),
      mark: pick(each.mark),
      value: pick(each.value),
      pnl: pick(each.pnl),
      quality: pick(each.quality),
      source: pick(each.source),
    })),
  }
}

/** What each provider gave for the asset's hours: the opening of its candle. */
async function sourcesOf(
  id: AssetId,
  { baseCurrency }: Portfolio,
  { from, to }: PnlReport,
  { store }: ApiIo,
) {
  const months = { from: monthOf(from), to: monthOf(to) }
  const chunks = await store.chunks({ assets: [id], quote: baseCurrency, ...months })
  const providers = [...new Set(chunks.map(({ provider }) => provider))].sort(byBytes)
  return providers.map((provider) => {
    const points: { hour: Hour; open: number }[] = []
    for (const chunk of chunks.filter((each) => each.provider === provider)) {
      const start = monthStart(chunk.month)
      for (let index = 0; index < chunk.columns.open.length; index++) {
        const hour = (start + index * HOUR_MS) as Hour
        const open = hour < from || hour > to ? undefined : candleAt(chunk.columns, index)?.open
        if (open !== undefined && !Number.isNaN(open)) points.push({ hour, open })
      }
    }
    const kept = thinned([Float64Array.from(points, ({ open }) => open)], MOST_POINTS).map(
      (index) => points[index],
    )
    const shown = kept.filter((point) => point !== undefined)
    return {
      provider,
      time: shown.map(({ hour }) => formatTime(hour)),
      price: shown.map(({ open }) => plain(open)),
    }
  })
}
