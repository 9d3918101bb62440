import type { CandleColumns } from '#core/candle.ts'
import { formatTime } from '#core/hour.ts'
import type { PriceQuestion, PriceReply as SampleReply } from '../price-reply.ts'
import { PRICES, type AlliumApi } from './api.ts'
import { bucketsOf } from './buckets.ts'
import { PriceSeries } from './schema.ts'
import { priceAddress, type AddressOf } from './tokens.ts'

export type PriceReply = SampleReply & { readonly candles: CandleColumns }

/** Hourly prices of an asset by its token address. */
export async function readPrices(
  api: AlliumApi,
  addressOf: AddressOf,
  request: PriceQuestion,
  signal: AbortSignal,
): Promise<PriceReply> {
  const { asset, from, to } = request
  const place = priceAddress(asset, addressOf)
  if (place === null || !(await api.answers(PRICES, place.chain, signal))) {
    throw api.failure('not-found', PRICES, `no token address of "${asset}" that it has prices for`)
  }
  const body = {
    addresses: [{ token_address: place.tokenAddress, chain: place.chain.name }],
    start_timestamp: formatTime(from),
    end_timestamp: formatTime(to),
    time_granularity: '1h',
  }
  const answer = await api.pages(PRICES, body, {}, signal)
  const series = answer.items.map((item) => PriceSeries.safeParse(item).data?.prices)
  const rows = series.flatMap((prices) => prices ?? [])
  if (series.length === 0 || series.includes(undefined)) {
    throw api.failure('answer', PRICES, `no price series of "${asset}"`)
  }
  const coveredTo = Math.max(from, Math.min(to, answer.at))
  const { unusable, ...buckets } = bucketsOf(rows, from, to, coveredTo)
  if (unusable > 0) throw api.failure('answer', PRICES, `${unusable} hours of "${asset}" are unreadable`)
  return { ...buckets, coveredTo }
}
