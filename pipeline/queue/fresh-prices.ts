import { hourOf } from '#core/hour.ts'
import { spotOf } from '../queries/spot-source.ts'
import type { PriceAnswer, PriceRequest, PriceSource } from '../ports.ts'

/** Texts that several processes keep together for a short time; may lose any of them at any time. */
export interface ShortCache {
  get(key: string): Promise<string | null>
  put(key: string, text: string, seconds: number): Promise<void>
}

/** For how long a price counts as the present one. */
const FRESH_SECONDS = 60

/**
 * A price source whose answers about the present hour are kept for a minute: of several processes that ask for the same
 * asset one calls the provider. An answer says itself how far it reaches, so an older one is only a shorter one.
 */
export function freshPrices(source: PriceSource, cache: ShortCache, now: () => number): PriceSource {
  const spot = spotOf(source)
  return {
    ...(spot === null ? {} : { spot: spot.spot.bind(spot) }),
    id: source.id,
    maxHours: source.maxHours,
    minHours: source.minHours,
    reach: (at) => source.reach(at),
    supports: (asset, quote) => source.supports(asset, quote),
    async prices(request, signal) {
      if (request.to < hourOf(now())) return source.prices(request, signal)
      const key = keyOf(source, request)
      const kept = readAnswer(await cache.get(key), request)
      if (kept !== null) return kept
      const answer = await source.prices(request, signal)
      // Bucketed answers hold columns with NaN, which JSON does not; they are few.
      if (answer.candles === undefined) await cache.put(key, written(answer), FRESH_SECONDS)
      return answer
    },
  }
}

function keyOf({ id }: PriceSource, { asset, quote, from, to }: PriceRequest): string {
  return [id, asset, quote, from, hourOf(to)].map((part) => encodeURIComponent(part)).join('|')
}

function written({ samples, coveredTo, invalid }: PriceAnswer): string {
  return JSON.stringify({ times: [...samples.times], prices: [...samples.prices], coveredTo, invalid })
}

type Kept = Pick<PriceAnswer, 'coveredTo' | 'invalid'> & { times: number[]; prices: number[] }

/** What was kept, or null where it is not what an answer to this request looks like. */
function readAnswer(text: string | null, { from, to }: PriceRequest): PriceAnswer | null {
  if (text === null) return null
  try {
    const { times, prices, coveredTo, invalid } = JSON.parse(text) as Kept
    const inside = (time: number) => time >= from && time < to
    const fits = times.length === prices.length && times.every(inside) && prices.every(Number.isFinite)
    if (!fits || !(coveredTo > from && coveredTo <= to) || !invalid.every((one) => inside(one.time)))
      return null
    const samples = { times: Float64Array.from(times), prices: Float64Array.from(prices) }
    return { samples, coveredTo, invalid }
  } catch {
    return null
  }
}
