import type { Samples } from '#core/sample.ts'
import { printable } from './http/text.ts'
import type { Invalid } from './price-reply.ts'

export type Points = { readonly samples: Samples; readonly invalid: readonly Invalid[] }

/**
 * Reads pairs `[milliseconds, price]` inside [from, to) in one pass: times ascending, of equal times the last one.
 * Prices here are JSON numbers; a text is kept aside with the reason, like null and what is not above 0.
 * @param latest nothing may be later: a price from the future is kept aside
 * @returns null when a pair has no time: then the answer is damaged and none of it is used
 */
export function pointsOf(
  pairs: readonly unknown[],
  range: { readonly from: number; readonly to: number; readonly latest: number },
): Points | null {
  const times = new Float64Array(pairs.length)
  const prices = new Float64Array(pairs.length)
  const invalid: Invalid[] = []
  let length = 0
  let sorted = true
  for (const pair of pairs) {
    if (!Array.isArray(pair)) return null
    const time = (pair as unknown[])[0]
    const price = (pair as unknown[])[1]
    if (typeof time !== 'number' || !Number.isFinite(time)) return null
    if (time < range.from || time >= range.to) continue
    const reason = time > range.latest ? 'lies in the future' : faultOf(price)
    if (reason !== null) {
      invalid.push({ time, price: asSent(price), reason })
      continue
    }
    if (length > 0 && time <= (times[length - 1] as number)) sorted = false
    times[length] = time
    prices[length] = price as number
    length += 1
  }
  const samples = { times: times.subarray(0, length), prices: prices.subarray(0, length) }
  return { samples: sorted ? samples : ascending(samples), invalid }
}

function faultOf(price: unknown): string | null {
  if (typeof price !== 'number') return price === null ? 'price is null' : 'price is not a number'
  if (!Number.isFinite(price)) return 'price is not finite'
  return price > 0 ? null : 'price is not above 0'
}

function asSent(price: unknown): string {
  return printable(typeof price === 'string' ? price : (JSON.stringify(price) ?? 'nothing'), 80)
}

function ascending({ times, prices }: Samples): Samples {
  const order = Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b)
  // Of equal times the last one sent stands, which the stable order puts last.
  const kept = order.filter((index, place) => times[index] !== times[order[place + 1] ?? -1])
  return {
    times: Float64Array.from(kept, (index) => times[index] as number),
    prices: Float64Array.from(kept, (index) => prices[index] as number),
  }
}
