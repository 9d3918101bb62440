import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns } from '#core/candle.ts'
import type { Hour } from '#core/hour.ts'
import type { Store } from '#pipeline/ports.ts'

/** Stores one sample at the start of an hour for each asset, in dollars. */
export async function storePrices(
  store: Store,
  hour: Hour,
  prices: Readonly<Record<string, number>>,
): Promise<void> {
  await store.writePrices(
    Object.entries(prices).map(([asset, price]) => {
      const columns = emptyColumns(1)
      for (const name of ['open', 'high', 'low', 'close', 'mean'] as const) columns[name][0] = price
      columns.count[0] = 1
      columns.first[0] = 0
      columns.last[0] = 0
      columns.covered[0] = 3_600_000
      const run = {
        asset: asset as AssetId,
        quote: 'usd' as Quote,
        provider: 'coingecko',
        from: hour,
        columns,
      }
      return { run, suspects: [], gaps: [] }
    }),
  )
}
