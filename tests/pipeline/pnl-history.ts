import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns, type CandleRun } from '#core/candle.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import type { Month } from '#core/month.ts'
import { portfolioBook } from '#core/portfolio.ts'
import type { Batch, PnlMonth, Store } from '#pipeline/ports.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { USD } from '#tests/support/ledgers.ts'

/** A run of samples, one an hour at the minute given; NaN leaves the hour empty. */
export function candles(
  asset: AssetId,
  provider: string,
  from: Hour,
  prices: readonly number[],
  minute: number,
  quote: Quote = USD,
): CandleRun {
  const columns = emptyColumns(prices.length)
  prices.forEach((price, index) => {
    columns.covered[index] = HOUR_MS
    columns.count[index] = Number.isNaN(price) ? 0 : 1
    if (Number.isNaN(price)) return
    for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) columns[name][index] = price
    columns.first[index] = columns.last[index] = minute * 60_000
  })
  return { asset, quote, provider, from, columns }
}

export const write = (store: Store, run: CandleRun) => store.writePrices([{ run, suspects: [], gaps: [] }])

/** The portfolio's file as it is now: what is no longer in it is retired. */
export const importAll = (store: Store, flows: readonly Flow[], at: number) =>
  store.importFlows({
    owner: 'local',
    book: portfolioBook('main'),
    source: 'test',
    file: null,
    mode: 'mirror',
    at,
    flows: [flows],
  })

/** Everything a report says but how it came about. */
export function content(result: PnlReport): unknown {
  return JSON.parse(
    JSON.stringify({ ...result, batches: null }, (_key, value: unknown) =>
      ArrayBuffer.isView(value)
        ? Array.from(value as unknown as number[], (n) => (Number.isNaN(n) ? 'missing' : n))
        : value,
    ),
  )
}

/** What is stored of the PnL of the portfolio `main`: its months and its batches, bytes included. */
export async function storedPnl(
  store: Store,
): Promise<{ readonly months: readonly (PnlMonth | null)[]; readonly batches: readonly unknown[] }> {
  const keys = await store.pnlKeys('local', 'main', USD)
  const months = await Promise.all(keys.map(({ month }) => store.pnlMonth('local', 'main', USD, month)))
  const batches = await store.batches('local', 'main', USD, '2020-01' as Month, '2030-01' as Month)
  return { months, batches: batches.map(plainBatch) }
}

const plainBatch = ({ data, ...batch }: Batch) => ({
  ...batch,
  data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
})
