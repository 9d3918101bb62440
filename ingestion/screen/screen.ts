import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { DAY_MS } from '#core/hour.ts'
import { plain } from '#core/number.ts'
import type { Samples, Suspect, SuspectState } from '#core/sample.ts'

// docs/semantics.md, 1: how far a sample may be from the one before it, and how near others must be to confirm it.
const JUMP = 10
const NEAR = 2
const CONFIRMING = 3

export type ScreenContext = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly provider: ProviderId
  /** The last sample before these, accepted or not; null when there is none. */
  readonly before: { readonly time: number; readonly price: number } | null
  /** Points of the answer that are no usable sample. */
  readonly invalid?: readonly { readonly time: number; readonly price: string; readonly reason: string }[]
  /** The price that a second source has near a time. */
  readonly second?: (time: number) => number | null
  /** What was decided by hand about the sample at a time. */
  readonly decided?: (time: number) => 'accepted' | 'rejected' | null
}
export type Screened = {
  /** The samples that candles are made from, ascending: all but those kept aside. */
  readonly accepted: Samples
  /** Every sample that was suspect at first sight, with what became of it, ascending. */
  readonly suspects: readonly Suspect[]
}

/**
 * Keeps suspect samples aside (docs/semantics.md, 1): more than 10 times away from the sample before it within 24
 * hours, unless a second source agrees within 2 times, the next three samples do, or it was decided by hand.
 * @param samples ascending in time
 */
export function screen(samples: Samples, context: ScreenContext): Screened {
  const suspects: Suspect[] = []
  const aside = new Set<number>()
  const { times } = samples
  let before = context.before
  for (let index = 0; index < times.length; index++) {
    const time = times[index] as number
    const price = samples.prices[index] as number
    const verdict = judge(samples, index, before, context)
    if (verdict !== null) {
      suspects.push(suspectOf(context, time, plain(price), verdict.reason, verdict.state))
      if (verdict.state !== 'accepted' && verdict.state !== 'released') aside.add(index)
    }
    if (usable(price)) before = { time, price }
  }
  return withInvalid(keptOf(samples, aside), suspects, context)
}

type Verdict = { readonly reason: string; readonly state: SuspectState }

function judge(
  samples: Samples,
  index: number,
  before: ScreenContext['before'],
  context: ScreenContext,
): Verdict | null {
  const time = samples.times[index] as number
  const price = samples.prices[index] as number
  const hand = context.decided?.(time) ?? null
  const reason = reasonOf(time, price, before)
  if (reason === null) return hand === 'rejected' ? { reason: 'rejected by hand', state: 'rejected' } : null
  if (hand !== null) return { reason, state: usable(price) || hand === 'rejected' ? hand : 'held' }
  if (!usable(price)) return { reason, state: 'held' }
  const second = context.second?.(time) ?? null
  if (second !== null && within(second, price, NEAR)) return null
  return { reason, state: confirmed(samples, index) }
}

function reasonOf(time: number, price: number, before: ScreenContext['before']): string | null {
  if (!Number.isFinite(price)) return 'price is not finite'
  if (price <= 0) return 'price is not above 0'
  if (before === null || time - before.time > DAY_MS || within(price, before.price, JUMP)) return null
  const factor = Math.max(price / before.price, before.price / price)
  return `${factor.toPrecision(3)} times away from the sample before it`
}

function confirmed(samples: Samples, index: number): SuspectState {
  const price = samples.prices[index] as number
  let seen = 0
  let near = true
  for (let later = index + 1; later < samples.times.length && seen < CONFIRMING; later++) {
    const next = samples.prices[later] as number
    if (!usable(next)) continue
    seen += 1
    near &&= within(next, price, NEAR)
  }
  if (seen < CONFIRMING) return 'pending'
  return near ? 'released' : 'held'
}

const usable = (price: number) => Number.isFinite(price) && price > 0
const within = (a: number, b: number, factor: number) => a <= b * factor && b <= a * factor

function keptOf(samples: Samples, aside: ReadonlySet<number>): Samples {
  if (aside.size === 0) return samples
  const kept = (_: number, index: number) => !aside.has(index)
  return { times: samples.times.filter(kept), prices: samples.prices.filter(kept) }
}

// Points that are no samples are suspects as well; the one that a person accepted counts with the number it shows.
function withInvalid(accepted: Samples, suspects: Suspect[], context: ScreenContext): Screened {
  const invalid = context.invalid ?? []
  if (invalid.length === 0) return { accepted, suspects }
  const taken: { time: number; price: number }[] = []
  for (const { time, price, reason } of invalid) {
    const hand = context.decided?.(time) ?? null
    const value = price.trim() === '' ? NaN : Number(price)
    const counts = hand === 'accepted' && Number.isFinite(value) && value >= 0
    const state = counts || hand === 'rejected' ? hand : 'held'
    suspects.push(suspectOf(context, time, price, reason, state))
    if (counts && !accepted.times.includes(time)) taken.push({ time, price: value })
  }
  suspects.sort((a, b) => a.time - b.time)
  return { accepted: taken.length === 0 ? accepted : merged(accepted, taken), suspects }
}

function merged(accepted: Samples, taken: readonly { time: number; price: number }[]): Samples {
  const own = Array.from(accepted.times, (time, index) => ({ time, price: accepted.prices[index] as number }))
  const all = [...own, ...taken].sort((a, b) => a.time - b.time)
  return { times: Float64Array.from(all, (s) => s.time), prices: Float64Array.from(all, (s) => s.price) }
}

function suspectOf(
  context: ScreenContext,
  time: number,
  price: string,
  reason: string,
  state: SuspectState,
): Suspect {
  const { asset, quote, provider } = context
  return { asset, quote, provider, time, price, reason, state }
}
