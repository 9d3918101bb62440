import type { Chunk } from '#core/candle.ts'
import { hourOf, hoursBetween, type Hour } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import type { Suspect } from '#core/sample.ts'

/** How near a second source has to be to confirm a suspect sample (docs/semantics.md, 1). */
const NEAR = 2

/** The mean price that another provider has in the hour of a time, null where none has one. */
export function secondSource(others: readonly Chunk[]): (time: number) => number | null {
  const byMonth = new Map<string, Chunk[]>()
  for (const chunk of others) byMonth.set(chunk.month, [...(byMonth.get(chunk.month) ?? []), chunk])
  return (time) => {
    const month = monthOf(time)
    const index = hoursBetween(monthStart(month), hourOf(time))
    for (const chunk of byMonth.get(month) ?? [])
      if ((chunk.columns.count[index] as number) > 0) return chunk.columns.mean[index] as number
    return null
  }
}

/** Hours of undecided suspects that another provider confirms by now: read again, they are released. */
export function confirmedHours(suspects: readonly Suspect[], others: readonly Chunk[]): Hour[] {
  const second = secondSource(others)
  const confirmed = suspects.filter(({ time, price, state }) => {
    if (state !== 'pending' && state !== 'held') return false
    const own = Number(price)
    const other = second(time)
    return own > 0 && other !== null && own <= other * NEAR && other <= own * NEAR
  })
  return confirmed.map(({ time }) => hourOf(time))
}
