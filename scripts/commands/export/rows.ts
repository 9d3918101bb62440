import type { Config } from '#config/config.ts'
import type { Quote } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { DAY_MS, formatTime } from '#core/hour.ts'
import { money, plain } from '#core/number.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { FLOW_EXPORT, PNL_EXPORT, pnlExportRows } from '#delivery/export/columns.ts'
import { csvChunks, jsonChunks, type ExportColumn } from '#delivery/export/rows.ts'
import type { Candle } from '#pipeline/jobs/hour-candle.ts'
import type { Store } from '#pipeline/ports.ts'
import { listFlows } from '#pipeline/queries/flows.ts'
import { listHoldings, type HoldingRow } from '#pipeline/queries/holdings.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { listPrices, type PriceRow } from '#pipeline/queries/prices.ts'
import { markSettings } from '../../wiring/settings.ts'
import type { ExportOptions } from '../export.ts'

/** What an export reads from. */
export type Source = {
  readonly owner: string
  readonly config: Config
  readonly options: ExportOptions
  readonly store: Store
  readonly writable: boolean
  readonly portfolio: Portfolio | null
}

/** Rows ready to be written, and whether nothing is missing among them. */
export type Exported = {
  readonly whole: boolean
  readonly chunks: (format: ExportOptions['format']) => AsyncGenerator<string>
}

function exported<Row>(
  what: string,
  columns: readonly ExportColumn<Row>[],
  rows: AsyncIterable<Row> | Iterable<Row>,
  whole: boolean,
): Exported {
  const chunks = (format: ExportOptions['format']) =>
    format === 'csv' ? csvChunks(columns, rows) : jsonChunks(what, columns, rows)
  return { whole, chunks }
}

/** How the rows of each kind are read. */
export const SOURCES: Readonly<Record<ExportOptions['what'], (source: Source) => Promise<Exported>>> = {
  prices: async (source) => exported('prices', PRICE_EXPORT, priceRows(source), true),
  holdings: holdingsOf,
  flows: async (source) => exported('flows', FLOW_EXPORT, flowRows(source), true),
  pnl: pnlOf,
}

const quoteOf = ({ portfolio, config }: Source): Quote => portfolio?.baseCurrency ?? config.baseCurrency

async function pnlOf(source: Source): Promise<Exported> {
  const { portfolio, options, writable, store, config } = source
  const { from, to, asset: assets } = options
  const request = { portfolio, quote: quoteOf(source), from, to, assets, persist: writable, now: Date.now() }
  const report = await pnlReport(request, store, markSettings(config))
  const whole = report.gaps.length === 0 && report.missingWallets.length === 0
  return exported('pnl', PNL_EXPORT, pnlExportRows(report), whole)
}

async function holdingsOf({ portfolio, options, store, config, writable }: Source): Promise<Exported> {
  if (portfolio === null) return exported('holdings', HOLDING_EXPORT, [], true)
  const { rows } = await listHoldings(store, markSettings(config), {
    limit: Number.MAX_SAFE_INTEGER,
    offset: 0,
    portfolio,
    assets: options.asset,
    now: options.to ?? Date.now(),
    persist: writable && options.to === undefined,
  })
  const whole = rows.every(({ quality }) => quality !== 'missing')
  return exported('holdings', HOLDING_EXPORT, rows, whole)
}

/** Asset by asset, so that many years of many assets never stand in memory together. */
async function* priceRows(source: Source): AsyncGenerator<PriceRow> {
  const { store, config, options } = source
  const quote = quoteOf(source)
  const stored = (await store.series()).filter((series) => series.quote === quote).map(({ asset }) => asset)
  const to = options.to ?? Date.now()
  const from = options.from ?? to - 7 * DAY_MS
  for (const asset of options.asset ?? stored) {
    const ask = { limit: Number.MAX_SAFE_INTEGER, offset: 0, assets: [asset], quote, from, to }
    yield* (await listPrices(store, markSettings(config), ask)).rows
  }
}

/** Rows of one reading of the store; all of a million would not fit. */
const FLOW_PAGE = 10_000

async function* flowRows({ store, owner, portfolio, options }: Source): AsyncGenerator<Flow> {
  const { from, to, asset: assets } = options
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
