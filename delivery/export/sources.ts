import type { AssetId, Quote } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { DAY_MS, formatTime } from '#core/hour.ts'
import { money, plain } from '#core/number.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { Candle } from '#pipeline/jobs/hour-candle.ts'
import type { JobIo } from '#pipeline/jobs/io.ts'
import type { Store } from '#pipeline/ports.ts'
import { listFlows } from '#pipeline/queries/flows.ts'
import { listHoldings, type HoldingRow } from '#pipeline/queries/holdings.ts'
import type { PnlBounds } from '#pipeline/queries/pnl-bounds.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { listPrices, type PriceRow } from '#pipeline/queries/prices.ts'
import { FLOW_EXPORT, PNL_EXPORT, pnlExportRows } from './columns.ts'
import type { ExportFormat, ExportWhat } from './names.ts'
import { csvChunks, jsonChunks, type ExportColumn } from './rows.ts'

/** What an export reads from, and of which assets and times (milliseconds since 1970). */
export type Source = {
  readonly owner: string
  readonly store: Store
  readonly settings: JobIo['marks']
  /** False on a store that cannot be written. */
  readonly writable: boolean
  readonly portfolio: Portfolio | null
  readonly quote: Quote
  /** Above which a report is refused. */
  readonly most?: PnlBounds | undefined
  readonly assets: readonly AssetId[] | undefined
  readonly from: number | undefined
  readonly to: number | undefined
  readonly now: number
}

/** Rows ready to be written, and whether nothing is missing among them. */
export type Exported = {
  readonly whole: boolean
  readonly chunks: (format: ExportFormat) => AsyncGenerator<string>
}

function exported<Row>(
  what: string,
  columns: readonly ExportColumn<Row>[],
  rows: AsyncIterable<Row> | Iterable<Row>,
  whole: boolean,
): Exported {
  const chunks = (format: ExportFormat) =>
    format === 'csv' ? csvChunks(columns, rows) : jsonChunks(what, columns, rows)
  return { whole, chunks }
}

/** How the rows of each kind are read. */
export const SOURCES: Readonly<Record<ExportWhat, (source: Source) => Promise<Exported>>> = {
  prices: async (source) => exported('prices', PRICE_EXPORT, priceRows(source), true),
  holdings: holdingsOf,
  flows: async (source) => exported('flows', FLOW_EXPORT, flowRows(source), true),
  pnl: pnlOf,
}

async function pnlOf(source: Source): Promise<Exported> {
  const { portfolio, quote, from, to, assets, writable, most, now, store, settings } = source
  const report = await pnlReport(
    { portfolio, quote, from, to, assets, persist: writable, most, now },
    store,
    settings,
  )
  const whole = report.gaps.length === 0 && report.missingWallets.length === 0
  return exported('pnl', PNL_EXPORT, pnlExportRows(report), whole)
}

async function holdingsOf({
  portfolio,
  assets,
  to,
  now,
  store,
  settings,
  writable,
}: Source): Promise<Exported> {
  if (portfolio === null) return exported('holdings', HOLDING_EXPORT, [], true)
  const { rows } = await listHoldings(store, settings, {
    limit: Number.MAX_SAFE_INTEGER,
    offset: 0,
    portfolio,
    assets,
    now: to ?? now,
    persist: writable && to === undefined,
  })
  const whole = rows.every(({ quality }) => quality !== 'missing')
  return exported('holdings', HOLDING_EXPORT, rows, whole)
}

/** Asset by asset, so that many years of many assets never stand in memory together. */
async function* priceRows(source: Source): AsyncGenerator<PriceRow> {
  const { store, settings, quote, to = source.now, from = to - 7 * DAY_MS } = source
  const stored = (await store.series()).filter((series) => series.quote === quote).map(({ asset }) => asset)
  for (const asset of source.assets ?? stored) {
    const ask = { limit: Number.MAX_SAFE_INTEGER, offset: 0, assets: [asset], quote, from, to }
    yield* (await listPrices(store, settings, ask)).rows
  }
}

/** Rows of one reading of the store; all of a million would not fit. */
const FLOW_PAGE = 10_000

async function* flowRows({ store, owner, portfolio, assets, from, to }: Source): AsyncGenerator<Flow> {
  for (let offset = 0; ; offset += FLOW_PAGE) {
    const ask = { limit: FLOW_PAGE, offset, owner, portfolio, assets, from, to }
    const { rows } = await listFlows(store, ask)
    yield* rows
    if (rows.length < FLOW_PAGE) return
  }
}

const candleColumn = (name: keyof Candle): ExportColumn<PriceRow> => ({
  name,
  kind: 'number',
  of: ({ candle }) => (candle === null || Number.isNaN(candle[name]) ? null : plain(candle[name])),
})

const PRICE_EXPORT: readonly ExportColumn<PriceRow>[] = [
  { name: 'hour', kind: 'text', of: ({ hour }) => formatTime(hour) },
  { name: 'asset', kind: 'text', of: ({ asset }) => asset },
  { name: 'quote', kind: 'text', of: ({ quote }) => quote },
  { name: 'mark', kind: 'number', of: ({ mark }) => (mark === null ? null : plain(mark)) },
  { name: 'quality', kind: 'text', of: ({ quality }) => quality },
  { name: 'source', kind: 'text', of: ({ source }) => source },
  ...(['open', 'high', 'low', 'close', 'mean', 'count'] as const).map(candleColumn),
  { name: 'provider', kind: 'text', of: ({ provider }) => provider },
]

const HOLDING_EXPORT: readonly ExportColumn<HoldingRow>[] = [
  { name: 'asset', kind: 'text', of: ({ asset }) => asset },
  { name: 'symbol', kind: 'text', of: ({ symbol }) => symbol },
  { name: 'wallet', kind: 'text', of: ({ wallet }) => wallet },
  { name: 'label', kind: 'text', of: ({ label }) => label },
  { name: 'chain', kind: 'text', of: ({ chain }) => chain },
  { name: 'quantity', kind: 'number', of: ({ quantity }) => quantity },
  { name: 'mark', kind: 'number', of: ({ mark }) => (mark === null ? null : plain(mark)) },
  { name: 'value', kind: 'number', of: ({ value }) => (value === null ? null : money(value)) },
  { name: 'quality', kind: 'text', of: ({ quality }) => quality },
  { name: 'source', kind: 'text', of: ({ source }) => source },
]
