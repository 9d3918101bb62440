import type { Entry } from './entry.ts'
import { type Exact, NOUGHT, UNIT, isNegative, isZero, minus, plus, times } from './exact.ts'
import { type Place, byPlace } from './place.ts'

/** How many units of after stand for `before` units of before. */
export type Ratio = { readonly before: Exact; readonly after: Exact }

const SAME: Ratio = { before: UNIT, after: UNIT }

/** The splits of one pool: what a quantity of one time is at another. */
export class SplitRatios {
  private readonly splits: { readonly place: Place; readonly before: Exact; readonly after: Exact }[] = []

  /** @param entries all of the pool since its beginning, in order */
  constructor(entries: readonly Entry[]) {
    if (!entries.some(({ role }) => role === 'split')) return
    let held = NOUGHT
    for (const { role, quantity, place } of entries) {
      if (role === 'in' || role === 'arrive') held = plus(held, quantity)
      else if (role === 'split') {
        const after = plus(held, quantity)
        if (!isZero(held) && !isZero(after) && isNegative(held) === isNegative(after)) {
          this.splits.push({ place, before: held, after })
          held = after
        }
      } else if (role !== 'amount') held = minus(held, quantity)
    }
  }

  /** From the unit of one place to that of another, earlier or later. */
  between(from: Place, to: Place): Ratio {
    if (this.splits.length === 0) return SAME
    const backwards = byPlace(from, to) > 0
    const [first, last] = backwards ? [to, from] : [from, to]
    let ratio = SAME
    for (const { place, before, after } of this.splits) {
      if (byPlace(place, first) <= 0 || byPlace(place, last) >= 0) continue
      ratio = { before: times(ratio.before, before), after: times(ratio.after, after) }
    }
    return backwards ? { before: ratio.after, after: ratio.before } : ratio
  }
}
