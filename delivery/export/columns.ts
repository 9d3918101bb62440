import type { Flow } from '#core/flow.ts'
import { formatTime } from '#core/hour.ts'
import { money, plain, share } from '#core/number.ts'
import { qualityName } from '#core/quality.ts'
import type { PnlReport, TokenSeries } from '#pipeline/queries/pnl-report.ts'
import type { ExportColumn } from './rows.ts'

const text = <Row>(name: string, of: (row: Row) => string | null): ExportColumn<Row> => ({
  name,
  kind: 'text',
  of,
})
const number = <Row>(name: string, of: (row: Row) => string | null): ExportColumn<Row> => ({
  name,
  kind: 'number',
  of,
})

/** Flows in the columns that a flows file has, so that what was exported can be imported. */
export const FLOW_EXPORT: readonly ExportColumn<Flow>[] = [
  text('time', (flow) => formatTime(flow.time)),
  text('asset', (flow) => flow.asset),
  number('quantity', (flow) => flow.quantity),
  text('kind', (flow) => flow.kind),
  number('unit_price', (flow) => flow.unitPrice),
  number('fee', (flow) => flow.fee),
  text('fee_asset', (flow) => flow.feeAsset),
  text('wallet', (flow) => flow.wallet),
  text('tx', (flow) => flow.tx),
  text('note', (flow) => flow.note),
  text('from', (flow) => flow.from),
  text('to', (flow) => flow.to),
  text('chain', (flow) => flow.chain),
  number('log_index', (flow) => (flow.logIndex === null ? null : String(flow.logIndex))),
  text('price_currency', (flow) => flow.priceCurrency),
  text('lot', (flow) => flow.lot),
]

/** One hour of one token, or of the total. */
export type PnlExportRow = {
  readonly hour: number
  readonly asset: string
  readonly symbol: string
  readonly quantity: string | null
  readonly mark: number
  readonly value: number
  readonly pnl: number
  readonly quality: number
  readonly source: string | null
  /** Of the total only: the share of its value that has a mark. */
  readonly coverage: number
}

export const PNL_EXPORT: readonly ExportColumn<PnlExportRow>[] = [
  text('hour', (row) => formatTime(row.hour)),
  text('asset', (row) => row.asset),
  text('symbol', (row) => row.symbol),
  number('quantity', (row) => row.quantity),
  number('mark', (row) => known(row.mark, plain)),
  number('value', (row) => known(row.value, money)),
  number('pnl', (row) => known(row.pnl, money)),
  text('quality', (row) => qualityName(row.quality)),
  text('source', (row) => row.source),
  number('coverage', (row) => known(row.coverage, (value) => plain(share(value)))),
]

function known(value: number, format: (value: number) => string): string | null {
  return Number.isNaN(value) ? null : format(value)
}

/** The rows of a report, hour by hour, tokens first and `total` last. */
export function* pnlExportRows(report: PnlReport): Generator<PnlExportRow> {
  for (const [at, hour] of report.hours.entries()) {
    for (const token of report.tokens) yield tokenRow(token, at, hour)
    const { value, pnl, quality, coverage } = report.total
    yield {
      hour,
      asset: 'total',
      symbol: '',
      quantity: null,
      mark: NaN,
      value: value[at] ?? NaN,
      pnl: pnl[at] ?? NaN,
      quality: quality[at] ?? 0,
      source: null,
      coverage: coverage[at] ?? NaN,
    }
  }
}

function tokenRow(token: TokenSeries, at: number, hour: number): PnlExportRow {
  return {
    hour,
    asset: token.asset,
    symbol: token.symbol,
    quantity: token.quantity[at] ?? null,
    mark: token.mark[at] ?? NaN,
    value: token.value[at] ?? NaN,
    pnl: token.pnl[at] ?? NaN,
    quality: token.quality[at] ?? 0,
    source: token.source[at] ?? null,
    coverage: NaN,
  }
}
