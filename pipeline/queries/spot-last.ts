import { addHours, hourOf, type Hour } from '#core/hour.ts'
import { monthOf, monthStart, previousMonth } from '#core/month.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { SeriesReader } from '../ports.ts'
import type { PriceFeed } from '../jobs/io.ts'
import type { ShortCache } from '../queue/fresh-prices.ts'
import { spotOf } from './spot-source.ts'
import { SpotPrices, type LastPrice } from './spot.ts'

/** The newest sample that the store has of an asset, of any configured source, of this month or the one before. */
function lastOfStore(store: SeriesReader, settings: MarkSettings, now: () => number): LastPrice {
  return async (asset, quote) => {
    const to = monthOf(now())
    const chunks = await store.chunks({ assets: [asset], quote, from: previousMonth(to), to })
    let newest: Awaited<ReturnType<LastPrice>> = null
    for (const { provider, month, columns } of chunks) {
      if (!settings.sources.includes(provider)) continue
      const index = columns.count.findLastIndex((count) => count > 0)
      if (index < 0) continue
      const hour: Hour = addHours(monthStart(month), index)
      const time = hour + (columns.last[index] as number)
      if (hour <= hourOf(now()) && time > (newest?.time ?? -Infinity))
        newest = { price: columns.close[index] as number, time, source: provider }
    }
    return newest
  }
}

type SpotIo = {
  readonly store: SeriesReader
  readonly prices: readonly PriceFeed[]
  readonly marks: MarkSettings
  readonly now: () => number
}

/** Prices of now by the sources of a job, in their order; what they no longer give comes from its store. */
export function spotPricesOf({ store, prices, marks, now }: SpotIo, cache: ShortCache | null): SpotPrices {
  const sources = prices.flatMap(({ source }) => spotOf(source) ?? [])
  return new SpotPrices({ sources, settings: marks, now, cache, last: lastOfStore(store, marks, now) })
}
